//! Issuing: license, letter and conclusion in one transaction, once for each order.

mod postgres;
mod sqlite;

use super::{License, LicenseState, NewLicense};
use crate::chain::Tail;
use crate::conclusions::Conclusion;
use crate::connection::{AnyConnection, transaction};
use crate::letters::{Letter, NewLetter};
use crate::writer::{Hot, Lane, Lanes};
use crate::{Error, Pending, Result, Store};
use diesel::{PgConnection, QueryResult, SqliteConnection};

/// A license with its letter and the end of the attempt that led to it: one transaction.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The license, written if the order has none.
    pub license: NewLicense,
    /// Its letter, written with it.
    pub letter: NewLetter,
    /// The end of the attempt; its outcome is set here: minted or found.
    pub conclusion: Conclusion,
}

/// Whether a license was made now or was there before. The first writer wins.
#[derive(Debug, Clone)]
pub enum Issued {
    /// The license and the letter of this very transaction.
    Now(License, Letter),
    /// What the order had already, with its newest letter. It runs.
    Before(License, Option<Letter>),
    /// Nothing was written: something else is known of the order, and all of it decides; see [`Store::settle`].
    Contested,
}

impl Store {
    /// Writes license, letter and conclusion of a plain sale, or finds what an earlier delivery of the order has led to.
    pub fn issue(&self, issue: Issue) -> Pending<Issued> {
        self.write_hot(issue)
    }
}

/// What the database says of one issue.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is written; the letter has this number.
    Now(i64),
    Before(Box<(License, Option<Letter>)>),
    Contested,
}

/// Memory that an issue takes beside the blob.
const OVERHEAD: usize = 1024;

impl Hot for Issue {
    type Written = Written;
    type Answer = Issued;

    fn size(&self) -> usize {
        self.license.blob.len() + OVERHEAD
    }

    fn write(&self, connection: &mut SqliteConnection, _: &mut Tail) -> Result<Written> {
        sqlite::write(connection, self)
    }

    fn write_all(batch: &[&Self], connection: &mut PgConnection, _: &mut Tail) -> Result<Vec<Written>> {
        postgres::write_all(connection, batch)
    }

    fn answer(self, written: Written) -> Issued {
        let now = self.conclusion.at;
        match written {
            Written::Now(letter) => {
                let letter = self.letter.on_record(letter, self.license.id.clone(), now);
                let license = License { terms: self.license, state: LicenseState::NEW, created_at: now };
                Issued::Now(license, letter)
            }
            Written::Before(before) => {
                let (license, letter) = *before;
                Issued::Before(license, letter)
            }
            Written::Contested => Issued::Contested,
        }
    }

    fn begin(connection: &mut AnyConnection) -> QueryResult<()> {
        transaction::begin_issues(connection)
    }

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.issue
    }
}

/// The conflict was about the id or the key: another order has them, which no honest key makes happen.
fn held_by_another_order() -> Error {
    Error::Corrupt("another order holds this license key".to_owned())
}
