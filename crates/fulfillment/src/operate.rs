//! What an operator does by hand: replay, resend, mint.

use crate::sweep::TOGETHER;
use crate::{Error, Fulfilled, Fulfillment};
use futures_util::future::join_all;
use jiff::Timestamp;
use mintmark_adapters::manual::Mint;
use mintmark_mail::Address;
use mintmark_storage::{
    AuditRow, Letter, LetterKind, LetterState, License, LicenseStatus, NewDelivery, NewLetter, Origin,
};
use std::collections::BTreeMap;

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

/// A letter that was put into the outbox by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// The letter's number.
    pub letter: i64,
    /// Whom it goes to.
    pub recipient: String,
    /// Why it is held, if it cannot be mailed.
    pub held: Option<String>,
}

impl Fulfillment {
    /// Does again what is left to do of deliveries, many at a time; a second time changes nothing.
    ///
    /// Answers with each in the order asked for, and with its row as it is afterwards.
    ///
    /// # Errors
    /// The database fails. There is no such row, or one cannot be fulfilled: that is said of the one alone.
    pub fn replay(&self, ids: &[i64], now: Timestamp) -> Result<Vec<Replay>, Error> {
        let mut replays = Vec::with_capacity(ids.len());
        for ids in ids.chunks(TOGETHER) {
            let rows = by_id(self.records.store.audit_rows_of(ids)?);
            let replayed = ids.iter().map(|id| self.replay_row(*id, rows.get(id), now));
            let replayed = pollster::block_on(join_all(replayed));
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

    /// Writes down a license that the operator grants, and fulfills it like any other delivery.
    ///
    /// # Errors
    /// The database fails. A mistake in the facts is on the row, not here.
    pub fn mint_by_hand(&self, mint: &Mint, now: Timestamp) -> Result<(Fulfilled, AuditRow), Error> {
        let recorded = self.records.store.record(NewDelivery {
            source: Mint::SOURCE.to_owned(),
            origin: Origin::Manual,
            received_at: now,
            remote_address: None,
            secret_label: None,
            content_type: Some(Mint::CONTENT_TYPE.to_owned()),
            headers: "[]".to_owned(),
            body: mint.to_body(),
            declared_size: None,
        });
        let delivery = recorded.wait()?;
        let fulfilled = pollster::block_on(self.fulfill(&delivery, now))?;
        Ok((fulfilled, self.records.row(delivery.id)?))
    }

    /// Puts a further letter for a license into the outbox, to the buyer or to another address.
    ///
    /// # Errors
    /// The database fails.
    pub fn resend(&self, license: &License, to: Option<&Address>, now: Timestamp) -> Result<Resent, Error> {
        let recipient = to.map_or_else(|| license.terms.email.clone(), |address| address.as_str().to_owned());
        let earlier = self.repeated(license)?;
        let (kind, template, download) = earlier.map_or_else(
            || (LetterKind::License, LetterKind::License.to_string(), None),
            |letter| (letter.kind, letter.template, letter.download),
        );
        let letter = NewLetter {
            kind,
            mail_uid: uuid::Uuid::new_v4().to_string(),
            template,
            download,
            unmailable: Address::parse(&recipient).err().map(|error| error.to_string()),
            recipient,
            not_before: now,
        };
        let detail = to.map(|address| format!("to {}", address.masked()));
        let letter = self.records.store.resend(license.terms.id.clone(), letter, detail, now).wait()?;
        let held = letter.error.filter(|_| letter.state == LetterState::Held);
        Ok(Resent { letter: letter.id, recipient: letter.recipient, held })
    }

    /// The letter that a further one is modeled on: of a license that runs, the newest that brought it.
    fn repeated(&self, license: &License) -> Result<Option<Letter>, Error> {
        let letters = self.records.store.letters(&license.terms.id)?;
        let runs = !matches!(license.state.status, LicenseStatus::Revoked | LicenseStatus::Suspended);
        let mut newest_first = letters.into_iter().rev();
        Ok(newest_first.find(|letter| !runs || letter.kind == LetterKind::License))
    }

    /// The licenses whose letters lie in the letters folder and were never mailed.
    ///
    /// # Errors
    /// The database fails.
    pub fn licenses_never_mailed(&self) -> Result<Vec<License>, Error> {
        let ids = self.records.store.licenses_never_mailed()?;
        let licenses: Result<Vec<Option<License>>, _> =
            ids.iter().map(|id| self.records.store.license(id)).collect();
        Ok(licenses?.into_iter().flatten().collect())
    }

    async fn replay_row(&self, id: i64, row: Option<&AuditRow>, now: Timestamp) -> Result<Replayed, Error> {
        let row = row.ok_or_else(|| not_found(id))?;
        match (&row.license_id, row.processed) {
            (_, true) if row.error.is_none() => Ok(Replayed::NothingToDo),
            (Some(license), true) => self.send_again(license, now).await,
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

    async fn fulfill_again(&self, id: i64, now: Timestamp) -> Result<Replayed, Error> {
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
