//! The chains that make the audit log prove itself.
//!
//! Each delivery has a hash of its content and a place in a chain; its link seals both together with the link before
//! it, and the end of each chain is sealed beside it in the table `chains`. Links and seals can be made with the audit
//! key alone, which is no part of the database: whoever changes, adds or removes a row without it is found.
//!
//! SQLite has one chain: one transaction writes at a time, and reads the end of the chain before it appends. On
//! PostgreSQL each connection that records has a chain of its own, by an advisory lock that lives as long as its
//! session; so it may remember the end, and appends in the statement that records.

mod flaws;
mod gaps;
mod page;
mod seals;
mod tail;
mod verify;
mod walk;

pub use flaws::{Flaw, Part};
pub(crate) use seals::{Content, content_hash, erasure};
pub use seals::{Digest, Notary, Salt};
pub(crate) use tail::{Stretch, Tail};
pub use verify::{ChainEnd, Inspection};

use crate::connection::transaction::{self, Insertion};
use crate::schema::{chains, identity};
use crate::{Pending, Registration, Store, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// The row of `chains` that is no chain, and says how many there are: else the newest could vanish whole.
const ROSTER: i64 = 0;
/// The link before the first.
const NOTHING: Digest = [0; 32];

impl Store {
    /// Registers `value` under `name` as [`Store::register`] does, for the key that seals the audit log; and begins the
    /// log in the same transaction if nothing was registered. Later a log without a beginning is one that was removed.
    pub fn begin_log(&self, name: &str, value: &str, now: Timestamp) -> Pending<Registration> {
        let notary = match self.notary() {
            Ok(notary) => notary,
            Err(error) => return Pending::refused(error),
        };
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |connection| {
            let row = (
                identity::name.eq(&name),
                identity::value.eq(&value),
                identity::registered_at.eq(time::to_column(now)),
            );
            let insertion = transaction::insert_unless_taken(connection, |connection| {
                diesel::insert_into(identity::table).values(row).execute(connection)
            })?;
            if insertion == Insertion::Taken {
                let found: String = identity::table.find(&name).select(identity::value).first(connection)?;
                return Ok(if found == value { Registration::Same } else { Registration::Other(found) });
            }
            for number in [ROSTER, 1] {
                let length = i64::from(number == ROSTER);
                transaction::insert_unless_taken(connection, |connection| {
                    let seal = seals::end(notary.as_ref(), number, length, &NOTHING);
                    let row = (
                        chains::number.eq(number),
                        chains::length.eq(length),
                        chains::link.eq(NOTHING.as_slice()),
                        chains::seal.eq(seal.as_slice()),
                    );
                    diesel::insert_into(chains::table).values(row).execute(connection)
                })?;
            }
            Ok(Registration::New)
        })
    }
}
