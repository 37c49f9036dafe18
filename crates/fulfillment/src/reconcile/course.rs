//! How it stands with a subscription, as far as we were told.

use super::known::Known;
use jiff::Timestamp;
use mintmark_adapters::Event;

/// The ends and beginnings of a subscription.
#[derive(Debug, Default)]
pub(super) struct Course {
    ends: Vec<Timestamp>,
    runs: Vec<Timestamp>,
    /// When a cancellation was told, and when it says that access ends.
    cancellations: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Course {
    pub(super) fn of(known: &[Known]) -> Self {
        let mut course = Self::default();
        for Known { events, received_at, .. } in known {
            for event in events {
                course.add(event, *received_at);
            }
        }
        course
    }

    fn add(&mut self, event: &Event, received_at: Timestamp) {
        match event {
            Event::Ended { at, .. } => self.ends.push(at.unwrap_or(received_at)),
            Event::Restarted { at } => self.runs.push(at.unwrap_or(received_at)),
            Event::Sold(order) => self.runs.push(order.sold_at.unwrap_or(received_at)),
            Event::Cancelled { ends_at } => self.cancellations.push((received_at, *ends_at)),
            Event::Refunded { .. }
            | Event::Disputed(_)
            | Event::DisputeWon(_)
            | Event::PlanChanged(_)
            | Event::TrialUntil(_)
            | Event::Decided(_)
            | Event::Existed(_) => {}
        }
    }

    /// Whether these events, which were read at `now`, say something else than what is known. What is written down once
    /// is no news the next time.
    pub(super) fn differs(&self, events: &[Event], now: Timestamp) -> bool {
        events.iter().any(|event| match event {
            Event::Ended { at, .. } => !self.has_ended() && at.is_none_or(|at| !self.ends.contains(&at)),
            Event::Cancelled { ends_at } => !self.has_ended() && self.cancelled() != Some(*ends_at),
            Event::Restarted { .. } => {
                self.cancelled().is_some()
                    || self.ends.iter().max().is_some_and(|end| *end <= now) && self.has_ended()
            }
            _ => false,
        })
    }

    /// In the same moment a new beginning is the answer to the end.
    fn has_ended(&self) -> bool {
        self.ends.iter().max() > self.runs.iter().max()
    }

    /// The newest cancellation, unless the subscription was taken up again since it was told.
    fn cancelled(&self) -> Option<Option<Timestamp>> {
        let (told_at, ends_at) = self.cancellations.iter().max()?;
        let is_taken_back = self.runs.iter().any(|run| run >= told_at);
        (!is_taken_back).then_some(*ends_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mintmark_adapters::EndReason;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    fn ended(at: i64) -> Event {
        Event::Ended { at: Some(day(at)), reason: EndReason::Cancelled }
    }

    fn restarted(at: i64) -> Event {
        Event::Restarted { at: Some(day(at)) }
    }

    fn cancelled(ends_at: i64) -> Event {
        Event::Cancelled { ends_at: Some(day(ends_at)) }
    }

    /// A subscription of which these were told, each on its day.
    fn course(told: &[(i64, Event)]) -> Course {
        let mut course = Course { runs: vec![day(0)], ..Course::default() };
        told.iter().for_each(|(at, event)| course.add(event, day(*at)));
        course
    }

    #[test]
    fn what_is_told_again_is_no_news() {
        let now = day(100);
        for event in [ended(5), cancelled(8)] {
            assert!(course(&[]).differs(std::slice::from_ref(&event), now), "{event:?}");
            assert!(!course(&[(6, event.clone())]).differs(std::slice::from_ref(&event), now), "{event:?}");
        }
        assert!(!course(&[]).differs(&[restarted(100)], now), "it ran all the time");
    }

    #[test]
    fn a_subscription_that_runs_again_is_news_once() {
        for over in [ended(5), cancelled(200)] {
            assert!(course(&[(6, over.clone())]).differs(&[restarted(100)], day(100)));
            let told = course(&[(6, over), (100, restarted(100))]);
            assert!(!told.differs(&[restarted(101)], day(101)));
        }
    }

    #[test]
    fn an_end_is_news_whatever_became_of_an_earlier_one() {
        let told = course(&[(6, ended(5)), (10, restarted(9))]);
        assert!(told.differs(&[ended(20)], day(100)));
        assert!(!told.differs(&[ended(5)], day(100)), "that one was told");
        assert!(!course(&[(6, ended(5))]).differs(&[ended(7)], day(100)), "it is over already");
    }
}
