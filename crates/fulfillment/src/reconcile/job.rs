//! The reconciler: compares with the stores from time to time, beside a server.

use super::{Memberships, Report};
use crate::alerts::{self, RECONCILE_GAP, RECONCILE_KINDS, STORE_UNREACHABLE};
use crate::meter::Comparison;
use crate::outbox::Clock;
use crate::{Error, Fulfillment};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::Sources;
use mintmark_storage::{Concern, Duty, Lead};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// The first look after a start: what was told while nobody listened is lost after a quarter of an hour.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// How often it looks.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// How often it shows that it is there: a leader that is silent for a minute is taken for dead.
const BEAT: Duration = Duration::from_secs(20);
/// How far back it looks each time.
const RECENT: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How far back it looks once a day: so long a bank may take money back, and a store does not tell of every time.
const WHOLE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The hour of the day (UTC) from which on the long look is taken.
const QUIET_HOUR: i8 = 3;

/// The running reconciler; dropping it stops it.
#[derive(Debug)]
pub struct Reconciler {
    fulfillment: Weak<Fulfillment>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread keeps between two looks.
#[derive(Debug)]
struct Diary {
    lead: Option<Lead>,
    /// When the next look is due.
    next: Timestamp,
    /// When the last long look was taken.
    last_whole: Timestamp,
}

impl Fulfillment {
    /// Compares with the stores whose records can be asked, soon and from then on every hour. Of several servers on one
    /// database one does it. Without any token there is nothing to do.
    ///
    /// # Errors
    /// No thread is to be had.
    pub fn start_reconciler(self: &Arc<Self>, clock: Clock) -> Result<Reconciler, Error> {
        let (stop, stopped) = channel::<()>();
        let fulfillment = Arc::downgrade(self);
        let mut reconciler = Reconciler { fulfillment: fulfillment.clone(), stop: Some(stop), thread: None };
        if self.sources_with_books().is_empty() {
            return Ok(reconciler);
        }
        let work = move || {
            let now = clock();
            let mut diary = Diary { lead: None, next: after(now, FIRST_PAUSE), last_whole: now };
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                let Some(fulfillment) = fulfillment.upgrade() else { return };
                fulfillment.reconcile_as_leader(&mut diary, clock());
            }
        };
        let thread = std::thread::Builder::new().name("reconciler".to_owned()).spawn(work);
        reconciler.thread = Some(thread.map_err(Error::Thread)?);
        Ok(reconciler)
    }

    /// Does nothing while another server has the lead, and nothing until it is time.
    fn reconcile_as_leader(&self, diary: &mut Diary, now: Timestamp) {
        if !diary.lead.as_mut().is_some_and(Lead::is_held) {
            diary.lead = self.records.store.lead(Duty::Reconcile).unwrap_or_else(|error| {
                tracing::warn!(%error, "the reconciler could not ask who has the lead");
                None
            });
        }
        let Some(lead) = diary.lead.as_mut().filter(|_| diary.next <= now) else { return };
        diary.next = after(now, PAUSE);
        let is_whole = is_due(diary.last_whole, now);
        if is_whole {
            diary.last_whole = now;
        }
        let (age, memberships) =
            if is_whole { (WHOLE, Memberships::Licensed) } else { (RECENT, Memberships::Charged) };
        let since = now.saturating_sub(age).unwrap_or(now);
        let mut conditions = Vec::new();
        for source in self.sources_with_books() {
            let beat = &mut || _ = lead.is_held();
            let reconciled = self.reconcile_beating(source, since, memberships, now, beat);
            conditions.extend(condition_of(source, &reconciled));
            self.meter.reconciled(source, comparison(&reconciled, now));
            log(source, reconciled);
        }
        let noted = self.records.store.note_conditions(RECONCILE_KINDS.to_vec(), conditions, now).wait();
        if let Err(error) = noted {
            tracing::warn!(%error, "what the reconciler found could not be written down for the operator");
        }
    }

