//! The question before many rows are replayed.

use super::choice::Choice;
use mintmark_fulfillment::printable;

/// What is chosen, and whether to go on.
pub(super) fn words(choice: &Choice) -> String {
    let mut words = match choice.ids.len() {
        1 => "1 row has something left to do:\n".to_owned(),
        count => format!("{count} rows have something left to do:\n"),
    };
    for (reason, count) in &choice.reasons {
        words.push_str(&format!("{count:>7}  {}\n", printable(reason)));
    }
    words + "Replay? [y/N] "
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
}
