//! The trouble of a channel: while its provider is out of order, no letter is spent on it.

use jiff::{SignedDuration, Timestamp};
use mintmark_mail::FailureClass;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a wrong token or sender pauses the channel: only a person can mend it.
const CONFIGURATION_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The first pause after "too many letters"; it doubles each time.
const THROTTLE_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest of those.
const LONGEST_THROTTLE_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// So many letters in a row that the provider did not take, or did not answer, open the circuit.
const CIRCUIT: u32 = 5;
/// An open circuit lets one letter through this often.
const CIRCUIT_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// What is known of a provider's state. After a pause one letter is let through at a time, until one is taken.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    pause: Option<Pause>,
    /// Counts pauses. What was let through before one began says nothing of its end.
    episode: u64,
    throttle_pause: Option<SignedDuration>,
    failures: u32,
    is_probed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    since: Timestamp,
    until: Timestamp,
    cause: FailureClass,
}

/// The permission to give letters to the provider, and the duty to tell how that ended.
#[derive(Debug)]
pub(super) struct Admission<'a> {
    trouble: &'a Trouble,
    extent: Extent,
    episode: u64,
}

/// How many letters may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// One, to see whether the trouble is over.
    Probe,
    /// Any number.
    Any,
}

impl Trouble {
    /// Whether a letter would be let through.
    pub(super) fn admits(&self, now: Timestamp) -> bool {
        self.state().extent(now).is_some()
    }

    /// Lets letters through, if the provider is not in trouble, or to see whether it still is.
    pub(super) fn admit(&self, now: Timestamp) -> Option<Admission<'_>> {
        let mut state = self.state();
        let extent = state.extent(now)?;
        state.is_probed |= extent == Extent::Probe;
        Some(Admission { trouble: self, extent, episode: state.episode })
    }

    /// Whether another channel is to take over: letters are surely not taken here, and it is nobody's mistake.
    pub(super) fn is_diverting(&self) -> bool {
        self.state().pause.is_some_and(|pause| pause.cause == FailureClass::Transient)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    /// The provider took a letter, or answered a question: whatever the trouble was, it is over.
    pub(super) fn succeeded(&self) {
        let mut state = self.trouble.state();
        if state.episode == self.episode {
            *state = State { episode: state.episode, ..State::default() };
        }
    }

    /// The provider did not take a letter. Answers until when the channel is paused, if the trouble is its own.
    pub(super) fn failed(&self, class: FailureClass, now: Timestamp) -> Option<Timestamp> {
        let mut state = self.trouble.state();
        let pause = match class {
            FailureClass::Configuration => Some(CONFIGURATION_PAUSE),
            FailureClass::Throttle => Some(state.longer_throttle_pause()),
            FailureClass::Transient | FailureClass::Unknown => state.one_more_failure(),
            FailureClass::Recipient | FailureClass::Content | FailureClass::Policy => {
                drop(state);
                self.succeeded();
                return None;
            }
        };
        let until = now.saturating_add(pause?).ok()?;
        Some(state.pause(Pause { since: now, until, cause: class }))
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if self.extent == Extent::Probe {
            self.trouble.state().is_probed = false;
        }
    }
}

impl State {
    fn extent(&self, now: Timestamp) -> Option<Extent> {
        match self.pause {
            None => Some(Extent::Any),
            // A clock that was set back must not prolong it.
            Some(pause) if (pause.since..pause.until).contains(&now) || self.is_probed => None,
            Some(_) => Some(Extent::Probe),
        }
    }

    /// A letter that was on its way when a longer pause began does not shorten it.
    fn pause(&mut self, new: Pause) -> Timestamp {
        let longer = self.pause.filter(|pause| pause.until > new.until).unwrap_or(new);
        self.pause = Some(longer);
        self.episode += 1;
        longer.until
    }

    fn longer_throttle_pause(&mut self) -> SignedDuration {
        let pause =
            self.throttle_pause.map_or(THROTTLE_PAUSE, |pause| (pause * 2).min(LONGEST_THROTTLE_PAUSE));
        self.throttle_pause = Some(pause);
        pause
    }

