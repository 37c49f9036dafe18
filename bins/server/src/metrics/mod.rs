//! What is measured, and where it is told: `GET /metrics` on an address of its own, in the words of Prometheus.

mod gauges;
mod glance;
mod page;
mod process;
mod window;

pub(crate) use page::Page;
pub(crate) use window::Window;

use crate::edge::tally::Answers;
use metrics::Counter;
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use mintmark_fulfillment::Fulfillment;
use std::sync::Arc;
use std::time::Duration;

/// Samples of histograms are kept one by one until somebody looks, or until this has passed.
const UPKEEP: Duration = Duration::from_secs(5);

/// A store gives up after five seconds.
const RECORD: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.5];
/// A sale that waits for the store's word takes minutes.
const MINT: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 60.0, 600.0];
/// A letter is tried for three days.
const ACCEPTED: [f64; 14] =
    [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 14_400.0, 259_200.0];

/// Everything that this process measures. Whoever counts holds a handle of it; nothing of it is global.
#[derive(Debug)]
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let recorder = builder().expect("no list of buckets is empty").build_recorder();
        Self { handle: recorder.handle(), recorder }
    }

    /// For those who register what they measure themselves.
    pub(crate) fn recorder(&self) -> &PrometheusRecorder {
        &self.recorder
    }

    /// Counts the panics of this process.
    pub(crate) fn panics(&self) -> Counter {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::describe_counter!("mintmark_panics_total", "Panics; the log tells where.");
            metrics::counter!("mintmark_panics_total")
        })
    }

    /// Counts the answers of the edge.
    pub(crate) fn answers(&self) -> Answers {
        metrics::with_local_recorder(&self.recorder, Answers::new)
    }

    /// What is told to whoever asks.
    pub(crate) fn page(self, fulfillment: &Arc<Fulfillment>) -> Page {
        Page::new(self, Arc::clone(fulfillment))
    }

    /// Keeps what is measured small where nobody asks, without end.
    pub(crate) fn upkeep(&self) -> impl Future<Output = ()> + use<> {
        let handle = self.handle.clone();
        async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                handle.run_upkeep();
            }
        }
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let full = |name: &str| Matcher::Full(name.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(full("mintmark_record_seconds"), &RECORD)?
        .set_buckets_for_metric(full("mintmark_mint_seconds"), &MINT)?
        .set_buckets_for_metric(full("mintmark_mail_accepted_seconds"), &ACCEPTED)
}
