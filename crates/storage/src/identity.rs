//! Who this installation is: which keys its licenses are made with, agreed on by every server.

use crate::connection::transaction::{self, Insertion};
use crate::schema::identity::dsl;
use crate::{Pending, Result, Store, time};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What registering a value found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// Nothing was registered under this name; now the given value is.
    New,
    /// The same value is registered.
    Same,
    /// Another value is registered, and stays.
    Other(String),
}

/// A value that takes another one's place, with what changes beside it in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// Under which name.
    pub name: String,
    /// The value that has to be registered.
    pub from: String,
    /// The value that is registered afterwards.
    pub to: String,
    /// Names and values that are registered as well; a name that is there already keeps its value.
    pub added: Vec<(String, String)>,
    /// A name that is registered no longer.
    pub removed: String,
}

impl Store {
    /// Everything that is registered, by its name.
    pub fn registrations(&self) -> Result<BTreeMap<String, String>> {
        let rows: Vec<(String, String)> =
            self.read(|connection| Ok(dsl::identity.select((dsl::name, dsl::value)).load(connection)?))?;
        Ok(rows.into_iter().collect())
    }

    /// Puts one registered value in the place of another. Answers `Other`, and changes nothing, if neither is the
    /// registered one; `Same` if it was done before.
    pub fn succeed(&self, succession: Succession, now: Timestamp) -> Pending<Registration> {
        self.write(move |connection| {
            let Succession { name, from, to, added, removed } = succession;
            let found: String = dsl::identity.find(&name).select(dsl::value).first(connection)?;
            if found != from {
                return Ok(if found == to { Registration::Same } else { Registration::Other(found) });
            }
            let at = dsl::registered_at.eq(time::to_column(now));
            diesel::update(dsl::identity.find(&name)).set((dsl::value.eq(to), at)).execute(connection)?;
            diesel::delete(dsl::identity.find(removed)).execute(connection)?;
            for (name, value) in added {
                transaction::insert_unless_taken(connection, |connection| {
                    let row = (dsl::name.eq(name), dsl::value.eq(value), at);
                    diesel::insert_into(dsl::identity).values(row).execute(connection)
                })?;
            }
            Ok(Registration::New)
        })
    }

    /// The value registered under `name`.
    pub fn registered(&self, name: &str) -> Result<Option<String>> {
        self.read(|connection| {
            Ok(dsl::identity.find(name).select(dsl::value).first(connection).optional()?)
        })
    }

    /// Registers `value` under `name` unless a value is there: the first of several servers decides.
    pub fn register(&self, name: &str, value: &str, now: Timestamp) -> Pending<Registration> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |connection| {
            let row =
                (dsl::name.eq(&name), dsl::value.eq(&value), dsl::registered_at.eq(time::to_column(now)));
            let insertion = transaction::insert_unless_taken(connection, |connection| {
                diesel::insert_into(dsl::identity).values(row).execute(connection)
            })?;
            if insertion == Insertion::Done {
                return Ok(Registration::New);
            }
            let found: String = dsl::identity.find(&name).select(dsl::value).first(connection)?;
            Ok(if found == value { Registration::Same } else { Registration::Other(found) })
        })
    }
}
