//! When a question is asked again, and after how long.

use std::time::Duration;

use crate::BooksError;

/// A question is asked so often at most.
const MOST_TRIES: u32 = 5;
/// Whoever is told to wait longer comes back after this, to hear the same again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What becomes of a question whose answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Asking twice does no more than asking once.
    Harmless,
    /// Asking twice does a thing twice.
    Harmful,
}

/// How long to wait before the question is asked again; `None` if it is not.
///
/// The pauses grow from twice the `pace`: 1 s, 2 s, 4 s, 8 s at two questions a second.
pub(super) fn pause(error: &BooksError, tries: u32, repeat: Repeat, pace: Duration) -> Option<Duration> {
    if tries >= MOST_TRIES {
        return None;
    }
    let growing = pace.saturating_mul(2_u32.saturating_pow(tries));
    let pause = match (error, repeat) {
        // It was refused before anything was done.
        (BooksError::Throttled { retry_after }, _) => retry_after.unwrap_or(growing).max(growing),
        (BooksError::Unavailable(_), Repeat::Harmless) => growing,
        _ => return None,
    };
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Duration = Duration::from_millis(500);

    #[test]
    fn pauses_grow_and_end() {
        let trouble = BooksError::Unavailable("503".to_owned());
        let pauses: Vec<Option<u64>> =
            (1..6).map(|tries| pause(&trouble, tries, Repeat::Harmless, PACE).map(|p| p.as_secs())).collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(4), Some(8), None]);
        assert_eq!(pause(&trouble, 1, Repeat::Harmful, PACE), None);
    }

    #[test]
    fn the_store_may_ask_for_a_pause_but_not_for_an_hour() {
        let throttled = |seconds| BooksError::Throttled { retry_after: Some(Duration::from_secs(seconds)) };
        let asked = |seconds| pause(&throttled(seconds), 1, Repeat::Harmful, PACE).unwrap().as_secs();
        assert_eq!((asked(0), asked(7), asked(3600)), (1, 7, 60));
    }

    #[test]
    fn what_does_not_pass_is_not_asked_again() {
        for error in [BooksError::Unauthorized, BooksError::NotFound, BooksError::QueryTimedOut] {
            assert_eq!(pause(&error, 1, Repeat::Harmless, PACE), None);
        }
    }
}
