//! The ledger: what was told, what was acknowledged, and whether the database and the mail agree with it.

mod check;
mod rows;
mod secrets;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::installation::Installation;
use crate::load::Sale;
use crate::sink::Sink;

/// Written while a server is tried, checked afterwards. Threads share it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    tellings: Mutex<Vec<Telling>>,
}

/// One request of a store, and how it ended.
#[derive(Clone, Debug)]
struct Telling {
    order: String,
    body: String,
    is_refund: bool,
    ending: Ending,
}

#[derive(Clone, Debug)]
enum Ending {
    /// Under way, or cut off with the program that told it.
    Open,
    /// No answer came: it may be on record or not.
    Unanswered,
    Answered(Answer, Duration),
}

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// What a check found, when nothing was wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) told: usize,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unanswered: usize,
    pub(crate) deliveries: usize,
    pub(crate) licenses: usize,
    /// Letters that were accepted beyond one for each license.
    pub(crate) extra_letters: usize,
    /// The longest that an answer took.
    pub(crate) slowest: Duration,
}

impl Ledger {
    /// Written before the first byte leaves, so that nothing is stored that was not told.
    pub(crate) fn sending(&self, sale: &Sale) -> usize {
        let mut tellings = self.tellings();
        let Sale { order, body, is_refund, .. } = sale.clone();
        tellings.push(Telling { order, body, is_refund, ending: Ending::Open });
        tellings.len() - 1
    }

    /// How a telling ended.
    pub(crate) fn answered(&self, telling: usize, took: Duration, answer: anyhow::Result<Answer>) {
        let ending = match answer {
            Ok(answer) => Ending::Answered(answer, took),
            Err(_) => Ending::Unanswered,
        };
        self.tellings()[telling].ending = ending;
    }

    /// Waits until the server has finished what it has on record, and asserts everything that we promise.
    ///
    /// `ambiguous` is the number of faults after which a provider may have been given the same letter twice. The
    /// server has to run.
    pub(crate) fn check(
        &self,
        installation: &Installation<'_>,
        sink: &Sink,
        ambiguous: usize,
    ) -> anyhow::Result<Summary> {
        check::await_the_end(installation)?;
        let summary = check::check(&self.tellings(), installation, sink, ambiguous)?;
        secrets::check(&installation.logs()?)?;
        Ok(summary)
    }

    /// How long the answers with this status took.
    pub(crate) fn waits(&self, status: u16) -> Vec<Duration> {
        let tellings = self.tellings();
        let waits = tellings.iter().filter_map(|telling| match &telling.ending {
            Ending::Answered(answer, took) if answer.status == status => Some(*took),
            _ => None,
        });
        waits.collect()
    }

    /// Takes over what is written in another ledger of the same installation.
    pub(crate) fn absorb(&self, other: &Self) {
        let others = other.tellings().clone();
        self.tellings().extend(others);
    }

    /// What was acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.tellings().iter().filter(|telling| telling.acknowledgment().is_some()).count()
    }

    /// How many tellings were answered 503 so far.
    pub(crate) fn refused(&self) -> usize {
        let is_refused = |telling: &&Telling| matches!(&telling.ending, Ending::Answered(answer, _) if answer.status == 503);
        self.tellings().iter().filter(is_refused).count()
    }

    fn tellings(&self) -> MutexGuard<'_, Vec<Telling>> {
        self.tellings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Telling {
    /// The body of a 2xx: from it on the sale is ours to keep.
    fn acknowledgment(&self) -> Option<&Value> {
        match &self.ending {
            Ending::Answered(answer, _) if (200..300).contains(&answer.status) => Some(&answer.body),
            _ => None,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { told, acknowledged, refused, unanswered, licenses, extra_letters, slowest, .. } = self;
        write!(
            formatter,
            "{told} told, {acknowledged} acknowledged, {refused} refused, {unanswered} unanswered, \
             {licenses} licenses, {extra_letters} extra letters, slowest answer {} ms",
            slowest.as_millis()
        )
    }
}
