//! Texts of strangers, made safe to print.

/// The text with escapes in place of whatever could move a terminal's cursor, change its colors or turn its lines
/// around.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            _ if is_risky(character) => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    shown
}

/// Control characters, marks that reorder text, and marks that take no room.
fn is_risky(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn letters_of_every_script_are_printed_as_they_are() {
        assert_eq!(printable("Zoë 李 %F0%9F"), "Zoë 李 %F0%9F");
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\nc\u{9b}d"), "a\\u{1b}[2Jb\\u{d}\\u{a}c\\u{9b}d");
        assert_eq!(printable("\u{202e}moc.elpmaxe"), "\\u{202e}moc.elpmaxe");
    }
}
