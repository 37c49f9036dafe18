//! The channel to the provider: while it is in trouble of its own, no letter is spent on it.

use jiff::{SignedDuration, Timestamp};
use mintmark_mail::FailureClass;
use std::sync::{Mutex, PoisonError};

/// How long a wrong token or sender pauses the channel: only a person can mend it.
const CONFIGURATION_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The first pause after "too many letters"; it doubles each time.
const THROTTLE_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest of those.
const LONGEST_THROTTLE_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// This many transient failures in a row open the circuit.
const CIRCUIT: u32 = 5;
/// An open circuit lets one letter through this often.
const CIRCUIT_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// What is known of the provider's state.
#[derive(Debug, Default)]
pub(super) struct Channel(Mutex<Trouble>);

#[derive(Debug, Default)]
struct Trouble {
    paused_until: Option<Timestamp>,
    throttle_pause: Option<SignedDuration>,
    failures: u32,
}

impl Channel {
    /// Until when nothing is to be sent.
    pub(super) fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.trouble().paused_until.filter(|until| *until > now)
    }

    /// A letter went through: whatever the trouble was, it is over.
    pub(super) fn succeeded(&self) {
        *self.trouble() = Trouble::default();
    }

    /// A letter failed. Answers until when the channel is paused, if its trouble is not the letter's own.
    pub(super) fn failed(&self, class: FailureClass, now: Timestamp) -> Option<Timestamp> {
        let mut trouble = self.trouble();
        let pause = match class {
            FailureClass::Configuration => Some(CONFIGURATION_PAUSE),
            FailureClass::Throttle => Some(trouble.longer_throttle_pause()),
            FailureClass::Transient => trouble.one_more_failure(),
            FailureClass::Unknown
            | FailureClass::Recipient
            | FailureClass::Content
            | FailureClass::Policy => None,
        };
        let until = pause.and_then(|pause| now.saturating_add(pause).ok());
        trouble.paused_until = until.or(trouble.paused_until);
        until
    }

    fn trouble(&self) -> std::sync::MutexGuard<'_, Trouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trouble {
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

    #[test]
    fn a_wrong_token_pauses_the_channel_and_a_success_ends_the_pause() {
        let channel = Channel::default();
        assert_eq!(channel.failed(FailureClass::Configuration, time(0)), Some(time(300)));
        assert_eq!(channel.paused_until(time(299)), Some(time(300)));
        assert_eq!(channel.paused_until(time(300)), None);
        channel.succeeded();
        assert_eq!(channel.paused_until(time(0)), None);
    }

    #[test]
    fn throttling_doubles_up_to_ten_minutes() {
        let channel = Channel::default();
        let pauses: Vec<_> =
            (0..7).map(|_| channel.failed(FailureClass::Throttle, time(0)).unwrap().as_second()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
    }

    #[test]
    fn five_transient_failures_in_a_row_open_the_circuit() {
        let channel = Channel::default();
        let pauses: Vec<_> = (0..5).map(|_| channel.failed(FailureClass::Transient, time(0))).collect();
        assert_eq!(pauses, [None, None, None, None, Some(time(30))]);
    }

    #[test]
    fn a_wrong_address_is_no_trouble_of_the_channel() {
        let channel = Channel::default();
        for _ in 0..10 {
            assert_eq!(channel.failed(FailureClass::Recipient, time(0)), None);
        }
    }
}
