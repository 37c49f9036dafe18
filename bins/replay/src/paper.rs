//! What tables and reports are printed on.

use comfy_table::Table;
use std::io::IsTerminal as _;

/// The room and the ink of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paper {
    /// Columns of the terminal; `None` where lines may be of any length.
    pub(crate) width: Option<usize>,
    /// Whether colors may be used.
    pub(crate) ink: Ink,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Colored,
}

impl Paper {
    /// Standard output: what is not a terminal is read by programs, which want whole lines without colors.
    pub(crate) fn of_stdout() -> Self {
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
    pub(crate) fn alarm(self, text: String) -> String {
        match self.ink {
            Ink::Plain => text,
            Ink::Colored => format!("\u{1b}[31m{text}\u{1b}[0m"),
        }
    }
}

/// The text, cut to so many characters with a sign that it was.
pub(crate) fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// The text in pieces of so many characters, for texts that know no words.
pub(crate) fn wrap(text: &str, length: Option<usize>) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let length = length.unwrap_or(usize::MAX).max(1);
    characters.chunks(length).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, wrap};

    #[test]
    fn nothing_is_lost_by_wrapping() {
        assert_eq!(wrap("a=1&b=ë", Some(3)), ["a=1", "&b=", "ë"]);
        assert_eq!(wrap("a=1&b=ë", None), ["a=1&b=ë"]);
    }

    #[test]
    fn a_cut_text_has_the_length_it_may_have_and_says_so() {
        assert_eq!((cut("Zoë", 3), cut("Zoës", 3)), ("Zoë".to_owned(), "Zo…".to_owned()));
    }
}
