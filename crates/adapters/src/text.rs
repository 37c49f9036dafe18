//! Names of people and products, made fit for one line of a letter.

use unicode_normalization::UnicodeNormalization as _;

/// Longer names are cut: nobody reads them, and every blob would carry them.
const LONGEST_NAME: usize = 128;

/// Composes (NFC), cuts at so many characters, turns every run of white space and control characters into one space,
/// and removes what could turn the direction of the text.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let spaced = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let visible: String = spaced.filter(|character| !is_dangerous(*character)).nfc().collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(longest).collect::<String>().trim_end().to_owned()
}

/// What to call the buyer: the name given, else the part of the address before the at sign, else the address.
pub(crate) fn buyer_name(full_name: Option<&str>, email: &str) -> String {
    let local_part = email.rsplit_once('@').map_or(email, |(local_part, _)| local_part);
    let candidates = [full_name.unwrap_or_default(), local_part, email];
    candidates
        .into_iter()
        .map(|name| one_line(name, LONGEST_NAME))
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

/// Line and paragraph separators, bidirectional marks, and characters of no width that could make a
/// whole name invisible; the joiner stays, because emoji need it.
fn is_dangerous(character: char) -> bool {
    matches!(character,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_carry_a_header_or_turn_the_text_around() {
        assert_eq!(one_line(" Ada\r\nBcc: x\u{202e}gro \u{2067}", 128), "Ada Bcc: xgro");
    }

    #[test]
    fn a_name_is_composed_and_cut_at_128_characters() {
        assert_eq!(one_line("Zoe\u{308}", 128), "Zoë");
        assert_eq!(one_line(&"ü".repeat(500), 128), "ü".repeat(128));
    }

    #[test]
    fn without_a_visible_name_the_buyer_is_called_by_the_local_part() {
        assert_eq!(buyer_name(None, "ada@example.com"), "ada");
        assert_eq!(buyer_name(Some(" \u{200b}\t"), "a@b@example.com"), "a@b");
        assert_eq!(buyer_name(None, "@example.com"), "@example.com");
        assert_eq!(buyer_name(None, "no address"), "no address");
    }
}
