//! What is counted and timed: handles that were registered once, so that counting costs a few nanoseconds.

use jiff::{SignedDuration, Timestamp};
use metrics::{Counter, Gauge, Histogram, NoopRecorder, Recorder};
use mintmark_adapters::Sources;
use mintmark_adapters::manual::Mint;
use mintmark_mail::{FailureClass, Provider};
use mintmark_storage::Outcome;
use std::time::Duration;

/// What a delivery led to that is decided by nobody yet: a person has to mend something.
pub(crate) const FAILED: &str = "failed";
/// The store is asked first.
pub(crate) const PENDING: &str = "pending";
/// A source that this version does not know any more. Nobody else's words become labels.
const OTHER: &str = "other";

/// Counts and times what fulfillment does. No label of it comes from outside.
#[derive(Debug)]
pub(crate) struct Meter {
    recorded: Vec<(&'static str, Histogram)>,
    deliveries: Family<2>,
    mint: Histogram,
    accepted: Vec<(&'static str, Histogram)>,
    retries: Family<2>,
    reconciled: Vec<(&'static str, Reconciled)>,
}

/// What reconciling a source has found.
#[derive(Debug)]
struct Reconciled {
    runs: Family<1>,
    missed: Counter,
    changed: Counter,
    open: Gauge,
    closed_at: Gauge,
}

/// How a comparison with a store ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// The store could not be asked, or the database failed.
    Failed,
    /// It came to its end.
    Finished {
        /// Sales that no delivery had told of.
        missed: usize,
        /// Sales that have changed since they were told.
        changed: usize,
        /// What is left between the store and us.
        open: usize,
        /// When.
        at: Timestamp,
    },
}

/// Counters of one name, one for each combination of known words.
#[derive(Debug)]
struct Family<const LABELS: usize>(Vec<([&'static str; LABELS], Counter)>);

impl Meter {
    /// Counts for nobody: of the command lines, which end before anybody asks.
    pub(crate) fn silent() -> Self {
        Self::new(&NoopRecorder)
    }

    /// Registers everything, so that what has not happened yet is a zero and not absent.
    pub(crate) fn new(recorder: &dyn Recorder) -> Self {
        metrics::with_local_recorder(recorder, || {
            describe();
            Self {
                recorded: sources().map(|name| (name, recorded(name))).collect(),
                deliveries: deliveries(),
                mint: metrics::histogram!("mintmark_mint_seconds"),
                accepted: providers().map(|name| (name, accepted(name))).collect(),
                retries: retries(),
                reconciled: Sources::CONFIGURED.iter().map(|name| (*name, Reconciled::of(name))).collect(),
            }
        })
    }

    /// A delivery was on disk so long after it had arrived.
    pub(crate) fn recorded(&self, source: &str, after: Duration) {
        if let Some((_, seconds)) = self.recorded.iter().find(|(name, _)| *name == source) {
            seconds.record(after);
        }
    }

    /// An attempt at a delivery came to an end.
    pub(crate) fn ended(&self, source: &str, outcome: &str) {
        let source = sources().find(|known| *known == source).unwrap_or(OTHER);
        self.deliveries.count([source, outcome]);
    }

    /// A license was committed so long after its delivery was on record.
    pub(crate) fn minted(&self, after: Duration) {
        self.mint.record(after);
    }

    /// A provider took a letter that had waited since then.
    pub(crate) fn accepted(&self, provider: &str, queued_at: Timestamp, now: Timestamp) {
        let waited = now.duration_since(queued_at).max(SignedDuration::ZERO);
        if let Some((_, seconds)) = self.accepted.iter().find(|(name, _)| *name == provider) {
            seconds.record(waited.as_secs_f64());
        }
    }

    /// A letter was not taken, and is tried again.
    pub(crate) fn retried(&self, class: &str, provider: &str) {
        self.retries.count([class, provider]);
    }

    /// A source was compared with its store.
    pub(crate) fn reconciled(&self, source: &str, run: Comparison) {
        let Some((_, reconciled)) = self.reconciled.iter().find(|(name, _)| *name == source) else { return };
        match run {
            Comparison::Failed => reconciled.runs.count([FAILED]),
            Comparison::Finished { missed, changed, open, at } => {
                reconciled.runs.count([if open == 0 { "closed" } else { "open" }]);
                reconciled.missed.increment(whole(missed));
                reconciled.changed.increment(whole(changed));
                reconciled.open.set(f64::from(u32::try_from(open).unwrap_or(u32::MAX)));
                reconciled.closed_at.set(at.as_duration().as_secs_f64());
            }
        }
    }
}

impl Reconciled {
    fn of(source: &'static str) -> Self {
        let runs = ["closed", "open", FAILED];
        let run = |result| {
            (
                [result],
                metrics::counter!("mintmark_reconcile_runs_total", "source" => source, "result" => result),
            )
        };
        Self {
            runs: Family(runs.map(run).into()),
            missed: metrics::counter!("mintmark_reconcile_missed_total", "source" => source),
            changed: metrics::counter!("mintmark_reconcile_changed_total", "source" => source),
            open: metrics::gauge!("mintmark_reconcile_open", "source" => source),
            closed_at: metrics::gauge!("mintmark_reconcile_last_run_timestamp_seconds", "source" => source),
        }
    }
}

impl<const LABELS: usize> Family<LABELS> {
    /// Words that are not known are nobody's.
    fn count(&self, words: [&str; LABELS]) {
        if let Some((_, counter)) = self.0.iter().find(|(known, _)| *known == words) {
            counter.increment(1);
        }
    }
}

fn deliveries() -> Family<2> {
    let outcomes = || Outcome::ALL.iter().map(|outcome| outcome.as_str()).chain([FAILED, PENDING]);
    let each = sources().chain([OTHER]).flat_map(|source| outcomes().map(move |outcome| [source, outcome]));
    let counter = |[source, outcome]: [&'static str; 2]| {
        let counter =
            metrics::counter!("mintmark_deliveries_total", "source" => source, "outcome" => outcome);
        ([source, outcome], counter)
    };
    Family(each.map(counter).collect())
}

fn retries() -> Family<2> {
    let classes = || FailureClass::ALL.iter().map(|class| class.as_str());
    let each = providers().flat_map(|provider| classes().map(move |class| [class, provider]));
    let counter = |[class, provider]: [&'static str; 2]| {
        let counter =
            metrics::counter!("mintmark_mail_retries_total", "class" => class, "provider" => provider);
        ([class, provider], counter)
    };
    Family(each.map(counter).collect())
}

fn recorded(source: &'static str) -> Histogram {
    metrics::histogram!("mintmark_record_seconds", "source" => source)
}

fn accepted(provider: &'static str) -> Histogram {
    metrics::histogram!("mintmark_mail_accepted_seconds", "provider" => provider)
}

fn sources() -> impl Iterator<Item = &'static str> {
    Sources::CONFIGURED.iter().copied().chain([Mint::SOURCE])
}

fn providers() -> impl Iterator<Item = &'static str> {
    [Provider::Postmark, Provider::Smtp, Provider::Folder].into_iter().map(Provider::as_str)
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn describe() {
    metrics::describe_histogram!("mintmark_record_seconds", "From the arrival of a delivery to the disk.");
    metrics::describe_counter!(
        "mintmark_deliveries_total",
        "Attempts at deliveries that came to an end here, by what they led to."
    );
    metrics::describe_histogram!(
        "mintmark_mint_seconds",
        "From a delivery on record to its license on record."
    );
    metrics::describe_histogram!(
        "mintmark_mail_accepted_seconds",
        "From a letter in the queue to a provider that took it."
    );
    metrics::describe_counter!(
        "mintmark_mail_retries_total",
        "Sendings that failed and are tried again, by the class of the failure."
    );
    metrics::describe_counter!(
        "mintmark_reconcile_runs_total",
        "Comparisons with a store's records that came to an end, by how."
    );
    metrics::describe_counter!(
        "mintmark_reconcile_missed_total",
        "Sales in the store's records that nobody had told of."
    );
    metrics::describe_counter!(
        "mintmark_reconcile_changed_total",
        "Sales that have changed in the store's records since they were told."
    );
    metrics::describe_gauge!(
        "mintmark_reconcile_open",
        "What the last comparison could not close, sales and days that could not be read."
    );
    metrics::describe_gauge!(
        "mintmark_reconcile_last_run_timestamp_seconds",
        "When the last comparison came to its end; 0 before the first."
    );
}