    fn one_more_failure(&mut self) -> Option<SignedDuration> {
        self.failures = self.failures.saturating_add(1);
        (self.failures >= CIRCUIT).then_some(CIRCUIT_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Until when the channel is paused after one more letter that ended so.
    fn fail(trouble: &Trouble, class: FailureClass, second: i64) -> Option<i64> {
        let admission = trouble.admit(time(second)).expect("the channel is open");
        admission.failed(class, time(second)).map(Timestamp::as_second)
    }

    #[test]
    fn a_wrong_token_pauses_the_channel_and_a_success_ends_the_pause() {
        let trouble = Trouble::default();
        assert_eq!(fail(&trouble, FailureClass::Configuration, 0), Some(300));
        assert!(!trouble.admits(time(299)));
        let probe = trouble.admit(time(300)).unwrap();
        assert_eq!(probe.extent(), Extent::Probe);
        probe.succeeded();
        assert_eq!(trouble.admit(time(300)).unwrap().extent(), Extent::Any);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_prolong_a_pause() {
        let trouble = Trouble::default();
        fail(&trouble, FailureClass::Configuration, 100_000);
        assert!(!trouble.admits(time(100_299)));
        assert!(trouble.admits(time(99_999)));
    }

    #[test]
    fn throttling_doubles_up_to_ten_minutes() {
        let trouble = Trouble::default();
        let mut now = 0;
        let pauses = [(); 7].map(|()| {
            let until = fail(&trouble, FailureClass::Throttle, now).unwrap();
            let pause = until - now;
            now = until;
            pause
        });
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
    }

    #[test]
    fn five_failures_in_a_row_open_the_circuit_and_each_probe_opens_it_again() {
        for class in [FailureClass::Transient, FailureClass::Unknown] {
            let trouble = Trouble::default();
            let pauses = [(); 5].map(|()| fail(&trouble, class, 0));
            assert_eq!(pauses, [None, None, None, None, Some(30)]);
            assert_eq!(fail(&trouble, class, 30), Some(60));
        }
    }

    #[test]
    fn while_one_letter_probes_no_other_is_let_through() {
        let trouble = Trouble::default();
        fail(&trouble, FailureClass::Configuration, 0);
        let probe = trouble.admit(time(300)).unwrap();
        assert!(!trouble.admits(time(300)) && trouble.admit(time(300)).is_none());
        drop(probe);
        assert!(trouble.admits(time(300)), "a probe that found no letter makes room for the next");
    }

    #[test]
    fn another_channel_takes_over_for_transient_trouble_alone() {
        for (class, expected) in [
            (FailureClass::Transient, true),
            (FailureClass::Unknown, false),
            (FailureClass::Throttle, false),
            (FailureClass::Configuration, false),
        ] {
            let trouble = Trouble::default();
            assert!(!trouble.is_diverting());
            let admission = trouble.admit(time(0)).unwrap();
            for _ in 0..5 {
                admission.failed(class, time(0));
            }
            assert_eq!(trouble.is_diverting(), expected, "{class}");
        }
    }

    #[test]
    fn a_letter_that_was_on_its_way_when_the_pause_began_does_not_end_it() {
        let trouble = Trouble::default();
        let earlier = trouble.admit(time(0)).unwrap();
        fail(&trouble, FailureClass::Configuration, 0);
        earlier.succeeded();
        assert!(!trouble.admits(time(299)));
        assert_eq!(earlier.failed(FailureClass::Throttle, time(1)), Some(time(300)), "nor shorten it");
    }

    #[test]
    fn a_wrong_address_shows_that_the_provider_answers() {
        let trouble = Trouble::default();
        for _ in 0..3 {
            (0..4).for_each(|_| assert_eq!(fail(&trouble, FailureClass::Transient, 0), None));
            assert_eq!(fail(&trouble, FailureClass::Recipient, 0), None);
        }
    }
}
