//! Points in time, as people type them.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use std::str::FromStr;

/// A point in time: written out, or counted back from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Written out.
    At(Timestamp),
    /// Before now.
    Ago(SignedDuration),
}

impl Moment {
    /// The point in time; what lies before all time is its beginning.
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(timestamp) => timestamp,
            Self::Ago(duration) => now.checked_sub(duration).unwrap_or(Timestamp::MIN),
        }
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let written = || text.parse().ok().map(Self::At);
        written()
            .or_else(|| midnight(text).map(Self::At))
            .or_else(|| age(text).map(Self::Ago))
            .ok_or("expected a time such as 2026-11-01T09:30:00Z, a date, or an age such as 2h or 3d")
    }
}

fn midnight(text: &str) -> Option<Timestamp> {
    let date: Date = text.parse().ok()?;
    // A date's parser also takes a time without a zone, and would drop it.
    (text.len() == "2026-11-01".len()).then_some(())?;
    TimeZone::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()
}

fn age(text: &str) -> Option<SignedDuration> {
    let span = text.parse::<Span>().ok().filter(Span::is_positive)?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_dates_and_ages_are_understood() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let resolve = |text: &str| text.parse::<Moment>().unwrap().resolve(now).to_string();
        assert_eq!(resolve("2026-11-01T09:30:00+02:00"), "2026-11-01T07:30:00Z");
        assert_eq!(resolve("2026-11-01"), "2026-11-01T00:00:00Z");
        assert_eq!(resolve("2h"), "2026-11-23T10:00:00Z");
        assert_eq!(resolve("3d"), "2026-11-20T12:00:00Z");
        assert_eq!(resolve("1w"), "2026-11-16T12:00:00Z");
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for text in ["", "yesterday", "2026-11-01T09:30:00", "2026-11", "-2h", "0d", "1mo", "5"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
