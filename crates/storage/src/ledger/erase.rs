//! Erasing: a person is taken out of everything on record, and what is left stays provable.

use super::{Ledger, OrderName};
use crate::chain::{Content, erasure};
use crate::connection::AnyConnection;
use crate::deliveries::{COLUMNS, Row};
use crate::schema::{
    attempts, conclusions, deliveries, letter_reports, letters, license_events, licenses, readings,
    suppressions,
};
use crate::{DatabaseUrl, Delivery, Error, LetterState, NewLicense, Outcome, Result, Store, time};
use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use std::collections::BTreeSet;
use std::time::Duration;

/// Deliveries that are read at once: with the largest bodies, 16 MiB.
const PAGE: i64 = 64;
/// What the rows say instead.
const ERASED: &str = "erased";
/// What keeps such a letter from being sent; no error, and nobody has to mend it.
const WITHHELD: &str = "withheld";
/// How long the database is waited for that others write to.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who is to be forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The e-mail address, in lower case.
    pub address: String,
    /// The names that came with it.
    pub names: BTreeSet<String>,
}

/// A delivery with what it is about, to look for somebody in it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The delivery.
    pub delivery: Delivery,
    /// The order that it tells of, once that is known.
    pub order: Option<OrderName>,
    /// The store's own record, if it was read back.
    pub reading: Option<String>,
}

impl Person {
    /// Whether a text names them.
    pub fn is_in(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        lower.contains(&self.address) || self.names.iter().any(|name| text.contains(name.as_str()))
    }
}

impl Store {
    /// The next deliveries behind the number `after` that still say what they said.
    pub fn told_after(&self, after: i64) -> Result<Vec<Told>> {
        type Columns = (Row, (i64, String, Option<String>), Option<String>);
        let rows: Vec<Columns> = self.read(|connection| {
            Ok(deliveries::table
                .inner_join(conclusions::table)
                .left_join(readings::table.on(readings::delivery_id.eq(deliveries::id)))
                .filter(deliveries::id.gt(after))
                .filter(deliveries::erased.is_null())
                .order(deliveries::id)
                .limit(PAGE)
                .select((
                    COLUMNS,
                    (conclusions::attempts, conclusions::mode, conclusions::order_id),
                    readings::record.nullable(),
                ))
                .load(connection)?)
        })?;
        let told = |(row, (attempt, mode, order_id), reading): Columns| {
            let delivery = row.into_delivery(attempt)?;
            let source = delivery.recorded.source.clone();
            let order = order_id.map(|order_id| OrderName { source, mode, order_id });
            Ok(Told { delivery, order, reading })
        };
        rows.into_iter().map(told).collect()
    }

    /// The letters that were addressed to somebody, whichever license they are about.
    pub fn letters_to(&self, address: &str) -> Result<Vec<i64>> {
        let rows: Vec<(i64, String)> = self.read(|connection| {
            Ok(letters::table.select((letters::id, letters::recipient)).load(connection)?)
        })?;
        let to_them = rows.into_iter().filter(|(_, recipient)| recipient.to_lowercase() == address);
        Ok(to_them.map(|(id, _)| id).collect())
    }

    /// Writes the SQLite file anew, so that nothing is left in it of what was removed. PostgreSQL does so by itself in
    /// time, and tells nobody of it meanwhile.
    pub fn forget_what_was_removed(&self) -> Result<()> {
        match self.url() {
            DatabaseUrl::Postgres(_) => Ok(()),
            DatabaseUrl::Sqlite(_) => {
                let mut connection = AnyConnection::open_for_writing(self.url(), PATIENCE)?;
                let anew = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA temp_store = FILE; VACUUM; \
                     PRAGMA wal_checkpoint(TRUNCATE)";
                Ok(connection.batch_execute(anew)?)
            }
        }
    }
}

