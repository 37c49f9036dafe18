//! Named places at which a test build can be made to die, as a power cut or `kill -9` would have it, or to panic.
//!
//! Without the feature `crash-points` there is nothing here but an empty function.

/// Aborts the process here if the environment says so: `MINTMARK_TEST_CRASH_AT=NAME` at the first passage of the place
/// called `NAME`, `NAME:3` at the third. `MINTMARK_TEST_PANIC_AT` panics instead, with the words of `NAME:3:WORDS`, and
/// takes several places, with commas between them.
///
/// # Panics
/// Where the environment says so.
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

    /// The place that was named, how many passages of it are left, and what is said there.
    struct Armed {
        name: String,
        left: AtomicU64,
        words: String,
    }

    pub(super) fn pass(name: &str) {
        static CRASHES: OnceLock<Vec<Armed>> = OnceLock::new();
        static PANICS: OnceLock<Vec<Armed>> = OnceLock::new();
        let hit = |armed: &&Armed| armed.hits(name);
        if CRASHES.get_or_init(|| read("MINTMARK_TEST_CRASH_AT")).iter().any(|armed| hit(&armed)) {
            std::process::abort();
        }
        // All of them count this passage, so the list is walked to its end.
        let hits: Vec<_> = PANICS.get_or_init(|| read("MINTMARK_TEST_PANIC_AT")).iter().filter(hit).collect();
        if let Some(armed) = hits.first() {
            panic!("a test wants a panic at {name}: {}", armed.words);
        }
    }

    impl Armed {
        fn hits(&self, name: &str) -> bool {
            self.name == name && self.left.fetch_sub(1, Ordering::SeqCst) == 1
        }
    }

    fn read(variable: &str) -> Vec<Armed> {
        let text = std::env::var(variable).unwrap_or_default();
        text.split(',').map(parse).collect()
    }

    fn parse(place: &str) -> Armed {
        let mut parts = place.splitn(3, ':');
        let name = parts.next().unwrap_or_default().to_owned();
        let count = parts.next().unwrap_or("1").parse().expect("it is NAME, NAME:COUNT or NAME:COUNT:WORDS");
        Armed { name, left: AtomicU64::new(count), words: parts.next().unwrap_or_default().to_owned() }
    }
}
