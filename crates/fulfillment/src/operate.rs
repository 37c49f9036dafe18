//! What an operator does by hand: replay, mint, decide.

use crate::readback::VERIFICATION_PENDING;
use crate::{Error, Fulfilled, Fulfillment};
use futures_util::future::join_all;
use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Mint};
use mintmark_storage::{AuditRow, LetterState, NewDelivery, Origin};
use std::collections::BTreeMap;

/// So many are in hand at a time, with their bodies: while one transaction is made durable, others are minted for the
/// next.
const IN_HAND: usize = 512;

/// What a replay did with one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// There was nothing left to do.
    NothingToDo,
    /// Its letter is queued again.
    LetterQueued,
    /// It is fulfilled now.
    Fulfilled,
    /// It failed again.
    FailedAgain,
}

/// What a replay did, with the row as it is afterwards.
pub type Replay = Result<(Replayed, AuditRow), Error>;

impl Fulfillment {
    /// Does again what is left to do of deliveries, many at a time; a second time changes nothing.
    ///
    /// Answers with each in the order asked for, and with its row as it is afterwards.
    ///
    /// # Errors
    /// The database fails. There is no such row, or one cannot be fulfilled: that is said of the one alone.
    pub fn replay(&self, ids: &[i64], now: Timestamp) -> Result<Vec<Replay>, Error> {
        let mut replays = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IN_HAND) {
            let rows = by_id(self.records.store.audit_rows_of(ids)?);
            let replayed = ids.iter().map(|id| self.replay_row(*id, rows.get(id), now));
            let replayed = pollster::block_on(join_all(replayed));
            self.verify(self.waiting_among(ids)?, now)?;
            let rows = by_id(self.records.store.audit_rows_of(ids)?);
            let told = ids.iter().zip(replayed).map(|(id, replayed)| {
                let row = rows.get(id).cloned().ok_or_else(|| not_found(*id))?;
                Ok(match replayed? {
                    Replayed::Fulfilled if !row.processed => (Replayed::FailedAgain, row),
                    replayed => (replayed, row),
                })
            });
            replays.extend(told);
        }
        Ok(replays)
    }

    /// Those that the store is to be asked about: where no server runs, nobody else would.
    fn waiting_among(&self, ids: &[i64]) -> Result<Vec<i64>, Error> {
        if self.sources_with_books().is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.records.store.audit_rows_of(ids)?;
        let is_waiting = |row: &&AuditRow| row.reason.as_deref() == Some(VERIFICATION_PENDING);
        Ok(rows.iter().filter(is_waiting).map(|row| row.id).collect())
    }

    /// Writes down a license that the operator grants, and fulfills it like any other delivery.
    ///
    /// # Errors
    /// The database fails. A mistake in the facts is on the row, not here.
    pub fn mint_by_hand(&self, mint: &Mint, now: Timestamp) -> Result<(Fulfilled, AuditRow), Error> {
        self.fulfill_by_hand(Mint::SOURCE, Mint::CONTENT_TYPE, mint.to_body(), now)
    }

    /// Writes down what the operator decided about an order of `source`, and does what follows from it.
    ///
    /// # Errors
    /// The database fails. What stands in the way of the decision is on the row, not here.
    pub fn decide(
        &self,
        source: &str,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(Fulfilled, AuditRow), Error> {
        self.fulfill_by_hand(source, Decision::CONTENT_TYPE, decision.to_body(), now)
    }

    pub(crate) fn fulfill_by_hand(
        &self,
        source: &str,
        content_type: &str,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<(Fulfilled, AuditRow), Error> {
        self.fulfill_written(source, Origin::Manual, content_type, body, now)
    }

    pub(crate) fn fulfill_written(
        &self,
        source: &str,
        origin: Origin,
        content_type: &str,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<(Fulfilled, AuditRow), Error> {
        let recorded = self.records.store.record(NewDelivery {
            source: source.to_owned(),
            origin,
            received_at: now,
            remote_address: None,
            secret_label: None,
            content_type: Some(content_type.to_owned()),
            headers: "[]".to_owned(),
            body,
            declared_size: None,
        });
        let delivery = recorded.wait()?;
        let fulfilled = pollster::block_on(self.fulfill(&delivery, now))?;
        Ok((fulfilled, self.records.row(delivery.id)?))
    }

    async fn replay_row(&self, id: i64, row: Option<&AuditRow>, now: Timestamp) -> Result<Replayed, Error> {
        let row = row.ok_or_else(|| not_found(id))?;
        match (&row.license_id, row.processed) {
            (_, true) if row.error.is_none() => Ok(Replayed::NothingToDo),
            (Some(license), true) => {
                tracing::debug!(delivery = id, license, "its letter is to be sent again");
                self.send_again(license, now).await
            }
            _ => self.fulfill_again(id, now).await,
        }
    }

    /// The same letter again: nobody gets two for one mistake.
    async fn send_again(&self, license: &str, now: Timestamp) -> Result<Replayed, Error> {
        let Some(letter) = self.records.store.newest_letter(license)? else {
            return Ok(Replayed::NothingToDo);
        };
        match self.records.store.requeue_letter(letter.id, now).await? {
            Some(_) => Ok(Replayed::LetterQueued),
            None if letter.state == LetterState::Sending => Ok(Replayed::NothingToDo),
            None => Ok(Replayed::FailedAgain),
        }
    }

    pub(crate) async fn fulfill_again(&self, id: i64, now: Timestamp) -> Result<Replayed, Error> {
        let delivery = self.records.store.retry(id).await?;
        let delivery = delivery.ok_or_else(|| not_found(id))?;
        self.fulfill(&delivery, now).await?;
        Ok(Replayed::Fulfilled)
    }
}

fn not_found(id: i64) -> Error {
    Error::NotFound { what: "delivery", id: id.to_string() }
}

fn by_id(rows: Vec<AuditRow>) -> BTreeMap<i64, AuditRow> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}
