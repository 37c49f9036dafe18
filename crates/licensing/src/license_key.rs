//! The license key that a buyer types.

use std::{fmt, str::FromStr};

use crate::{Error, Line, Tier, crockford};

const CHARACTERS: usize = crockford::CARRIERS + 1;

/// A license key, `DT1-CORE-XXXXX-XXXXX-XXXXX-XXXXX`: a line, a tier and 20 characters, of which the last
/// checks the others.
///
/// Whoever holds the key holds the license, so [`Debug`](fmt::Debug) shows its last five characters only.
/// [`Display`](fmt::Display) writes all of it.
///
/// Typing it back is forgiving: any case, `I` or `L` for `1`, `O` for `0`, spaces or nothing in place of
/// dashes.
///
/// ```
/// use mintmark_licensing::LicenseKey;
///
/// let key: LicenseKey = "dt1 core xahnwkf2mo 55fp9 lekNX".parse()?;
/// assert_eq!(key.to_string(), "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX");
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LicenseKey {
    line: Line,
    tier: Tier,
    values: [u8; CHARACTERS],
}

impl LicenseKey {
    /// The product line.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The tier.
    pub fn tier(&self) -> &Tier {
        &self.tier
    }

    /// The last five characters, enough to recognize a key and far too few to use it.
    pub fn last_characters(&self) -> String {
        characters(&self.values[CHARACTERS - 5..])
    }

    pub(crate) fn from_bits(line: &Line, tier: &Tier, bits: [u8; 12]) -> Self {
        Self { line: line.clone(), tier: tier.clone(), values: crockford::encode(bits) }
    }
}

impl FromStr for LicenseKey {
    type Err = Error;

    /// Where nothing separates line from tier, the line ends after its first digits, as `DT1` does in
    /// `DT1CORE`.
    ///
    /// # Errors
    /// [`Error::MistypedLicenseKey`] if the check character does not match, [`Error::InvalidLicenseKey`] for
    /// any other text.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (words, typed) = split_before_last(CHARACTERS, text).ok_or(Error::InvalidLicenseKey)?;
        let (line, tier) = split_words(&words.to_ascii_uppercase()).ok_or(Error::InvalidLicenseKey)?;
        let mut values = [0; CHARACTERS];
        let letters = typed.chars().filter(|&character| !is_separator(character));
        for (value, letter) in values.iter_mut().zip(letters) {
            *value = crockford::value(letter).ok_or(Error::InvalidLicenseKey)?;
        }
        if crockford::check(&values[..CHARACTERS - 1]) != values[CHARACTERS - 1] {
            return Err(Error::MistypedLicenseKey);
        }
        Ok(Self { line, tier, values })
    }
}

impl fmt::Display for LicenseKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.line, self.tier.upper())?;
        self.values.chunks(5).try_for_each(|group| write!(formatter, "-{}", characters(group)))
    }
}

impl fmt::Debug for LicenseKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LicenseKey({}-{}-…-{})", self.line, self.tier.upper(), self.last_characters())
    }
}

fn characters(values: &[u8]) -> String {
    values.iter().copied().map(crockford::character).collect()
}

/// White space, the dash, and the dashes that word processors put in its place.
fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn split_before_last(count: usize, text: &str) -> Option<(&str, &str)> {
    let mut letters = text.char_indices().rev().filter(|&(_, character)| !is_separator(character));
    let (start, _) = letters.nth(count - 1)?;
    Some(text.split_at(start))
}

fn split_words(words: &str) -> Option<(Line, Tier)> {
    let separated: Vec<&str> = words.split(is_separator).filter(|word| !word.is_empty()).collect();
    let (line, tier) = match separated[..] {
        [line, tier] => (line, tier),
        [joined] => split_after_first_digits(joined)?,
        _ => return None,
    };
    Some((Line::try_from(line).ok()?, Tier::from_upper(tier).ok()?))
}

fn split_after_first_digits(joined: &str) -> Option<(&str, &str)> {
    let letter = joined.find(|character: char| character.is_ascii_alphabetic())?;
    let digit = letter + joined[letter..].find(|character: char| character.is_ascii_digit())?;
    let tier = digit + joined[digit..].find(|character: char| character.is_ascii_alphabetic())?;
    Some(joined.split_at(tier))
}
