//! What only a server can do: lose connections, and answer the commit of an aborted transaction with success.

use super::{Gate, open, put, written};
use crate::AuditFilter;
use crate::connection::AnyConnection;
use crate::testing::TestDatabase;
use diesel::connection::SimpleConnection;
use diesel::{QueryResult, RunQueryDsl};

#[test]
fn a_postgres_backend_that_was_killed_while_idle_costs_no_write() {
    let Some(database) = TestDatabase::postgres() else { return };
    let store = open(&database);
    let backend = store.write(|connection| Ok(sql_number(connection, "pg_backend_pid()")?));
    kill(&database, backend.wait().expect("the writer's backend"));
    store.write(|connection| put(connection, "later")).wait().expect("written on a new connection");
    assert_eq!(written(&database), ["later"]);
}

#[test]
fn a_postgres_backend_that_was_killed_in_a_transaction_fails_all_of_it_and_nothing_after() {
    let Some(database) = TestDatabase::postgres() else { return };
    let store = open(&database);
    let gate = Gate::close(&store);
    let before = store.write(|connection| put(connection, "before"));
    let killing = store
        .write(|connection| Ok(connection.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")?));
    let after = store.write(|connection| put(connection, "after"));
    gate.open();
    for pending in [before, killing, after] {
        assert!(pending.wait().is_err());
    }
    store.write(|connection| put(connection, "later")).wait().expect("written on a new connection");
    assert_eq!(written(&database), ["later"]);
}

#[test]
fn readers_outlive_a_postgres_that_was_restarted() {
    let Some(database) = TestDatabase::postgres() else { return };
    let store = open(&database);
    let backend = store.read(|connection| Ok(sql_number(connection, "pg_backend_pid()")?)).expect("a reader");
    kill(&database, backend);
    assert_eq!(store.audit_rows(&AuditFilter::default()).expect("a new reader").len(), 0);
}

/// PostgreSQL answers the COMMIT of such a transaction with success, and has rolled it back.
#[test]
fn a_postgres_transaction_that_was_aborted_is_not_taken_for_committed() {
    let Some(database) = TestDatabase::postgres() else { return };
    let store = open(&database);
    let gate = Gate::close(&store);
    let before = store.write(|connection| put(connection, "before"));
    let aborting = store.write(|connection| {
        connection.batch_execute("RELEASE SAVEPOINT diesel_savepoint_1")?;
        Ok(connection.batch_execute("SELECT 1 / 0")?)
    });
    gate.open();
    assert!(before.wait().is_err());
    assert!(aborting.wait().is_err());
    assert_eq!(written(&database), Vec::<String>::new());
    assert!(store.write(|connection| put(connection, "later")).wait().is_ok());
}

fn sql_number(connection: &mut AnyConnection, expression: &str) -> QueryResult<i32> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>(expression)).get_result(connection)
}

/// Ends a backend of PostgreSQL as an operator would, and waits until it is gone.
fn kill(database: &TestDatabase, backend: i32) {
    let mut connection = AnyConnection::open(&database.url).expect("another session");
    let is_gone = sql_number(&mut connection, &format!("pg_terminate_backend({backend}, 5000)::int"));
    assert_eq!(is_gone.expect("an answer"), 1);
}
