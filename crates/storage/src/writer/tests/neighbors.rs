//! What one write does to the others of its transaction.

use super::{Gate, insert, open, put, written};
use crate::connection::transaction;
use crate::writer::queue::MOST_WAITING;
use crate::{Error, Pending, on_both_databases};
use diesel::connection::SimpleConnection;
use std::sync::mpsc::channel;

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
        let first = store.write(move |_| {
            drop(receiver.recv().expect("the test sends it"));
            Ok(())
        });
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
        let queued: Vec<_> = (0..MOST_WAITING).map(|_| store.write(|_| Ok(()))).collect();
        assert!(matches!(store.write(|_| Ok(())).wait(), Err(Error::Full)));
        gate.open();
        assert!(queued.into_iter().all(|pending| pending.wait().is_ok()));
        assert!(store.write(|_| Ok(())).wait().is_ok());
    }
}
