//! What stands in the database and in the queues, as gauges.

use super::glance::View;
use jiff::Timestamp;
use metrics::Gauge;
use mintmark_fulfillment::{Backlog, Waiting};

/// Registered once; those that only the database knows are no number until it has answered.
#[derive(Debug)]
pub(super) struct Gauges {
    database_up: Gauge,
    database_bytes: Gauge,
    disk_free: Gauge,
    failed_deliveries: Gauge,
    last_deliveries: Vec<(&'static str, Gauge)>,
    record_depth: Gauge,
    unfinished: Queue,
    verification: Queue,
    letters: Queue,
    letters_queued: Gauge,
    letters_sending: Gauge,
    letters_failed: Gauge,
    letters_bounced: Gauge,
    letters_logged: Gauge,
}

/// Something that waits in the database.
#[derive(Debug)]
struct Queue {
    depth: Gauge,
    oldest: Gauge,
}

impl Gauges {
    pub(super) fn new(sources: &'static [&'static str]) -> Self {
        describe();
        let heard = |source: &'static str| {
            let gauge = metrics::gauge!("mintmark_last_delivery_timestamp_seconds", "source" => source);
            (source, unknown(gauge))
        };
        let letters = |state: &'static str| unknown(metrics::gauge!("mintmark_letters", "state" => state));
        Self {
            database_up: metrics::gauge!("mintmark_database_up"),
            database_bytes: unknown(metrics::gauge!("mintmark_database_bytes")),
            disk_free: unknown(metrics::gauge!("mintmark_disk_free_bytes")),
            failed_deliveries: unknown(metrics::gauge!("mintmark_failed_deliveries")),
            last_deliveries: sources.iter().copied().map(heard).collect(),
            record_depth: metrics::gauge!("mintmark_queue_depth", "queue" => "record"),
            unfinished: Queue::new("unfinished"),
            verification: Queue::new("verification"),
            letters: Queue::new("letters"),
            letters_queued: letters("queued"),
            letters_sending: letters("sending"),
            letters_failed: letters("failed"),
            letters_bounced: letters("bounced"),
            letters_logged: letters("logged"),
        }
    }

    /// Shows what was seen, as of now.
    pub(super) fn set(&self, view: &View, waiting_writes: usize, now: Timestamp) {
        self.record_depth.set(number(waiting_writes));
        self.database_up.set(if view.is_database_up { 1.0 } else { 0.0 });
        if let Some(bytes) = view.disk_free {
            self.disk_free.set(number(bytes));
        }
        if let Some(backlog) = &view.backlog {
            self.set_backlog(backlog, now);
        }
    }

    fn set_backlog(&self, backlog: &Backlog, now: Timestamp) {
        self.database_bytes.set(number(backlog.database_bytes));
        self.failed_deliveries.set(number(backlog.failed_deliveries));
        for (source, last) in &self.last_deliveries {
            last.set(backlog.last_ping(source).map_or(0.0, |at| at.as_duration().as_secs_f64()));
        }
        self.unfinished.set(backlog.unfinished, now);
        self.verification.set(backlog.verification, now);
        self.letters.set(backlog.letters, now);
        self.letters_queued.set(number(backlog.letters.count));
        self.letters_sending.set(number(backlog.letters_sending));
        self.letters_failed.set(number(backlog.letters_failed));
        self.letters_bounced.set(number(backlog.letters_bounced));
        self.letters_logged.set(number(backlog.letters_logged));
    }
}

impl Queue {
    fn new(queue: &'static str) -> Self {
        Self {
            depth: unknown(metrics::gauge!("mintmark_queue_depth", "queue" => queue)),
            oldest: unknown(metrics::gauge!("mintmark_oldest_unfinished_seconds", "queue" => queue)),
        }
    }

    fn set(&self, waiting: Waiting, now: Timestamp) {
        self.depth.set(number(waiting.count));
        let age = waiting.oldest.map_or(0.0, |oldest| now.duration_since(oldest).as_secs_f64());
        self.oldest.set(age.max(0.0));
    }
}

fn unknown(gauge: Gauge) -> Gauge {
    gauge.set(f64::NAN);
    gauge
}

/// Counts of things and of bytes are far below 2^53, up to which each has a number of its own.
pub(super) fn number(count: impl TryInto<u64>) -> f64 {
    let count: u64 = count.try_into().unwrap_or_default();
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

fn describe() {
    metrics::describe_gauge!(
        "mintmark_database_up",
        "Whether the database answered the last question for this page, within a second."
    );
    metrics::describe_gauge!("mintmark_database_bytes", "Size of the database; of SQLite without its log.");
    metrics::describe_gauge!("mintmark_disk_free_bytes", "Bytes free on the disk with the data.");
    metrics::describe_gauge!(
        "mintmark_failed_deliveries",
        "Deliveries with an error that a person has to mend, counted up to 10,000."
    );
    metrics::describe_gauge!(
        "mintmark_last_delivery_timestamp_seconds",
        "When a source told of anything by itself, at the latest; 0 before the first time."
    );
    metrics::describe_gauge!("mintmark_queue_depth", "What waits, counted up to 10,000.");
    metrics::describe_gauge!(
        "mintmark_oldest_unfinished_seconds",
        "How long the oldest in a queue has waited; 0 if nothing waits."
    );
    metrics::describe_gauge!(
        "mintmark_letters",
        "Letters that are not with a provider, counted up to 10,000."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_bytes_keep_their_value() {
        assert_eq!(number(0_u64).to_bits(), 0.0_f64.to_bits());
        assert_eq!(number(-1_i64).to_bits(), 0.0_f64.to_bits());
        assert_eq!(number(5_000_000_001_u64).to_bits(), 5_000_000_001.0_f64.to_bits());
    }
}
