//! When a letter is tried again: fast at first, since a buyer waits, and given up after three days.

use jiff::{SignedDuration, Timestamp};

/// Pauses after the first, second, … attempt, in seconds; the last one repeats.
const PAUSES: [i64; 8] = [10, 30, 120, 600, 1_800, 3_600, 7_200, 14_400];
/// A letter that was not accepted this long after it was queued is given up.
const LONGEST: SignedDuration = SignedDuration::from_hours(72);
/// When to try again after `attempts` attempts, the last of which ended at `now`; `None` if it is given up.
pub(super) fn next(attempts: i64, seed: &str, queued_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let step = usize::try_from(attempts.max(1) - 1).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
    let pause = jittered(PAUSES[step], seed, attempts);
    let next = now.saturating_add(pause).ok()?;
    (next.duration_since(queued_at) <= LONGEST).then_some(next)
}

/// A fifth more or less, so that letters that failed together do not come back together.
fn jittered(seconds: i64, seed: &str, attempts: i64) -> SignedDuration {
    let mixed = seed.bytes().fold(attempts, |sum, byte| sum.wrapping_mul(31).wrapping_add(i64::from(byte)));
    let percent = 80 + mixed.rem_euclid(41);
    SignedDuration::from_millis(seconds * 10 * percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn pauses_grow_and_stay_within_a_fifth_of_the_schedule() {
        let all: Vec<i64> = (1..=10)
            .map(|attempt| next(attempt, "a letter", time(0), time(0)).unwrap().as_second())
            .collect();
        for (attempt, seconds) in all.iter().enumerate() {
            let planned = PAUSES[attempt.min(PAUSES.len() - 1)];
            assert!((planned * 8 / 10..=planned * 12 / 10).contains(seconds), "{attempt}: {seconds}");
        }
    }

    #[test]
    fn letters_that_failed_together_come_back_apart() {
        let times: std::collections::BTreeSet<_> =
            (0..20).map(|letter| next(4, &format!("letter {letter}"), time(0), time(0))).collect();
        assert!(times.len() > 5, "{times:?}");
    }

    #[test]
    fn a_letter_is_given_up_after_three_days() {
        let three_days = 72 * 3_600;
        assert!(next(20, "a letter", time(0), time(three_days - 20_000)).is_some());
        assert_eq!(next(20, "a letter", time(0), time(three_days - 60)), None);
    }
}
