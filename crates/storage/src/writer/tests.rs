//! What one write, or one transaction, does to the others.

use super::QUEUE_LENGTH;
use super::session::Session;
use super::task::Task;
use crate::connection::{AnyConnection, transaction};
use crate::schema::identity::dsl;
use crate::testing::TestDatabase;
use crate::{Access, Error, Pending, Result, Store, on_both_databases};
use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, QueryResult, RunQueryDsl};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

on_both_databases! {
    fn a_write_that_fails_leaves_its_neighbors_alone(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let before = store.write(|connection| put(connection, "before"));
        let failing = store.write(|connection| {
            put(connection, "failing")?;
            connection.batch_execute("SELECT * FROM nowhere").map_err(Error::from)
        });
        let after = store.write(|connection| put(connection, "after"));
        gate.open();
        assert!(before.wait().is_ok() && after.wait().is_ok());
        assert!(matches!(failing.wait(), Err(Error::Refused(_))));
        assert_eq!(written(&database), ["after", "before"]);
    }

    fn a_write_that_panics_leaves_its_neighbors_alone(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let before = store.write(|connection| put(connection, "before"));
        let panicking: Pending<()> = store.write(|connection| {
            put(connection, "panicking")?;
            panic!("on purpose")
        });
        let after = store.write(|connection| put(connection, "after"));
        gate.open();
        assert!(before.wait().is_ok() && after.wait().is_ok());
        assert!(matches!(panicking.wait(), Err(Error::Panicked)));
        assert_eq!(written(&database), ["after", "before"]);
    }

    fn a_panic_inside_a_savepoint_of_its_own_leaves_the_neighbors_committed(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let before = store.write(|connection| put(connection, "before"));
        let panicking: Pending<()> = store.write(|connection| {
            transaction::insert_unless_taken(connection, |connection| {
                insert(connection, "panicking")?;
                panic!("on purpose")
            })?;
            Ok(())
        });
        let after = store.write(|connection| put(connection, "after"));
        gate.open();
        assert!(before.wait().is_ok() && after.wait().is_ok());
        assert!(panicking.wait().is_err());
        assert_eq!(written(&database), ["after", "before"]);
        assert!(store.write(|connection| put(connection, "later")).wait().is_ok());
    }

    fn a_refused_insertion_leaves_its_own_write_alone(database: TestDatabase) {
        let store = open(&database);
        let insertions = store.write(|connection| {
            let mut try_put = |name| transaction::insert_unless_taken(connection, |connection| insert(connection, name));
            Ok([try_put("one")?, try_put("one")?, try_put("two")?])
        });
        use transaction::Insertion::{Done, Taken};
        assert_eq!(insertions.wait().expect("written"), [Done, Taken, Done]);
        assert_eq!(written(&database), ["one", "two"]);
    }

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

    fn a_write_that_nobody_waits_for_any_more_is_left_out(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let kept = store.write(|connection| put(connection, "kept"));
        drop(store.write(|connection| put(connection, "abandoned")));
        gate.open();
        kept.wait().expect("written");
        assert_eq!(written(&database), ["kept"]);
    }

    fn a_write_that_is_given_up_while_its_transaction_has_begun_is_left_out(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let (sender, receiver) = channel::<Pending<()>>();
        let first = store.write(move |_| Ok(drop(receiver.recv().expect("the test sends it"))));
        let abandoned = store.write(|connection| put(connection, "abandoned"));
        gate.open();
        sender.send(abandoned).expect("the transaction waits for it");
        first.wait().expect("written");
        store.write(|connection| put(connection, "kept")).wait().expect("written");
        assert_eq!(written(&database), ["kept"]);
    }

    fn more_than_the_queue_holds_is_refused_at_once(database: TestDatabase) {
        let store = open(&database);
        let gate = Gate::close(&store);
        let queued: Vec<_> = (0..QUEUE_LENGTH).map(|_| store.write(|_| Ok(()))).collect();
        assert!(matches!(store.write(|_| Ok(())).wait(), Err(Error::Full)));
        gate.open();
        assert!(queued.into_iter().all(|pending| pending.wait().is_ok()));
        assert!(store.write(|_| Ok(())).wait().is_ok());
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
        let (queue, receiver) = std::sync::mpsc::sync_channel::<Box<dyn Task>>(2);
        let session = Session::new(database.url.clone(), connection);
        let thread = std::thread::spawn(move || session.serve(&receiver));
        let answers = Arc::new(Mutex::new(Vec::new()));
        for panics in [true, false] {
            let (told, done) = channel();
            let task = Scripted { panics, answers: Arc::clone(&answers), told };
            queue.send(Box::new(task)).expect("the writer lives");
            done.recv().expect("an answer");
        }
        drop(queue);
        thread.join().expect("the writer ended in peace");
        assert_eq!(*answers.lock().expect("no panic"), [false, true]);
    }

    fn a_read_that_fails_breaks_no_later_one(database: TestDatabase) {
        let store = open(&database);
        for _ in 0..10 {
            let failed: Result<()> = store.read(|connection| Ok(connection.batch_execute("SELECT * FROM nowhere")?));
            assert!(failed.is_err());
        }
        assert_eq!(store.count_deliveries().expect("a count"), 0);
    }

    fn a_delivery_on_record_can_be_neither_changed_nor_deleted(database: TestDatabase) {
        let store = open(&database);
        let new = crate::NewDelivery {
            source: "gumroad".to_owned(),
            origin: crate::Origin::Ping,
            received_at: jiff::Timestamp::UNIX_EPOCH,
            remote_address: None,
            secret_label: None,
            content_type: None,
            headers: "[]".to_owned(),
            body: b"as it came".to_vec(),
            declared_size: None,
        };
        let id = store.record(new).wait().expect("on record").id;
        for statement in ["UPDATE deliveries SET source = 'other'", "DELETE FROM deliveries"] {
            let refused = store.write(move |connection| Ok(connection.batch_execute(statement)?)).wait();
            assert!(refused.is_err(), "{statement}");
        }
        let kept = store.delivery(id).expect("an answer").expect("the delivery");
        assert_eq!((kept.source.as_str(), kept.body.as_slice()), ("gumroad", b"as it came".as_slice()));
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
    assert_eq!(store.count_deliveries().expect("a new reader"), 0);
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
            Ok(opened.recv().unwrap_or_default())
        });
        busy.recv().expect("the writer comes to it");
        Self { opener, kept_busy }
    }

    fn open(self) {
        drop(self.opener);
        drop(self.kept_busy);
    }
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

    fn run(&mut self, _: &mut AnyConnection) -> Result<()> {
        assert!(!self.panics, "on purpose");
        Ok(())
    }

    fn answer(self: Box<Self>, committed: &std::result::Result<(), Arc<Error>>) {
        self.answers.lock().expect("no panic").push(committed.is_ok());
        self.told.send(()).expect("the test waits");
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
    use diesel::QueryDsl;
    let mut connection = AnyConnection::open(&database.url).expect("the database opens");
    dsl::identity.select(dsl::name).order(dsl::name).load(&mut connection).expect("a list")
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

fn sql_number(connection: &mut AnyConnection, expression: &str) -> QueryResult<i32> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>(expression)).get_result(connection)
}

/// Ends a backend of PostgreSQL as an operator would, and waits until it is gone.
fn kill(database: &TestDatabase, backend: i32) {
    let mut connection = AnyConnection::open(&database.url).expect("another session");
    let is_gone = sql_number(&mut connection, &format!("pg_terminate_backend({backend}, 5000)::int"));
    assert_eq!(is_gone.expect("an answer"), 1);
}
