//! What tables and reports are printed on.

use comfy_table::Table;
use std::io::IsTerminal as _;

/// The room and the ink of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Columns of the terminal; `None` where lines may be of any length.
    pub width: Option<usize>,
    /// Whether colors may be used.
    pub ink: Ink,
}

/// What an output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Letters alone.
    Plain,
    /// Colors, too.
    Colored,
}

impl Paper {
    /// Paper of so many columns, without colors.
    pub fn plain(width: Option<usize>) -> Self {
        Self { width, ink: Ink::Plain }
    }

    /// Standard output: what is not a terminal is read by programs, which want whole lines without colors.
    pub fn of_stdout() -> Self {
        if !std::io::stdout().is_terminal() {
            return Self { width: None, ink: Ink::Plain };
        }
        let ink = if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            Ink::Plain
        } else {
            Ink::Colored
        };
        Self { width: Table::new().width().map(usize::from), ink }
    }

    /// The text in red, if there is red.
    pub fn alarm(self, text: String) -> String {
        self.colored(text, "31")
    }

    /// The text in a color, by the number that terminals give it.
    pub fn colored(self, text: String, color: &str) -> String {
        match self.ink {
            Ink::Plain => text,
            Ink::Colored => format!("\u{1b}[{color}m{text}\u{1b}[0m"),
        }
    }
}

/// The text, cut to so many characters with a sign that it was.
pub fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// The text in lines of at most so many characters, broken between words; a longer word is a line of its own.
pub fn wrap(text: &str, length: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a first line");
        let is_first = line.is_empty();
        if is_first || line.chars().count() + 1 + word.chars().count() <= length {
            line.push_str(if is_first { "" } else { " " });
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The text in pieces of so many characters, for texts that know no words.
pub fn fold(text: &str, length: Option<usize>) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return vec![String::new()];
    }
    let length = length.unwrap_or(usize::MAX).max(1);
    characters.chunks(length).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, fold, wrap};

    #[test]
    fn lines_break_between_words_and_words_are_whole() {
        assert_eq!(wrap("a letter to Zoë", 8), ["a letter", "to Zoë"]);
        assert_eq!(wrap("to zoe@example.com now", 8), ["to", "zoe@example.com", "now"]);
    }

    #[test]
    fn nothing_is_lost_by_folding() {
        assert_eq!(fold("a=1&b=ë", Some(3)), ["a=1", "&b=", "ë"]);
        assert_eq!(fold("a=1&b=ë", None), ["a=1&b=ë"]);
        assert_eq!(fold("", Some(3)), [""]);
    }

    #[test]
    fn a_cut_text_has_the_length_it_may_have_and_says_so() {
        assert_eq!((cut("Zoë", 3), cut("Zoës", 3)), ("Zoë".to_owned(), "Zo…".to_owned()));
    }
}
