//! The question before much is done at once.

use std::io::{IsTerminal as _, Write as _};

/// What the person at the terminal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Anything else.
    No,
}

/// Whether anybody is there to answer.
pub fn can_be_asked() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks, and waits for a yes.
///
/// # Errors
/// The terminal is gone.
pub fn ask(question: &str) -> std::io::Result<Answer> {
    let mut terminal = std::io::stderr().lock();
    terminal.write_all(question.as_bytes())?;
    terminal.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(answer(&line))
}

fn answer(line: &str) -> Answer {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_a_yes() {
        assert_eq!(["y\n", "YES\n"].map(answer), [Answer::Yes; 2]);
        assert_eq!(["", "\n", "n\n", "yess\n"].map(answer), [Answer::No; 4]);
    }
}
