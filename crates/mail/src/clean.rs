//! Text of strangers, made safe to show on one line.

/// Removes what could change how the text around it reads: line ends, control and bidirectional
/// formatting characters. Runs of white space become one space; `limit` counts characters.
pub(crate) fn clean(text: &str, limit: usize) -> String {
    let visible: String = text.chars().filter(|letter| !is_format(*letter)).map(space_for_control).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(limit).collect::<String>().trim_end().to_owned()
}

fn space_for_control(letter: char) -> char {
    if letter.is_control() { ' ' } else { letter }
}

// Zero-width joiners stay: names in several scripts and many emoji need them.
fn is_format(letter: char) -> bool {
    matches!(letter,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn line_ends_become_spaces() {
        assert_eq!(clean("Bob\r\nBcc: all@example.com\u{2028}x", 128), "Bob Bcc: all@example.com x");
    }

    #[test]
    fn direction_overrides_vanish() {
        assert_eq!(clean("a\u{202E}b\u{2066}c\u{200F}", 128), "abc");
    }

    #[test]
    fn names_of_any_script_stay_whole() {
        for name in ["Zoë Müller", "李小龍", "محمد", "क्‍ष", "👩‍💻"] {
            assert_eq!(clean(name, 128), name);
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(clean("ééé é", 4), "ééé");
    }
}
