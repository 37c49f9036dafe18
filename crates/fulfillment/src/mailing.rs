//! Where a letter is, in the three words that a store is answered with.

use mintmark_storage::{Letter, LetterState};

/// Where the letter of a license is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailing {
    /// The provider has it, or it lies in the letters folder.
    Accepted,
    /// It is on its way.
    Queued,
    /// Its last sending failed, or it cannot be mailed.
    Failed {
        /// What went wrong.
        reason: String,
    },
}

impl Mailing {
    /// Of the newest letter of a license.
    pub fn of(letter: Option<&Letter>) -> Self {
        let Some(letter) = letter else { return Self::Queued };
        let failed =
            || Self::Failed { reason: letter.error.clone().unwrap_or_else(|| letter.state.to_string()) };
        match letter.state {
            LetterState::Accepted | LetterState::Delivered | LetterState::Logged => Self::Accepted,
            LetterState::Queued if letter.error.is_some() => failed(),
            LetterState::Queued | LetterState::Sending => Self::Queued,
            LetterState::Bounced | LetterState::Failed | LetterState::Held => failed(),
        }
    }
}
