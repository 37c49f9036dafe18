//! What the rules of every signed payload are checked with.

const END_OF_YEAR_9999: i64 = 253_402_300_799;

/// The words of a rule, unless it holds.
pub(crate) fn rule(holds: bool, words: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(words) }
}

/// Whether these Unix seconds lie between 1970 and the year 9999.
pub(crate) fn is_time(seconds: i64) -> bool {
    (0..=END_OF_YEAR_9999).contains(&seconds)
}
