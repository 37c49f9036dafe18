//! What many measurements come to: quantiles of one run, medians of several.

use std::time::Duration;

/// The times that the requests of one run took, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies {
    sorted_microseconds: Vec<u32>,
}

impl Latencies {
    pub(crate) fn new(mut microseconds: Vec<u32>) -> Self {
        microseconds.sort_unstable();
        Self { sorted_microseconds: microseconds }
    }

    pub(crate) fn count(&self) -> usize {
        self.sorted_microseconds.len()
    }

    /// The time in milliseconds that this share of the requests stayed within (0.5 is the median), by nearest rank:
    /// always a time that was measured. `None` without requests.
    pub(crate) fn quantile_ms(&self, per_mille: usize) -> Option<f64> {
        let rank = (self.count() * per_mille).div_ceil(1000).clamp(1, self.count().max(1));
        self.sorted_microseconds.get(rank - 1).map(|microseconds| f64::from(*microseconds) / 1000.0)
    }
}

/// Microseconds, which are as fine as loopback is steady.
pub(crate) fn microseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

/// The middle value, or the mean of the two in the middle; `None` of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// A count as a number to divide by; counts beyond four thousand million do not happen here.
pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_to(last: u32) -> Latencies {
        Latencies::new((1..=last).rev().map(|milliseconds| milliseconds * 1000).collect())
    }

    #[test]
    fn a_quantile_is_the_time_that_so_many_requests_stayed_within() {
        let hundred = one_to(100);
        assert_eq!(hundred.quantile_ms(500), Some(50.0));
        assert_eq!(hundred.quantile_ms(990), Some(99.0));
        assert_eq!(hundred.quantile_ms(999), Some(100.0));
        assert_eq!(hundred.quantile_ms(0), Some(1.0));
    }

    #[test]
    fn the_only_request_is_every_quantile() {
        assert_eq!([1, 500, 999].map(|share| one_to(1).quantile_ms(share)), [Some(1.0); 3]);
    }

    #[test]
    fn no_request_has_no_quantile() {
        assert_eq!(Latencies::default().quantile_ms(500), None);
    }

    #[test]
    fn the_median_is_not_moved_by_one_bad_round() {
        assert_eq!(median([10.0, 900.0, 11.0]), Some(11.0));
        assert_eq!(median([10.0, 20.0]), Some(15.0));
        assert_eq!(median([]), None);
    }

    #[test]
    fn a_time_that_is_too_long_to_count_is_the_longest() {
        assert_eq!(microseconds(Duration::from_secs(100_000)), u32::MAX);
    }
}
