//! A mailer that remembers its letters, and lets a test wait for each sending.

use mintmark_mail::{FailureClass, Letter, Mailer, Memory, Receipt, Recourse, SendError};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Far longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(60);

/// Clones share their letters.
#[derive(Debug, Clone)]
pub(crate) struct Postbox {
    pub(crate) memory: Memory,
    bell: Sender<()>,
    rings: Arc<Mutex<Receiver<()>>>,
}

impl Default for Postbox {
    fn default() -> Self {
        let (bell, rings) = channel();
        Self { memory: Memory::default(), bell, rings: Arc::new(Mutex::new(rings)) }
    }
}

impl Postbox {
    /// A postbox of another provider's.
    pub(crate) fn named(provider: &'static str) -> Self {
        Self::over(Memory::named(provider))
    }

    /// One with this memory.
    pub(crate) fn over(memory: Memory) -> Self {
        Self { memory, ..Self::default() }
    }

    /// Waits until so many sendings have been tried in all, since the postbox was made.
    pub(crate) fn wait_for(&self, attempts: usize) {
        let rings = self.rings.lock().unwrap();
        while self.memory.attempts() < attempts {
            rings.recv_timeout(PATIENCE).expect("a sending");
        }
    }

    /// The texts of the letters that were accepted.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.memory.letters().into_iter().map(|letter| letter.content.text).collect()
    }
}

impl Mailer for Postbox {
    fn provider(&self) -> &'static str {
        self.memory.provider()
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let sent = self.memory.send(letter);
        self.bell.send(()).expect("the postbox keeps its receiver");
        sent
    }

    fn recourse(&self) -> Recourse<'_> {
        self.memory.recourse()
    }
}

/// A failure of this class.
pub(crate) fn trouble(class: FailureClass) -> SendError {
    SendError { class, code: None, message: format!("{class} trouble") }
}
