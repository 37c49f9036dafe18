//! Base64url as the compiler can read it, where nothing but loops and comparisons run.

/// 43 characters of base64url without stray bits in the last.
pub(crate) const fn read_32_bytes(text: &[u8]) -> Option<[u8; 32]> {
    if text.len() != 43 {
        return None;
    }
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        // The six bits where this byte begins, and those where it ends.
        let (first, shift) = (at / 3 * 4 + at % 3, at % 3 * 2);
        let (Some(high), Some(low)) = (six_bits(text[first]), six_bits(text[first + 1])) else { return None };
        bytes[at] = high << (2 + shift) | low >> (4 - shift);
        if at == 31 && low & 0b11 != 0 {
            return None;
        }
        at += 1;
    }
    Some(bytes)
}

const fn six_bits(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}
