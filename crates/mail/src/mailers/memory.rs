//! A mailer for tests, which sends nothing and remembers everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Letter, Mailer, Receipt, SendError};

/// Keeps the letters it accepts, and fails when told to. Clones share one memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    attempts: usize,
    failure: Option<SendError>,
}

impl Memory {
    /// Every letter accepted so far, in order.
    pub fn letters(&self) -> Vec<Letter> {
        self.state().letters.clone()
    }

    /// How often a letter was given to it, accepted or not.
    pub fn attempts(&self) -> usize {
        self.state().attempts
    }

    /// Fails every letter in this way, until [`Memory::recover`].
    pub fn fail(&self, failure: SendError) {
        self.state().failure = Some(failure);
    }

    /// Accepts letters again.
    pub fn recover(&self) {
        self.state().failure = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for Memory {
    fn provider(&self) -> &'static str {
        "memory"
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let mut state = self.state();
        state.attempts += 1;
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        state.letters.push(letter.clone());
        Ok(Receipt::Accepted { message_id: Some(format!("memory-{}", state.letters.len())) })
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::{FailureClass, Mailer, SendError, doubles::letter};

    #[test]
    fn a_failure_lasts_until_recovery() {
        let memory = Memory::default();
        let failure = SendError { class: FailureClass::Transient, code: None, message: "down".to_owned() };
        memory.fail(failure.clone());
        assert_eq!(memory.send(&letter()), Err(failure));
        assert!(memory.letters().is_empty());

        memory.recover();
        memory.send(&letter()).unwrap();
        assert_eq!(memory.letters(), [letter()]);
        assert_eq!(memory.attempts(), 2);
    }
}