    /// The stores whose records can be asked.
    pub(crate) fn sources_with_books(&self) -> Vec<&'static str> {
        let sources = Sources::CONFIGURED.iter().copied();
        sources.filter(|source| self.books(source).is_ok()).collect()
    }
}

fn after(moment: Timestamp, pause: SignedDuration) -> Timestamp {
    moment.saturating_add(pause).unwrap_or(moment)
}

/// Whether the quiet hour of a day has begun since the last long look.
fn is_due(last: Timestamp, now: Timestamp) -> bool {
    let today = TimeZone::UTC.to_datetime(now);
    let last = TimeZone::UTC.to_datetime(last);
    today.hour() >= QUIET_HOUR && (last.date() < today.date() || last.hour() < QUIET_HOUR)
}

/// What the operator is to be told of a comparison; nothing if the records were ours.
fn condition_of(source: &str, reconciled: &Result<Report, Error>) -> Option<Concern> {
    let again = format!("mintmark-replay reconcile --source {source} --since 3d");
    match reconciled {
        Ok(report) if report.missed + report.changed > 0 => {
            let count = i64::try_from(report.missed + report.changed).unwrap_or(i64::MAX);
            let words = format!(
                "{} missed and {} changed; made up for, but the way from the store may be broken",
                report.missed, report.changed
            );
            let command = format!("mintmark-admin source check {source}");
            Some(alerts::condition(RECONCILE_GAP, source, count, &words, &command))
        }
        Ok(report) if report.is_closed() => None,
        Ok(report) => {
            let (open, unread) = (report.open.len(), report.unread.len());
            let words = format!("{open} differences are open, and {unread} days could not be read");
            Some(alerts::condition(STORE_UNREACHABLE, source, 1, &words, &again))
        }
        Err(error) => Some(alerts::condition(STORE_UNREACHABLE, source, 1, &error.to_string(), &again)),
    }
}

/// For the metrics.
fn comparison(reconciled: &Result<Report, Error>, now: Timestamp) -> Comparison {
    match reconciled {
        Ok(Report { missed, changed, open, unread, .. }) => {
            let open = open.len() + unread.len();
            Comparison::Finished { missed: *missed, changed: *changed, open, at: now }
        }
        Err(_) => Comparison::Failed,
    }
}

fn log(source: &'static str, reconciled: Result<Report, Error>) {
    match reconciled {
        Ok(report) if report.missed + report.changed > 0 || !report.is_closed() => {
            let Report { listed, missed, changed, ref open, ref unread, .. } = report;
            let (open, unread) = (open.len(), unread.len());
            tracing::warn!(
                source,
                listed,
                missed,
                changed,
                open,
                unread,
                "the store's records differed from ours"
            );
        }
        Ok(report) => {
            let listed = report.listed;
            tracing::debug!(source, listed, "the store's records are ours");
        }
        Err(error @ Error::Books(_)) => {
            tracing::error!(source, %error, "the store's records cannot be compared")
        }
        Err(error) => tracing::warn!(source, %error, "the store's records were not compared; they will be"),
    }
}

impl Drop for Reconciler {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Whoever waits for a turn, or for a pause to pass, is woken.
        if let Some(fulfillment) = self.fulfillment.upgrade() {
            fulfillment.records.sources.close();
        }
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the reconciler ended with a panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_look_is_taken_once_a_day_in_a_quiet_hour() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let due = |last: &str, now: &str| is_due(at(last), at(now));
        assert!(!due("2026-03-01T10:00:00Z", "2026-03-01T23:00:00Z"));
        assert!(!due("2026-03-01T10:00:00Z", "2026-03-02T02:59:00Z"));
        assert!(due("2026-03-01T10:00:00Z", "2026-03-02T03:00:00Z"));
        assert!(!due("2026-03-02T03:00:00Z", "2026-03-02T04:00:00Z"));
        assert!(due("2026-03-02T01:00:00Z", "2026-03-02T03:30:00Z"));
        assert!(due("2026-03-01T10:00:00Z", "2026-03-09T11:00:00Z"));
    }
}
