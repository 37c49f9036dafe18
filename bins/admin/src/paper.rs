//! What tables are printed on.

use comfy_table::Table;
use std::io::IsTerminal as _;

/// The room of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paper {
    /// Columns of the terminal; `None` where lines may be of any length.
    pub(crate) width: Option<usize>,
    /// Whether words may be colored.
    pub(crate) is_colored: bool,
}

impl Paper {
    /// Standard output: what is not a terminal is read by programs, which want whole lines.
    pub(crate) fn of_stdout() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        // https://no-color.org
        let is_colored = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { width: is_terminal.then(|| Table::new().width().map(usize::from)).flatten(), is_colored }
    }

    /// The word in a color of the terminal, by the number of its escape.
    pub(crate) fn colored(self, word: &str, color: &str) -> String {
        if self.is_colored { format!("\u{1b}[{color}m{word}\u{1b}[0m") } else { word.to_owned() }
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

/// The text in lines of at most so many characters, broken between words; a longer word is a line of its own.
pub(crate) fn wrap(text: &str, length: usize) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_between_words_and_words_are_whole() {
        assert_eq!(wrap("a letter to Zoë", 8), ["a letter", "to Zoë"]);
        assert_eq!(wrap("to zoe@example.com now", 8), ["to", "zoe@example.com", "now"]);
    }
}
