//! The question before many rows are replayed.

use super::choice::Choice;
use mintmark_fulfillment::printable;
use std::io::{IsTerminal as _, Write as _};

/// What the person at the terminal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

/// Whether anybody is there to answer.
pub(super) fn can_be_asked() -> bool {
    std::io::stdin().is_terminal()
}

/// Says what is chosen, and waits for a yes.
pub(super) fn ask(choice: &Choice) -> std::io::Result<Answer> {
    let mut terminal = std::io::stderr().lock();
    terminal.write_all(words(choice).as_bytes())?;
    terminal.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(answer(&line))
}

fn words(choice: &Choice) -> String {
    let mut words = match choice.ids.len() {
        1 => "1 row has something left to do:\n".to_owned(),
        count => format!("{count} rows have something left to do:\n"),
    };
    for (reason, count) in &choice.reasons {
        words.push_str(&format!("{count:>7}  {}\n", printable(reason)));
    }
    words + "Replay? [y/N] "
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
    fn the_question_counts_the_rows_by_reason() {
        let reasons = [
            ("missing field: email".to_owned(), 1),
            ("no entry in config/products.yaml: gumroad/x".to_owned(), 11),
        ];
        let choice = Choice { ids: (1..=12).collect(), reasons: reasons.into() };
        insta::assert_snapshot!("question", words(&choice));
    }

    #[test]
    fn only_a_plain_yes_is_a_yes() {
        assert_eq!(["y\n", "YES\n"].map(answer), [Answer::Yes; 2]);
        assert_eq!(["", "\n", "n\n", "yess\n"].map(answer), [Answer::No; 4]);
    }
}
