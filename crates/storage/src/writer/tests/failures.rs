//! Transactions that fail: everyone is told, and the next one works.

use super::{Gate, open, put, written};
use crate::chain::Tail;
use crate::connection::{AnyConnection, transaction};
use crate::testing::TestDatabase;
use crate::writer::failure::Failure;
use crate::writer::queue::{Closed, Queue};
use crate::writer::reply::Committed;
use crate::writer::session::{Manners, Session};
use crate::writer::task::Task;
use crate::{AuditFilter, Error, Pending, Result, on_both_databases};
use diesel::connection::SimpleConnection;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

on_both_databases! {
    fn a_transaction_that_was_ended_underneath_is_not_taken_for_committed(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let before = store.write(|connection| put(connection, "before"));
        let ending = store.write(|connection| Ok(connection.batch_execute("ROLLBACK")?));
        let after = store.write(|connection| put(connection, "after"));
        gate.open();
        for pending in [before, ending, after] {
            assert!(pending.wait().is_err());
        }
        assert_eq!(written(&database), Vec::<String>::new());
        assert!(store.write(|connection| put(connection, "later")).wait().is_ok());
    }

    fn a_commit_that_fails_is_told_to_everyone_and_the_next_one_works(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let before = store.write(|connection| put(connection, "before"));
        let spoiling = store.write(|connection| Ok(connection.batch_execute(spoil_the_commit(connection))?));
        gate.open();
        for pending in [before, spoiling] {
            assert!(matches!(pending.wait(), Err(Error::Aborted(_))));
        }
        assert_eq!(written(&database), Vec::<String>::new());
        assert!(store.write(|connection| put(connection, "later")).wait().is_ok());
        assert_eq!(written(&database), ["later"]);
    }

    fn a_write_fails_while_another_process_holds_the_database_and_the_next_one_does_not(database: TestDatabase) {
        let store = open(&database);
        let mut other = AnyConnection::open(&database.url).expect("the other process");
        transaction::begin(&mut other).expect("the other process writes");
        let refused = store.write(|connection| put(connection, "refused")).wait();
        assert!(matches!(refused, Err(Error::Aborted(_))));
        drop(other);
        store.write(|connection| put(connection, "later")).wait().expect("written");
        assert_eq!(written(&database), ["later"]);
    }

    fn a_panic_outside_of_every_savepoint_ends_neither_the_writer_nor_in_a_promise(database: TestDatabase) {
        drop(open(&database));
        let connection = AnyConnection::open(&database.url).expect("the database opens");
        let queue = Arc::new(Queue::<Box<dyn Task>>::new());
        let failure = Arc::new(Failure::default());
        let session = Session::new(database.url.clone(), Manners::Host, connection, Arc::clone(&queue), failure);
        let thread = std::thread::spawn(move || session.serve());
        let answers = Arc::new(Mutex::new(Vec::new()));
        for panics in [true, false] {
            let (told, done) = channel();
            let task = Scripted { panics, answers: Arc::clone(&answers), told };
            queue.push(Box::new(task)).expect("the writer lives");
            done.recv().expect("an answer");
        }
        queue.close(Closed::Stopping);
        thread.join().expect("the writer ended in peace");
        assert_eq!(*answers.lock().expect("no panic"), [false, true]);
    }

    fn after_a_failure_of_the_disk_nothing_is_written_and_the_watcher_is_told(database: TestDatabase) {
        let store = open(&database);
        let (told, watcher) = channel();
        store.on_failure(move || told.send(()).expect("the test waits"));
        let gate = Gate::close(&store);
        let before = store.write(|connection| put(connection, "before"));
        let failing: Pending<()> = store.write(|_| Err(Error::Unreachable("disk I/O error".to_owned())));
        gate.open();
        for pending in [before, failing] {
            assert!(matches!(pending.wait(), Err(Error::Aborted(_) | Error::Unreachable(_))));
        }
        watcher.recv().expect("the watcher is told");
        assert!(matches!(store.write(|connection| put(connection, "later")).wait(), Err(Error::Failed)));
        assert_eq!(written(&database), Vec::<String>::new());
    }

    fn a_read_that_fails_breaks_no_later_one(database: TestDatabase) {
        let store = open(&database);
        for _ in 0..10 {
            let failed: Result<()> = store.read(|connection| Ok(connection.batch_execute("SELECT * FROM nowhere")?));
            assert!(failed.is_err());
        }
        assert_eq!(store.audit_rows(&AuditFilter::default()).expect("a count").len(), 0);
    }
}

/// SQLite takes the whole transaction back when the disk is full, whatever savepoint the write was in.
#[test]
fn a_full_disk_is_told_to_everyone_and_room_is_used_again() {
    let database = TestDatabase::sqlite();
    let store = open(&database);
    let gate = Gate::close(&store);
    let before = store.write(|connection| put(connection, "before"));
    let filling = store.write(|connection| {
        connection.batch_execute("PRAGMA max_page_count = 1")?;
        let name = "x".repeat(100_000);
        put(connection, &name)
    });
    let after = store.write(|connection| put(connection, "after"));
    gate.open();
    let words = |error: &Error| {
        let cause: &dyn std::error::Error = error;
        std::iter::successors(Some(cause), |cause| cause.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    for pending in [before, filling, after] {
        let error = pending.wait().expect_err("nothing of it is written");
        assert!(words(&error).concat().contains("disk is full"), "{:?}", words(&error));
    }
    assert_eq!(written(&database), Vec::<String>::new());
    store.write(|connection| put(connection, "later")).wait().expect("there is room again");
    assert_eq!(written(&database), ["later"]);
}

/// A task that panics where no savepoint catches it, or does nothing.
struct Scripted {
    panics: bool,
    answers: Arc<Mutex<Vec<bool>>>,
    told: Sender<()>,
}

impl Task for Scripted {
    fn is_abandoned(&self) -> bool {
        false
    }

    fn size(&self) -> usize {
        0
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn run(&mut self, _: &mut AnyConnection, _: &mut Tail) -> Result<()> {
        assert!(!self.panics, "on purpose");
        Ok(())
    }

    fn answer(self: Box<Self>, committed: &Committed) {
        self.answers.lock().expect("no panic").push(committed.is_ok());
        self.told.send(()).expect("the test waits");
    }
}

/// Statements whose constraint is looked at by the commit alone.
fn spoil_the_commit(connection: &AnyConnection) -> &'static str {
    match connection {
        AnyConnection::Sqlite(_) => {
            "PRAGMA defer_foreign_keys = ON; \
             INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed) VALUES (99, 1, '', '', 0)"
        }
        AnyConnection::Postgres(_) => {
            "CREATE TEMPORARY TABLE spoiling (id INT PRIMARY KEY DEFERRABLE INITIALLY DEFERRED); \
             INSERT INTO spoiling VALUES (1), (1)"
        }
    }
}
