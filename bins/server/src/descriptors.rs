//! How many files and sockets the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than a machine of this kind can make use of, where the system sets no bound.
const PLENTY: u64 = 65_536;

/// Raises the soft limit as far as the hard one allows; the number of descriptors in force then.
///
/// The usual soft limit is 1,024, which a handful of silent clients can use up; the next sale would not be let in.
pub(crate) fn raise() -> u64 {
    let before = getrlimit(Resource::Nofile);
    let wanted = before.maximum.unwrap_or(PLENTY).min(PLENTY);
    let current = before.current.unwrap_or(PLENTY);
    if current >= wanted {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: before.maximum }) {
        Ok(()) => {
            tracing::debug!(before = current, now = wanted, "open files and sockets");
            wanted
        }
        Err(error) => {
            tracing::warn!(%error, limit = current, "the limit of open files could not be raised");
            current
        }
    }
}
