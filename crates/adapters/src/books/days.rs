//! Stretches of days, by the calendar of UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

/// Days that are listed at once: few enough for a store to look through.
pub const WINDOW_DAYS: i32 = 7;

/// A stretch of days; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub first: Date,
    /// The last day, which belongs to it.
    pub last: Date,
}

impl Days {
    /// From the day of one moment to the day of another.
    pub fn between(since: Timestamp, until: Timestamp) -> Self {
        let (first, last) = (day(since), day(until));
        Self { first, last: last.max(first) }
    }

    /// The day after the last one.
    pub fn end(self) -> Date {
        later(self.last, 1.day())
    }

    /// Cut into windows of a week, the newest first. Each reaches a day into the next, so that nothing falls between
    /// two of them while the store is writing.
    pub fn windows(self) -> Vec<Self> {
        let mut windows = Vec::new();
        let mut last = self.last;
        loop {
            let first = later(last, -(WINDOW_DAYS - 1).days()).max(self.first);
            windows.push(Self { first, last: later(last, 1.day()) });
            if first <= self.first {
                return windows;
            }
            last = later(first, -1.day());
        }
    }

    /// Both halves; `None` of a single day.
    pub(crate) fn halves(self) -> Option<[Self; 2]> {
        let days = self.first.until(self.last).map_or(0, |span| span.get_days());
        let middle = later(self.first, (days / 2).days());
        let second = Self { first: later(middle, 1.day()), last: self.last };
        (days > 0).then_some([Self { first: self.first, last: middle }, second])
    }
}

/// The day of a moment.
pub(crate) fn day(moment: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

/// At the ends of the calendar the day itself: nobody sells there.
fn later(date: Date, span: Span) -> Date {
    date.checked_add(span).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Days {
        Days { first: first.parse().unwrap(), last: last.parse().unwrap() }
    }

    #[test]
    fn windows_begin_with_the_newest_and_reach_a_day_into_the_next() {
        let windows = days("2026-03-01", "2026-03-10").windows();
        assert_eq!(windows, [days("2026-03-04", "2026-03-11"), days("2026-03-01", "2026-03-04")]);
        assert_eq!(days("2026-03-01", "2026-03-01").windows(), [days("2026-03-01", "2026-03-02")]);
        assert_eq!(days("2026-03-01", "2026-03-07").windows(), [days("2026-03-01", "2026-03-08")]);
    }

    #[test]
    fn days_are_halved_until_one_is_left() {
        let [first, second] = days("2026-03-01", "2026-03-03").halves().unwrap();
        assert_eq!((first, second), (days("2026-03-01", "2026-03-02"), days("2026-03-03", "2026-03-03")));
        assert_eq!(second.halves(), None);
        let [first, second] = first.halves().unwrap();
        assert_eq!(first, days("2026-03-01", "2026-03-01"));
        assert_eq!(second, days("2026-03-02", "2026-03-02"));
    }

    #[test]
    fn a_moment_belongs_to_its_day_of_utc() {
        let since = "2026-03-01T00:30:00+02:00".parse().unwrap();
        let until = "2026-03-02T23:59:59Z".parse().unwrap();
        assert_eq!(Days::between(since, until), days("2026-02-28", "2026-03-02"));
        assert_eq!(Days::between(until, since), days("2026-03-02", "2026-03-02"));
    }
}
