//! The one writing transaction, and savepoints inside it.
//!
//! A commit that answers `Ok` is a promise. SQLite may end a transaction by itself (a full disk), PostgreSQL answers
//! the `COMMIT` of an aborted one with success, and a panic may leave a savepoint open whose release diesel takes for
//! the commit. So after every savepoint the transaction is looked at, and is given up when it is not as it was.

use super::{AnyConnection, trouble};
use crate::{Error, Result};
use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{self, DatabaseErrorKind};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};

type Transactions = <AnyConnection as diesel::Connection>::TransactionManager;

/// A deferred `BEGIN` fails at once when it writes after a read; an immediate one waits for its turn.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";

/// Of the writes that come seldom one transaction runs at a time, as on SQLite: what touches many rows in an order of
/// its own would otherwise wait for another that waits for it. Installations in other schemas are not kept waiting.
const BEGIN_POSTGRES: &str =
    "BEGIN; SELECT pg_advisory_xact_lock(1296649803, hashtext(current_schema()::text))";

/// Whoever decides about an order from everything that is known of it must not decide beside somebody who adds to it.
/// Licenses of plain sales are issued beside each other, but not beside such a decision.
const BEGIN_ISSUES_POSTGRES: &str =
    "BEGIN; SELECT pg_advisory_xact_lock_shared(1296649804, hashtext(current_schema()::text))";
const KEEP_ISSUES_OUT_POSTGRES: &str =
    "SELECT pg_advisory_xact_lock(1296649804, hashtext(current_schema()::text))";

/// In a transaction that was aborted the question is an error, and keeps the `COMMIT` from seeming to succeed.
const COMMIT_POSTGRES: &str = "SELECT 1; COMMIT";

/// What became of a row that is to be the only one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Insertion {
    /// It is written.
    Done,
    /// There was one before.
    Taken,
}

/// Begins the transaction, as the only one that writes.
pub(crate) fn begin(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, BEGIN_SQLITE)
        }
        AnyConnection::Postgres(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, BEGIN_POSTGRES)
        }
    }
}

/// Takes back what the transaction has done so far, and begins it again.
pub(crate) fn begin_anew(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => AnsiTransactionManager::rollback_transaction(connection)?,
        AnyConnection::Postgres(connection) => AnsiTransactionManager::rollback_transaction(connection)?,
    }
    begin(connection)
}

/// Begins a transaction that does not keep others from writing: one of PostgreSQL's lanes.
pub(crate) fn begin_beside_others(connection: &mut AnyConnection) -> QueryResult<()> {
    connection.batch_execute("BEGIN")
}

/// Begins a transaction that issues licenses.
pub(crate) fn begin_issues(connection: &mut AnyConnection) -> QueryResult<()> {
    connection.batch_execute(BEGIN_ISSUES_POSTGRES)
}

/// Waits until no license is being issued, and keeps others from it until the transaction ends. On SQLite nobody else
/// writes at all.
pub(crate) fn keep_issues_out(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => connection.batch_execute(KEEP_ISSUES_OUT_POSTGRES),
    }
}

/// Runs `work` in a savepoint: an error or a panic takes back what it did, and nothing else.
///
/// # Errors
/// The transaction cannot go on: nothing of it, whoever wrote it, may be taken for written.
pub(crate) fn savepoint<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T>,
) -> Result<Result<T>> {
    Transactions::begin_transaction(connection)?;
    let done = catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or(Err(Error::Panicked));
    let done = done.and_then(|value| Ok(Transactions::commit_transaction(connection).map(|()| value)?));
    match done {
        Ok(value) => check_outermost(connection).map(|()| Ok(value)).map_err(Error::from),
        Err(cause) if trouble::is_fatal(&cause) => Err(cause),
        // The first error says why, such as a full disk; the second only that there is no transaction any more.
        Err(cause) => match return_to_outermost(connection) {
            Ok(()) => Ok(Err(cause)),
            Err(_) => Err(cause),
        },
    }
}

/// Commits what all savepoints have written.
pub(crate) fn commit(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => AnsiTransactionManager::commit_transaction(connection),
        AnyConnection::Postgres(connection) => connection.batch_execute(COMMIT_POSTGRES),
    }
}

/// Inserts a row unless a unique value of it is taken. In a savepoint: PostgreSQL lets nothing follow a refusal outside
/// of one. diesel's own `transaction` would answer with the error of a failed rollback, and hide what led to it.
pub(crate) fn insert_unless_taken(
    connection: &mut AnyConnection,
    insert: impl FnOnce(&mut AnyConnection) -> QueryResult<usize>,
) -> QueryResult<Insertion> {
    Transactions::begin_transaction(connection)?;
    let inserted = insert(connection);
    match &inserted {
        Ok(_) => Transactions::commit_transaction(connection)?,
        // A rollback that fails leaves a transaction that the enclosing savepoint finds to be not as it was.
        Err(_) => drop(Transactions::rollback_transaction(connection)),
    }
    match inserted {
        Ok(_) => Ok(Insertion::Done),
        Err(result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Insertion::Taken),
        Err(error) => Err(error),
    }
}

fn return_to_outermost(connection: &mut AnyConnection) -> QueryResult<()> {
    while depth(connection)? > 1 {
        Transactions::rollback_transaction(connection)?;
    }
    check_outermost(connection)
}

fn check_outermost(connection: &mut AnyConnection) -> QueryResult<()> {
    if depth(connection)? == 1 { Ok(()) } else { Err(result::Error::NotInTransaction) }
}

fn depth(connection: &mut AnyConnection) -> QueryResult<u32> {
    let depth = Transactions::transaction_manager_status_mut(connection).transaction_depth()?;
    Ok(depth.map_or(0, NonZeroU32::get))
}
