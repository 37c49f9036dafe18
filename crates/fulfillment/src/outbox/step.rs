//! Steps of the clock: whoever sets it back must not put off the letters.

use jiff::{SignedDuration, Timestamp};
use std::time::Instant;

/// Smaller steps are lost among the pauses of the schedule.
const SMALLEST: SignedDuration = SignedDuration::from_mins(1);

/// The time at the last look, by the clock and by the machine, which counts on whatever the clock says.
#[derive(Debug, Default)]
pub(super) struct Step {
    last: Option<(Timestamp, Instant)>,
}

impl Step {
    /// How far the clock was set back since the last look, if it was.
    pub(super) fn back(&mut self, now: Timestamp, machine_now: Instant) -> Option<SignedDuration> {
        let (last, machine_last) = self.last.replace((now, machine_now))?;
        let passed = SignedDuration::try_from(machine_now - machine_last).ok()?;
        let back = passed - now.duration_since(last);
        (back >= SMALLEST).then_some(back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_that_is_set_back_is_noticed_once_and_one_that_goes_on_or_forward_is_not() {
        let (clock, machine) = (Timestamp::from_second(1_000_000).unwrap(), Instant::now());
        let mut step = Step::default();
        let mut look = |clock_seconds: i64, machine_seconds| {
            let now = clock + SignedDuration::from_secs(clock_seconds);
            step.back(now, machine + Duration::from_secs(machine_seconds)).map(|back| back.as_secs())
        };
        assert_eq!([look(0, 0), look(10, 10), look(5_000, 20)], [None, None, None]);
        assert_eq!([look(1_400, 20), look(1_401, 21), look(1_401, 80)], [Some(3_600), None, None]);
    }
}
