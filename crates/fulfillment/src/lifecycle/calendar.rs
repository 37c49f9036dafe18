//! Time as licenses count it: whole seconds, and the calendar of UTC.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use mintmark_adapters::Recurrence;

/// A blob counts in seconds, and all other times of a license must agree with it.
pub(super) fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// Months and years are those of the calendar, in UTC: a month after January 31 ends with February.
pub(super) fn add(time: Timestamp, span: Span) -> Result<Timestamp, &'static str> {
    let added = time.to_zoned_datetime(TimeZone::UTC).checked_add(span);
    added.map(|zoned| zoned.timestamp()).map_err(|_| "the license would end after the year 9999")
}

/// What one charge of a subscription pays for.
pub(super) fn period(recurrence: Recurrence) -> Span {
    match recurrence {
        Recurrence::Monthly => 1.month(),
        Recurrence::Quarterly => 3.months(),
        Recurrence::Biannually => 6.months(),
        Recurrence::Yearly => 1.year(),
        Recurrence::EveryTwoYears => 2.years(),
    }
}
