//! What a publisher has seen, so that it looks closely no more often than it has to.

use jiff::{SignedDuration, Timestamp};
use mintmark_storage::RevocationMark;

/// A closer look is taken so often though nothing seems to have changed: for the list's term, and to rely on no
/// mark alone. It is also how long a file that could not be written is left alone.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// The memory of one publisher.
#[derive(Debug)]
pub(super) struct Watch {
    seen: Option<(RevocationMark, Timestamp)>,
    /// The highest serial that the data folder has known.
    pub(super) serial_on_disk: Option<i64>,
    is_written: bool,
    failed_at: Option<Timestamp>,
}

impl Watch {
    pub(super) fn new(serial_on_disk: Option<i64>) -> Self {
        Self { seen: None, serial_on_disk, is_written: false, failed_at: None }
    }

    /// Whether licenses may have changed, or nobody has looked closely for a while.
    pub(super) fn is_due(&self, mark: &RevocationMark, now: Timestamp) -> bool {
        self.seen.is_none_or(|(seen, at)| mark.differs_in_licenses(&seen) || !is_recent(at, now))
    }

    pub(super) fn has_seen(&mut self, mark: RevocationMark, now: Timestamp) {
        self.seen = Some((mark, now));
    }

    /// Whether the list of this serial is not in its file yet, and may be tried now.
    pub(super) fn is_to_be_written(&self, serial: i64, now: Timestamp) -> bool {
        let is_there = self.is_written && self.serial_on_disk == Some(serial);
        !is_there && self.failed_at.is_none_or(|at| !is_recent(at, now))
    }

    pub(super) fn has_written(&mut self, serial: i64) {
        (self.is_written, self.serial_on_disk, self.failed_at) = (true, Some(serial), None);
    }

    pub(super) fn has_not_written(&mut self, now: Timestamp) {
        self.failed_at = Some(now);
    }
}

/// A time in the future is not: the clock was set back.
fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..PAUSE).contains(&now.duration_since(at))
}
