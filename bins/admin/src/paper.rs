//! What tables are printed on.

use comfy_table::Table;
use std::io::IsTerminal as _;

/// The room of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paper {
    /// Columns of the terminal; `None` where lines may be of any length.
    pub(crate) width: Option<usize>,
}

impl Paper {
    /// Standard output: what is not a terminal is read by programs, which want whole lines.
    pub(crate) fn of_stdout() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        Self { width: is_terminal.then(|| Table::new().width().map(usize::from)).flatten() }
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
