//! Which rows of the audit log are asked for.

use crate::{Origin, Outcome};
use jiff::Timestamp;

/// Where a row stands, for whoever has to look after it. The states do not exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// A person has to mend something; letters that could not be sent included.
    Failed,
    /// Something is left to do.
    Unprocessed,
    /// Something is left to do, and no person has to do it.
    Waiting,
    /// Not to be believed until a person has compared it with the store.
    Held,
    /// Nothing is left to do, and nothing is to be mended.
    Done,
}

/// Which rows to list, newest first. Every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only rows with an error, letters' errors included.
    pub failed: bool,
    /// Only rows with something left to do.
    pub unprocessed: bool,
    /// Only rows in this state.
    pub state: Option<RowState>,
    /// Only rows that led to this.
    pub outcome: Option<Outcome>,
    /// Only what came like this.
    pub origin: Option<Origin>,
    /// Only this event.
    pub kind: Option<String>,
    /// Only this product, by the store's id.
    pub product: Option<String>,
    /// Only this buyer's address.
    pub email: Option<String>,
    /// Only rows whose error or reason contains this, in letters of either case.
    pub reason: Option<String>,
    /// Only this source.
    pub source: Option<String>,
    /// Only this order; the id of a single purchase finds it too.
    pub order: Option<String>,
    /// Only what came at or after this time.
    pub since: Option<Timestamp>,
    /// Only what came before this time.
    pub until: Option<Timestamp>,
    /// Only rows with smaller numbers: the next page.
    pub before: Option<i64>,
    /// At most this many.
    pub limit: Option<i64>,
}

impl AuditFilter {
    pub(super) fn wants(&self, state: RowState) -> Option<()> {
        let is_flagged = match state {
            RowState::Failed => self.failed,
            RowState::Unprocessed => self.unprocessed,
            RowState::Waiting | RowState::Held | RowState::Done => false,
        };
        (is_flagged || self.state == Some(state)).then_some(())
    }
}
