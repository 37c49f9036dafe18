//! A buyer's address, parsed once and surely mailable.

use std::{fmt, str::FromStr};

const LONGEST: usize = 254;
const LONGEST_LOCAL_PART: usize = 64;

/// One address that every provider can mail to: ASCII, at most 254 characters, a domain with a dot.
///
/// `Debug` prints it masked. It is compared as written, but for the domain, which is lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(lettre::Address);

/// Why an address cannot be mailed to. The license is minted all the same; the letter is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unmailable {
    /// Nothing is there.
    #[error("the address is empty")]
    Empty,
    /// More than 254 characters, or more than 64 before the at sign.
    #[error("the address is too long")]
    TooLong,
    /// White space, a control character, a comma or a semicolon: perhaps several addresses.
    #[error("the address holds a character that cannot be mailed to")]
    Character,
    /// There is no at sign, or more than one.
    #[error("the address needs exactly one at sign")]
    AtSign,
    /// The part before the at sign is quoted, not ASCII or malformed.
    #[error("the part before the at sign cannot be mailed to")]
    LocalPart,
    /// The domain is no public host name: an IP address, without a dot, or malformed.
    #[error("the domain cannot be mailed to")]
    Domain,
}

impl Address {
    /// Parses one bare address. The domain may be in any script and is stored in its ASCII form;
    /// white space around the address is dropped.
    ///
    /// # Errors
    /// [`Unmailable`] says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, Unmailable> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Unmailable::Empty);
        }
        if text.chars().any(is_unmailable) {
            return Err(Unmailable::Character);
        }
        let (local_part, domain) = split(text)?;
        check_local_part(local_part)?;
        let domain = ascii_domain(domain)?;
        if local_part.len() + 1 + domain.len() > LONGEST {
            return Err(Unmailable::TooLong);
        }
        lettre::Address::new(local_part, domain).map(Self).map_err(|_| Unmailable::LocalPart)
    }

    /// The whole address. Not for logs: see [`Address::masked`].
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The domain, in ASCII and lower case.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// Enough to recognize the address, not enough to write to it: `j***@e***.com`.
    pub fn masked(&self) -> String {
        mask(self.as_str())
    }

    pub(crate) fn as_lettre(&self) -> &lettre::Address {
        &self.0
    }
}

impl FromStr for Address {
    type Err = Unmailable;

    fn from_str(text: &str) -> Result<Self, Unmailable> {
        Self::parse(text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({})", self.masked())
    }
}

/// Masks every address in a text that a provider wrote.
pub(crate) fn mask_addresses(text: &str) -> String {
    text.split_inclusive(is_boundary).map(mask_word).collect()
}

fn mask_word(word: &str) -> String {
    let bare = word.trim_end_matches(is_boundary);
    let boundary = &word[bare.len()..];
    if bare.contains('@') { format!("{}{boundary}", mask(bare)) } else { word.to_owned() }
}

fn is_boundary(letter: char) -> bool {
    letter.is_whitespace() || "<>()[]{},;:\"'`=|".contains(letter)
}

fn mask(address: &str) -> String {
    let (local_part, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let (host, top_level) = domain.trim_end_matches('.').rsplit_once('.').unwrap_or((domain, ""));
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    let ending = if top_level.is_empty() { String::new() } else { format!(".{top_level}") };
    format!("{}***@{}***{ending}", first(local_part), first(host))
}

fn is_unmailable(letter: char) -> bool {
    letter.is_control() || letter.is_whitespace() || ",;<>()\\".contains(letter)
}

fn split(text: &str) -> Result<(&str, &str), Unmailable> {
    let (local_part, domain) = text.split_once('@').ok_or(Unmailable::AtSign)?;
    if domain.contains('@') { Err(Unmailable::AtSign) } else { Ok((local_part, domain)) }
}

// Quoted local parts pass some parsers and fail at sending; no mailbox provider hands them out.
fn check_local_part(local_part: &str) -> Result<(), Unmailable> {
    if local_part.len() > LONGEST_LOCAL_PART {
        return Err(Unmailable::TooLong);
    }
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    if local_part.split('.').all(is_atom) { Ok(()) } else { Err(Unmailable::LocalPart) }
}

fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn ascii_domain(domain: &str) -> Result<String, Unmailable> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| Unmailable::Domain)?;
    let Some((_, top_level)) = ascii.rsplit_once('.') else { return Err(Unmailable::Domain) };
    let is_number = top_level.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Err(Unmailable::Domain) } else { Ok(ascii) }
}

#[cfg(test)]
mod tests {
    use super::{Address, Unmailable, mask_addresses};

    #[test]
    fn ordinary_addresses_are_kept_as_written() {
        for text in ["jane.doe@example.com", "O'Neil+tag@sub.example.co.uk", "1@xn--bcher-kva.example"] {
            assert_eq!(Address::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_domain_of_any_script_becomes_ascii() {
        assert_eq!(Address::parse(" jane@BÜCHER.example ").unwrap().as_str(), "jane@xn--bcher-kva.example");
    }

    #[test]
    fn unmailable_addresses_say_why() {
        let long_local_part = format!("{}@example.com", "a".repeat(65));
        let long_domain = format!("{}@{}example.com", "a".repeat(64), "a23456789.".repeat(18));
        let cases = [
            ("  ", Unmailable::Empty),
            (&long_local_part, Unmailable::TooLong),
            (&long_domain, Unmailable::TooLong),
            ("a@example.com,b@example.com", Unmailable::Character),
            ("a@example.com\r\nBcc: b@example.com", Unmailable::Character),
            ("Jane <a@example.com>", Unmailable::Character),
            ("jane.example.com", Unmailable::AtSign),
            ("a@b@example.com", Unmailable::AtSign),
            ("@example.com", Unmailable::LocalPart),
            ("\"jane\"@example.com", Unmailable::LocalPart),
            ("jane..doe@example.com", Unmailable::LocalPart),
            ("jané@example.com", Unmailable::LocalPart),
            ("a@b", Unmailable::Domain),
            ("a@", Unmailable::Domain),
            ("a@example.com.", Unmailable::Domain),
            ("a@-example.com", Unmailable::Domain),
            ("a@[127.0.0.1]", Unmailable::Domain),
            ("a@127.0.0.1", Unmailable::Domain),
        ];
        for (text, reason) in cases {
            assert_eq!(Address::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_masked_address_keeps_two_letters_and_the_top_level_domain() {
        let address = Address::parse("jane.doe@mail.example.com").unwrap();
        assert_eq!(address.masked(), "j***@m***.com");
        assert_eq!(format!("{address:?}"), "Address(j***@m***.com)");
    }

    #[test]
    fn addresses_in_a_text_are_masked() {
        let said = "<jane@example.com>: unknown; also:joe@x.org, (550 5.1.1)";
        assert_eq!(mask_addresses(said), "<j***@e***.com>: unknown; also:j***@x***.org, (550 5.1.1)");
    }
}
