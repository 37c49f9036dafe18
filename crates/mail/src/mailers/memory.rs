//! A mailer for tests, which sends nothing and remembers everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Inquiry, Letter, Mailer, Receipt, Recourse, SendError};

/// Keeps the letters it accepts, and fails when told to. Clones share one memory.
///
/// It can be asked for its letters, as Postmark can, unless it is made [`Memory::mute`].
#[derive(Debug, Clone)]
pub struct Memory {
    provider: &'static str,
    recourse: MemoryRecourse,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Copy)]
enum MemoryRecourse {
    Ask,
    Wait,
    Repeat,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    attempts: usize,
    questions: usize,
    failure: Option<SendError>,
    loss: Option<SendError>,
    deafness: Option<SendError>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::named("memory")
    }
}

impl Memory {
    /// A memory that goes by another provider's word.
    pub fn named(provider: &'static str) -> Self {
        Self { provider, recourse: MemoryRecourse::Ask, state: Arc::default() }
    }

    /// One that cannot be asked for its letters, as an SMTP server cannot.
    pub fn mute(self) -> Self {
        Self { recourse: MemoryRecourse::Wait, ..self }
    }

    /// One that takes a letter in place of its first copy, as the letters folder does.
    pub fn repeating(self) -> Self {
        Self { recourse: MemoryRecourse::Repeat, ..self }
    }

    /// Every letter accepted so far, in order.
    pub fn letters(&self) -> Vec<Letter> {
        self.state().letters.clone()
    }

    /// How often a letter was given to it, accepted or not.
    pub fn attempts(&self) -> usize {
        self.state().attempts
    }

    /// How often it was asked for a letter.
    pub fn questions(&self) -> usize {
        self.state().questions
    }

    /// Fails every letter in this way, until [`Memory::recover`].
    pub fn fail(&self, failure: SendError) {
        self.state().failure = Some(failure);
    }

    /// Accepts every letter and loses the answer in this way, until [`Memory::recover`].
    pub fn lose_answers(&self, loss: SendError) {
        self.state().loss = Some(loss);
    }

    /// Fails every question in this way, until [`Memory::recover`].
    pub fn ignore_questions(&self, deafness: SendError) {
        self.state().deafness = Some(deafness);
    }

    /// Accepts letters and questions again.
    pub fn recover(&self) {
        let mut state = self.state();
        (state.failure, state.loss, state.deafness) = (None, None, None);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer for Memory {
    fn provider(&self) -> &'static str {
        self.provider
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let mut state = self.state();
        state.attempts += 1;
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        state.letters.push(letter.clone());
        state.loss.clone().map_or_else(|| Ok(receipt(state.letters.len())), Err)
    }

    fn recourse(&self) -> Recourse<'_> {
        match self.recourse {
            MemoryRecourse::Ask => Recourse::Ask(self),
            MemoryRecourse::Wait => Recourse::Wait,
            MemoryRecourse::Repeat => Recourse::Repeat,
        }
    }
}

impl Inquiry for Memory {
    fn find(&self, uid: &str) -> Result<Option<Receipt>, SendError> {
        let mut state = self.state();
        state.questions += 1;
        if let Some(deafness) = &state.deafness {
            return Err(deafness.clone());
        }
        let place = state.letters.iter().position(|letter| letter.uid == uid);
        Ok(place.map(|place| receipt(place + 1)))
    }
}

fn receipt(place: usize) -> Receipt {
    Receipt::Accepted { message_id: Some(format!("memory-{place}")) }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::{FailureClass, Inquiry, Mailer, SendError, doubles::letter};

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

    #[test]
    fn a_letter_whose_answer_was_lost_is_found() {
        let memory = Memory::default();
        let loss = SendError { class: FailureClass::Unknown, code: None, message: "lost".to_owned() };
        memory.lose_answers(loss.clone());
        assert_eq!(memory.find(&letter().uid), Ok(None));
        assert_eq!(memory.send(&letter()), Err(loss));
        memory.recover();
        let receipt = memory.find(&letter().uid).unwrap();
        assert_eq!(receipt, Some(super::receipt(1)));
    }
}
