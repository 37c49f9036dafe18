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
    use std::collections::BTreeMap;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// One place, and what is to happen there.
    #[derive(Default)]
    struct Place {
        /// One count for all that is planned here: threads that pass at once get passages of their own.
        passed: AtomicU64,
        crashes: Vec<u64>,
        /// At which passage, and what is said then.
        panics: Vec<(u64, String)>,
    }

    pub(super) fn pass(name: &str) {
        static PLACES: OnceLock<BTreeMap<String, Place>> = OnceLock::new();
        let Some(place) = PLACES.get_or_init(read).get(name) else { return };
        let passage = place.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if place.crashes.contains(&passage) {
            std::process::abort();
        }
        if let Some((_, words)) = place.panics.iter().find(|(planned, _)| *planned == passage) {
            panic!("a test wants a panic at {name}: {words}");
        }
    }

    fn read() -> BTreeMap<String, Place> {
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        for (name, passage, _) in planned("MINTMARK_TEST_CRASH_AT") {
            places.entry(name).or_default().crashes.push(passage);
        }
        for (name, passage, words) in planned("MINTMARK_TEST_PANIC_AT") {
            places.entry(name).or_default().panics.push((passage, words));
        }
        places
    }

    fn planned(variable: &str) -> Vec<(String, u64, String)> {
        let text = std::env::var(variable).unwrap_or_default();
        text.split(',').filter(|place| !place.is_empty()).map(parse).collect()
    }

    fn parse(place: &str) -> (String, u64, String) {
        let mut parts = place.splitn(3, ':');
        let name = parts.next().unwrap_or_default().to_owned();
        let passage =
            parts.next().unwrap_or("1").parse().expect("it is NAME, NAME:COUNT or NAME:COUNT:WORDS");
        (name, passage, parts.next().unwrap_or_default().to_owned())
    }
}
