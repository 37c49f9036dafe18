//! Crockford base32 with a check character.

/// How many characters carry bits; one more checks them.
pub(crate) const CARRIERS: usize = 19;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Twenty values below 32: 95 bits, most significant first, and the check.
pub(crate) fn encode(bits: [u8; 12]) -> [u8; CARRIERS + 1] {
    let mut values = [0; CARRIERS + 1];
    for (index, value) in values[..CARRIERS].iter_mut().enumerate() {
        *value = five_bits(&bits, 5 * index);
    }
    values[CARRIERS] = check(&values[..CARRIERS]);
    values
}

/// The character that stands for a value below 32.
pub(crate) fn character(value: u8) -> char {
    char::from(ALPHABET[usize::from(value & 31)])
}

/// Whether a byte is one of the 32 characters as keys are written.
pub(crate) fn is_character(byte: u8) -> bool {
    ALPHABET.contains(&byte)
}

/// The value of a character as people type it: any case, `I` and `L` for `1`, `O` for `0`.
pub(crate) fn value(character: char) -> Option<u8> {
    let upper = match character.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    (0..32).find(|&value| self::character(value) == upper)
}

/// The sum of α^k · c in GF(32), k = 1 for the last character. The weights all differ and none is 0,
/// hence every wrong character and every swap of two changes the sum.
pub(crate) fn check(carriers: &[u8]) -> u8 {
    carriers.iter().fold(0, |sum, value| double(sum ^ value))
}

/// Multiplies by α = 2 in GF(32) with x^5 + x^2 + 1.
fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

fn five_bits(bytes: &[u8; 12], start: usize) -> u8 {
    (start..start + 5).fold(0, |value, bit| value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1))
}
