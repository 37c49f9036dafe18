//! What happens to writes that meet in one transaction.

mod failures;
mod neighbors;
mod postgres;

use crate::connection::AnyConnection;
use crate::schema::identity::dsl;
use crate::testing::TestDatabase;
use crate::{Access, Pending, Result, Store};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};
use std::sync::mpsc::{Sender, channel};

/// Keeps the writer busy, so that what is queued meanwhile is one transaction.
struct Gate {
    opener: Sender<()>,
    kept_busy: Pending<()>,
}

impl Gate {
    fn close(store: &Store) -> Self {
        let (opener, opened) = channel();
        let (arrived, busy) = channel();
        let kept_busy = store.write(move |_| {
            arrived.send(()).expect("the test waits");
            opened.recv().unwrap_or_default();
            Ok(())
        });
        busy.recv().expect("the writer comes to it");
        Self { opener, kept_busy }
    }

    fn open(self) {
        drop(self.opener);
        drop(self.kept_busy);
    }
}

fn open(database: &TestDatabase) -> Store {
    Store::open(&database.url, Access::FirstRun).expect("the store opens")
}

fn insert(connection: &mut AnyConnection, name: &str) -> QueryResult<usize> {
    let row = (dsl::name.eq(name), dsl::value.eq("v"), dsl::registered_at.eq(0_i64));
    diesel::insert_into(dsl::identity).values(row).execute(connection)
}

fn put(connection: &mut AnyConnection, name: &str) -> Result<()> {
    insert(connection, name)?;
    Ok(())
}

/// What a connection that has no part in any of it sees.
fn written(database: &TestDatabase) -> Vec<String> {
    let mut connection = AnyConnection::open(&database.url).expect("the database opens");
    dsl::identity.select(dsl::name).order(dsl::name).load(&mut connection).expect("a list")
}
