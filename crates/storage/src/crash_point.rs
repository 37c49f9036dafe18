//! Named places at which a test build can be made to die, as a power cut or `kill -9` would have it.
//!
//! Without the feature `crash-points` there is nothing here but an empty function.

/// Aborts the process here if the environment says so: `MINTMARK_TEST_CRASH_AT=NAME` at the first passage of the place
/// called `NAME`, `NAME:3` at the third.
#[cfg(feature = "crash-points")]
pub fn crash_point(name: &str) {
    armed::pass(name);
}

/// Does nothing: this build has no crash points.
#[cfg(not(feature = "crash-points"))]
#[inline(always)]
pub fn crash_point(_name: &str) {}

#[cfg(feature = "crash-points")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The place that was named, and how many passages of it are left.
    struct Armed {
        name: String,
        left: AtomicU64,
    }

    pub(super) fn pass(name: &str) {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let Some(armed) = ARMED.get_or_init(read) else { return };
        if armed.name == name && armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
    }

    fn read() -> Option<Armed> {
        let text = std::env::var("MINTMARK_TEST_CRASH_AT").ok()?;
        let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
        let count: u64 = count.parse().expect("MINTMARK_TEST_CRASH_AT is NAME or NAME:COUNT");
        Some(Armed { name: name.to_owned(), left: AtomicU64::new(count) })
    }
}
