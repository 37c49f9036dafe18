//! How fast a channel's workers are: whether a letter has a chance within an answer's time.

use super::WORKERS;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Workers that are all busy for longer than this are stuck with a provider that does not answer.
const STUCK: Duration = Duration::from_secs(1);
/// What cannot be sent in so much time, or while it is waited for, is left to its turn, and to other servers.
const LONGEST_QUEUE: Duration = Duration::from_secs(1);
/// No sending is taken to be faster: it bounds how many letters wait in memory.
const FASTEST: Duration = Duration::from_millis(1);

/// What the workers of one channel are doing, and how long sending a letter took lately.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    average: Duration,
    busy_since: [Option<Instant>; WORKERS],
}

/// What a letter can hope for that is sent behind others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prospect {
    /// Its result may come in time.
    InTime,
    /// It is sent soon, but its result comes too late.
    Soon,
    /// Too much is in front of it.
    Backlogged,
}

/// A worker at work; dropping it says that it is free again.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pace: &'a Pace,
    worker: usize,
    letters: u32,
}

impl Pace {
    /// Notes that a worker, by its number, begins.
    pub(super) fn begin(&self, worker: usize) -> Work<'_> {
        self.state().busy_since[worker] = Some(Instant::now());
        Work { pace: self, worker, letters: 0 }
    }

    /// What a letter can hope for with so many new ones in front of it, if it is waited for so long.
    pub(super) fn prospect(&self, in_front: usize, patience: Duration) -> Prospect {
        self.state().prospect(in_front, patience, Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work<'_> {
    /// Notes how many letters are being sent.
    pub(super) fn on(&mut self, letters: usize) {
        self.letters = u32::try_from(letters).unwrap_or(u32::MAX);
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if let Some(since) = state.busy_since[self.worker].take() {
            state.took(self.letters, since.elapsed());
        }
    }
}

impl State {
    fn prospect(&self, in_front: usize, patience: Duration, now: Instant) -> Prospect {
        let is_stuck = |since: &Option<Instant>| since.is_some_and(|since| now - since > STUCK);
        let rounds = u32::try_from(in_front / WORKERS).unwrap_or(u32::MAX);
        let turn = self.average.max(FASTEST).saturating_mul(rounds);
        if self.busy_since.iter().all(is_stuck) || turn > patience.max(LONGEST_QUEUE) {
            Prospect::Backlogged
        } else if turn + self.average.max(FASTEST) > patience {
            Prospect::Soon
        } else {
            Prospect::InTime
        }
    }

    fn took(&mut self, letters: u32, time: Duration) {
        let Some(each) = time.checked_div(letters) else { return };
        self.average = if self.average.is_zero() { each } else { (self.average * 3 + each) / 4 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn prospect(state: &State, in_front: usize) -> Prospect {
        state.prospect(in_front, PATIENCE, Instant::now())
    }

    #[test]
    fn a_letter_behind_more_than_can_be_sent_in_time_is_backlogged() {
        let state = State { average: Duration::from_millis(100), ..State::default() };
        assert_eq!(prospect(&state, 0), Prospect::InTime);
        assert_eq!(prospect(&state, 9 * WORKERS), Prospect::InTime);
        assert_eq!(prospect(&state, 10 * WORKERS), Prospect::Soon);
        assert_eq!(prospect(&state, 11 * WORKERS), Prospect::Backlogged);
        assert_eq!(prospect(&State::default(), 10_000), Prospect::Backlogged, "however fast it seems");
    }

    #[test]
    fn a_provider_that_is_slower_than_an_answer_still_gets_new_letters() {
        let state = State { average: Duration::from_secs(2), ..State::default() };
        assert_eq!(prospect(&state, 0), Prospect::Soon);
        assert_eq!(prospect(&state, WORKERS), Prospect::Backlogged);
    }

    #[test]
    fn a_letter_that_nobody_waits_for_is_sent_soon_all_the_same() {
        let state = State { average: Duration::from_millis(100), ..State::default() };
        let prospect = |in_front| state.prospect(in_front, Duration::ZERO, Instant::now());
        assert_eq!((prospect(0), prospect(10 * WORKERS)), (Prospect::Soon, Prospect::Soon));
        assert_eq!(prospect(11 * WORKERS), Prospect::Backlogged);
    }

    #[test]
    fn workers_that_are_all_busy_for_long_are_stuck_and_one_that_is_free_is_not() {
        let now = Instant::now();
        let mut state = State::default();
        let later = now + Duration::from_millis(1_100);
        assert_eq!(state.prospect(0, PATIENCE, later), Prospect::InTime);
        state.busy_since[1..].fill(Some(now));
        assert_eq!(state.prospect(0, PATIENCE, later), Prospect::InTime);
        state.busy_since[0] = Some(now);
        assert_eq!(state.prospect(0, PATIENCE, later), Prospect::Backlogged);
        state.busy_since[0] = Some(later);
        assert_eq!(state.prospect(0, PATIENCE, later), Prospect::InTime);
    }

    #[test]
    fn one_sending_that_timed_out_is_remembered_for_a_while() {
        let mut state = State { average: Duration::from_millis(100), ..State::default() };
        state.took(1, Duration::from_secs(10));
        assert_eq!(prospect(&state, 0), Prospect::Soon);
        (0..4).for_each(|_| state.took(1, Duration::from_millis(100)));
        assert_eq!(prospect(&state, 0), Prospect::InTime);
    }

    #[test]
    fn letters_that_were_sent_together_count_each() {
        let mut state = State::default();
        state.took(25, Duration::from_millis(250));
        assert_eq!(state.average, Duration::from_millis(10));
        state.took(0, Duration::from_secs(9));
        assert_eq!(state.average, Duration::from_millis(10), "looking for letters is no sending");
    }
}
