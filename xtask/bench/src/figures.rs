//! The figures of one measurement, and what several rounds of it come to.

use crate::load::Sample;
use crate::statistics::{median, number};
use crate::usage::Usage;
use serde::Serialize;

/// One subject under one load. What could not be measured is `null`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figures {
    pub(crate) accepted_per_second: f64,
    pub(crate) latency_p50_ms: Option<f64>,
    pub(crate) latency_p90_ms: Option<f64>,
    pub(crate) latency_p99_ms: Option<f64>,
    pub(crate) latency_p999_ms: Option<f64>,
    pub(crate) cpu_seconds_per_1000: Option<f64>,
    pub(crate) rss_idle_mib: Option<f64>,
    pub(crate) rss_peak_mib: Option<f64>,
    pub(crate) errors: f64,
}

impl Figures {
    /// From what the generator saw, and what the server used before and after.
    pub(crate) fn new(sample: &Sample, before: Option<Usage>, after: Option<Usage>) -> Self {
        let quantile = |per_mille| sample.latencies.quantile_ms(per_mille);
        let thousands = number(sample.answers.max(1)) / 1000.0;
        let cpu =
            before.zip(after).map(|(before, after)| (after.cpu_seconds - before.cpu_seconds) / thousands);
        Self {
            accepted_per_second: sample.accepted_per_second(),
            latency_p50_ms: quantile(500),
            latency_p90_ms: quantile(900),
            latency_p99_ms: quantile(990),
            latency_p999_ms: quantile(999),
            cpu_seconds_per_1000: cpu,
            rss_idle_mib: before.map(|usage| usage.resident_mib),
            rss_peak_mib: after.map(|usage| usage.peak_mib),
            errors: number(sample.errors),
        }
    }

    /// Figure by figure the median; of the errors the sum, because one is one too many.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> Option<f64>| median(rounds.iter().filter_map(figure));
        Self {
            accepted_per_second: of(|round| Some(round.accepted_per_second)).unwrap_or(0.0),
            latency_p50_ms: of(|round| round.latency_p50_ms),
            latency_p90_ms: of(|round| round.latency_p90_ms),
            latency_p99_ms: of(|round| round.latency_p99_ms),
            latency_p999_ms: of(|round| round.latency_p999_ms),
            cpu_seconds_per_1000: of(|round| round.cpu_seconds_per_1000),
            rss_idle_mib: of(|round| round.rss_idle_mib),
            rss_peak_mib: of(|round| round.rss_peak_mib),
            errors: rounds.iter().map(|round| round.errors).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(accepted_per_second: f64, errors: f64) -> Figures {
        Figures { accepted_per_second, errors, ..Figures::new(&Sample::default(), None, None) }
    }

    #[test]
    fn rounds_come_to_their_median_and_to_all_of_their_errors() {
        let median = Figures::median(&[round(10.0, 0.0), round(30.0, 2.0), round(11.0, 1.0)]);
        assert_eq!((median.accepted_per_second, median.errors), (11.0, 3.0));
    }

    #[test]
    fn what_no_round_has_measured_is_missing() {
        assert_eq!(Figures::median(&[round(1.0, 0.0)]).latency_p50_ms, None);
    }

    #[test]
    fn processor_time_is_told_for_a_thousand_answers() {
        let sample = Sample { answers: 2000, ..Sample::default() };
        let usage = |cpu_seconds| Some(Usage { cpu_seconds, ..Usage::default() });
        let figures = Figures::new(&sample, usage(1.0), usage(1.5));
        assert_eq!(figures.cpu_seconds_per_1000, Some(0.25));
    }
}
