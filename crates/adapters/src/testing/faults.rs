//! What can go wrong with the stand-in.

use jiff::civil::Date;
use std::time::Duration;

/// What goes wrong; by default nothing. "Every n" counts what was asked since the faults began.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Every n-th question is answered 429, with so many seconds of `Retry-After`.
    pub throttle_every: Option<(usize, u64)>,
    /// Every n-th question is answered 503.
    pub fail_every: Option<usize>,
    /// Every n-th question gets no answer at all.
    pub hang_up_every: Option<usize>,
    /// A list of more days than this times out.
    pub longest_list: Option<i32>,
    /// Every list with this day in it times out.
    pub heavy_day: Option<Date>,
    /// Every n-th further page is the page before once more, and names the same next one.
    pub repeat_every: Option<usize>,
    /// Every n-th page that has a next one does not name it.
    pub forget_next_every: Option<usize>,
    /// Each page begins with so many sales of the page before.
    pub overlap: usize,
    /// The sales of a page are in no order.
    pub shuffled: bool,
    /// No token is known.
    pub no_token: bool,
    /// The token has no scope that would do.
    pub no_scope: bool,
    /// How long every answer takes.
    pub slow: Duration,
}
