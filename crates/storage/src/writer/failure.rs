//! The end of a store whose disk has failed.
//!
//! After a failed fsync the operating system takes pages for written that are not, and no later success means what it
//! says. Only a new process, which reads the log from the disk, knows what is there.

use super::lock;
use crate::Error;
use std::fmt;
use std::sync::Mutex;

/// What is to happen when the disk fails; at most once.
#[derive(Default)]
pub(super) struct Failure(Mutex<State>);

#[derive(Default)]
enum State {
    /// Nobody has asked to be told.
    #[default]
    Unwatched,
    Watched(Box<dyn FnOnce() + Send>),
    Happened,
}

impl Failure {
    /// Has `tell` called when the disk fails, at once if it has.
    pub(super) fn watch(&self, tell: impl FnOnce() + Send + 'static) {
        let mut state = lock(&self.0);
        if matches!(*state, State::Happened) {
            drop(state);
            return tell();
        }
        *state = State::Watched(Box::new(tell));
    }

    /// The disk has failed.
    pub(super) fn happen(&self, error: &Error) {
        tracing::error!(
            error = error.with_causes(),
            "the disk of the database failed; nothing more is written"
        );
        let before = std::mem::replace(&mut *lock(&self.0), State::Happened);
        if let State::Watched(tell) = before {
            tell();
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Failure")
    }
}
