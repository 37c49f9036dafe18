//! Who this installation is: which keys its licenses are made with, agreed on by every server.

use crate::connection::transaction::{self, Insertion};
use crate::schema::identity::dsl;
use crate::{Pending, Result, Store, time};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

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

impl Store {
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