impl Ledger<'_> {
    /// Takes what a store told out of these deliveries, and out of what was made of them. Nothing is left to do for
    /// them. Their places in the log stay, and what is left of them is sealed.
    pub fn erase_deliveries(&mut self, ids: &[i64]) -> Result<usize> {
        let mut erased = 0;
        for id in ids {
            erased += self.erase_delivery(*id)?;
            let attempts = attempts::table.filter(attempts::delivery_id.eq(id));
            diesel::update(attempts)
                .set((attempts::error.eq(None::<String>), attempts::reason.eq(None::<String>)))
                .execute(self.connection)?;
            diesel::delete(readings::table.find(id)).execute(self.connection)?;
            let reports = letter_reports::table.filter(letter_reports::delivery_id.eq(id));
            diesel::update(reports).set(letter_reports::words.eq("")).execute(self.connection)?;
            self.conclude_erased(*id)?;
        }
        Ok(erased)
    }

    /// Takes a person out of a license and its letters. What the license grants stays, and `license` says it. Letters
    /// that wait are not sent. Answers with the letters.
    pub fn erase_license(&mut self, license: &NewLicense, person: &Person) -> Result<Vec<i64>> {
        let number = self.number(&license.id)?;
        diesel::update(licenses::table.find(number))
            .set((
                licenses::email.eq(""),
                licenses::name.eq(""),
                licenses::blob.eq(&license.blob),
                licenses::seq.eq(license.seq),
            ))
            .execute(self.connection)?;
        let history: Vec<(i64, Option<String>)> = license_events::table
            .filter(license_events::license_number.eq(number))
            .select((license_events::id, license_events::detail))
            .load(self.connection)?;
        for (id, _) in
            history.iter().filter(|(_, detail)| detail.as_deref().is_some_and(|text| person.is_in(text)))
        {
            diesel::update(license_events::table.find(id))
                .set(license_events::detail.eq(None::<String>))
                .execute(self.connection)?;
        }
        let ids: Vec<i64> = letters::table
            .filter(letters::license_number.eq(number))
            .select(letters::id)
            .load(self.connection)?;
        self.erase_letters(&ids)?;
        Ok(ids)
    }

    /// Takes the addressee out of letters. Those that wait are not sent; what is in a worker's hands cannot be stopped.
    pub fn erase_letters(&mut self, ids: &[i64]) -> Result<()> {
        for id in ids {
            let waiting = letters::table.find(id).filter(letters::state.eq(LetterState::Queued.as_str()));
            diesel::update(waiting)
                .set((
                    letters::state.eq(LetterState::Held.as_str()),
                    letters::failure_class.eq(WITHHELD),
                    letters::due_at.eq(None::<i64>),
                ))
                .execute(self.connection)?;
            diesel::update(letters::table.find(id))
                .set((letters::recipient.eq(""), letters::error.eq(None::<String>)))
                .execute(self.connection)?;
            let reports = letter_reports::table.filter(letter_reports::letter_id.eq(id));
            diesel::update(reports).set(letter_reports::words.eq("")).execute(self.connection)?;
        }
        Ok(())
    }

    /// Forgets that mail to somebody came back.
    pub fn erase_suppression(&mut self, person: &Person) -> Result<()> {
        diesel::delete(suppressions::table.find(&person.address)).execute(self.connection)?;
        Ok(())
    }

    fn erase_delivery(&mut self, id: i64) -> Result<usize> {
        let notary =
            self.notary.clone().ok_or(Error::Unsealed("this program has opened the database to read"))?;
        let row: (Row, i64, i64, Vec<u8>) = deliveries::table
            .find(id)
            .select((COLUMNS, deliveries::chain, deliveries::place, deliveries::content_hash))
            .first(self.connection)?;
        let (row, chain, place, hash) = row;
        let recorded = row.into_delivery(0)?.recorded;
        let left = Content { remote_address: None, headers: "[]", body: &[], ..Content::of(&recorded) };
        let seal = erasure(notary.as_ref(), chain, place, &hash, &left);
        let erased = diesel::update(deliveries::table.find(id).filter(deliveries::erased.is_null()))
            .set((
                deliveries::remote_address.eq(None::<String>),
                deliveries::headers.eq(left.headers),
                deliveries::body.eq(left.body),
                deliveries::salt.eq([].as_slice()),
                deliveries::erased.eq(seal.as_slice()),
            ))
            .execute(self.connection)?;
        Ok(erased)
    }

    fn conclude_erased(&mut self, id: i64) -> Result<()> {
        let unfinished = conclusions::table.find(id).filter(diesel::dsl::not(conclusions::processed));
        diesel::update(unfinished)
            .set((
                conclusions::outcome.eq(Outcome::Ignored.as_str()),
                conclusions::concluded_at.eq(time::to_column(self.now)),
            ))
            .execute(self.connection)?;
        diesel::update(conclusions::table.find(id))
            .set((
                conclusions::processed.eq(true),
                conclusions::party.eq(None::<String>),
                conclusions::email.eq(None::<String>),
                conclusions::error.eq(None::<String>),
                conclusions::reason.eq(ERASED),
                conclusions::verify_at.eq(None::<i64>),
            ))
            .execute(self.connection)?;
        Ok(())
    }
}
