//! The audit log proves itself: whatever is done to it without the audit key is found.

use crate::examples::{open, open_as, ping};
use mintmark_storage::testing::{TestDatabase, WriteLock};
use mintmark_storage::{
    Access, ChainEnd, DatabaseUrl, Flaw, Inspection, NewDelivery, Part, Pending, Store, on_both_databases,
};

on_both_databases! {
    fn a_log_that_nobody_touched_is_whole(database: TestDatabase) {
        let store = open(&database);
        assert_eq!(inspect(&store).flaws, []);
        fill(&store, 20);
        let inspection = inspect(&store);
        assert_eq!((inspection.flaws, inspection.rows, inspection.arrived), (vec![], 20, 0));
        assert_eq!(inspection.ends.iter().map(|end| end.length).sum::<i64>(), 20);
    }

    fn an_altered_column_of_any_row_is_found(database: TestDatabase) {
        let store = open(&database);
        let ids = fill(&store, 5);
        let columns = [
            ("source", "'paddle'"), ("origin", "'manual'"), ("received_at", "received_at + 1"),
            ("remote_address", "'203.0.113.8'"), ("remote_address", "NULL"), ("secret_label", "'secret 2'"),
            ("secret_label", "NULL"), ("content_type", "'text/plain'"), ("content_type", "NULL"),
            ("headers", "'[]'"), ("body", "salt"), ("declared_size", "0"),
            // Nothing else moves into what is not there.
            ("headers", "headers || ' '"), ("remote_address", "''"),
        ];
        for row in ids {
            for (column, value) in columns {
                let before = database.copy_log();
                database.tamper(&format!("UPDATE deliveries SET {column} = {value} WHERE id = {row}"));
                assert_eq!(flaws(&store), [Flaw::Altered { row, part: Part::Content }], "{column} of {row}");
                database.bring_back(&before);
            }
        }
        assert_eq!(flaws(&store), []);
    }

    fn an_altered_proof_of_any_row_is_found(database: TestDatabase) {
        let store = open(&database);
        let ids = fill(&store, 5);
        let columns = [
            ("salt", "content_hash", Part::Content), ("content_hash", "link", Part::Hash),
            ("link", "content_hash", Part::Link), ("place", "place + 100", Part::Place),
        ];
        for row in ids {
            for (column, value, part) in columns {
                let before = database.copy_log();
                database.tamper(&format!("UPDATE deliveries SET {column} = {value} WHERE id = {row}"));
                assert_eq!(flaws(&store), [Flaw::Altered { row, part }], "{column} of {row}");
                database.bring_back(&before);
            }
            for (column, value) in [("chain", "chain + 1"), ("id", "id + 1000")] {
                let before = database.copy_log();
                database.tamper(&format!("UPDATE deliveries SET {column} = {value} WHERE id = {row}"));
                assert!(!flaws(&store).is_empty(), "{column} of {row}");
                database.bring_back(&before);
            }
        }
        assert_eq!(flaws(&store), []);
    }

    fn a_row_that_was_removed_is_found_wherever_it_was(database: TestDatabase) {
        let store = open(&database);
        let ids = fill(&store, 20);
        let remove = |ids: &[i64]| {
            let before = database.copy_log();
            for id in ids {
                database.tamper(&format!("DELETE FROM conclusions WHERE delivery_id = {id}"));
                database.tamper(&format!("DELETE FROM deliveries WHERE id = {id}"));
            }
            let found = flaws(&store);
            database.bring_back(&before);
            found
        };
        let missing = |after, before, count| vec![Flaw::Missing { after, before, count }];
        assert_eq!(remove(&ids[..1]), missing(None, ids[1], 1));
        assert_eq!(remove(&ids[16..17]), missing(Some(ids[15]), ids[17], 1));
        assert_eq!(remove(&ids[3..6]), missing(Some(ids[2]), ids[6], 3));
        assert_eq!(remove(&ids[19..]), [Flaw::CutOff { recorded: 20, left: 19 }]);
        assert_eq!(remove(&ids), [Flaw::CutOff { recorded: 20, left: 0 }]);
        for id in &ids {
            assert_eq!(remove(&[*id]).len(), 1, "{id}");
        }
    }

    fn a_cut_end_is_found_although_the_table_of_the_chains_was_cut_as_well(database: TestDatabase) {
        let store = open(&database);
        let ids = fill(&store, 5);
        let before = database.copy_log();
        for table in ["conclusions WHERE delivery_id", "deliveries WHERE id"] {
            database.tamper(&format!("DELETE FROM {table} = {}", ids[4]));
        }
        database.tamper(&format!(
            "UPDATE chains SET length = 4, link = (SELECT link FROM deliveries WHERE id = {}) WHERE number = 1", ids[3]
        ));
        assert_eq!(flaws(&store), [Flaw::EndAltered]);
        database.bring_back(&before);
        database.tamper("DELETE FROM chains WHERE number = 1");
        assert_eq!(flaws(&store), [Flaw::EndMissing]);
        database.bring_back(&before);
        for statement in ["DELETE FROM conclusions", "DELETE FROM deliveries", "DELETE FROM chains"] {
            database.tamper(statement);
        }
        assert_eq!(flaws(&store), [Flaw::EndMissing]);
    }

    fn a_row_that_was_put_in_is_found(database: TestDatabase) {
        let store = open(&database);
        let ids = fill(&store, 5);
        let put_in = |id: i64, place: &str| {
            let before = database.copy_log();
            database.tamper(&format!(
                "INSERT INTO deliveries (id, source, origin, received_at, headers, body, salt, content_hash, chain, place, link) \
                 SELECT {id}, source, origin, received_at, headers, body, salt, content_hash, chain, {place}, link \
                 FROM deliveries WHERE id = {}", ids[2]
            ));
            database.tamper(&format!(
                "INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed) VALUES ({id}, 1, 'sale', 'live', TRUE)"
            ));
            let found = flaws(&store);
            database.bring_back(&before);
            found
        };
        assert_eq!(put_in(0, "1"), [Flaw::Altered { row: 0, part: Part::Link }]);
        for place in ["place", "place + 1", "6", "99", "0"] {
            assert_eq!(put_in(ids[4] + 1, place), [Flaw::Added { row: ids[4] + 1 }], "{place}");
        }
    }

    fn two_rows_that_changed_places_are_found(database: TestDatabase) {
        let store = open(&database);
        let ids = fill(&store, 5);
        let before = database.copy_log();
        for (from, to) in [(ids[1], 900), (ids[2], ids[1]), (900, ids[2])] {
            database.tamper(&format!("UPDATE conclusions SET delivery_id = {to} WHERE delivery_id = {from}"));
            database.tamper(&format!("UPDATE deliveries SET id = {to} WHERE id = {from}"));
        }
        assert_eq!(flaws(&store), [Flaw::Added { row: ids[2] }]);
        database.bring_back(&before);
        let told = "source, origin, received_at, headers, body, salt, content_hash";
        database.tamper(&format!("CREATE TABLE aside AS SELECT id, {told} FROM deliveries"));
        for (to, from) in [(ids[1], ids[2]), (ids[2], ids[1])] {
            let columns: Vec<String> = told.split(", ").map(|column| {
                format!("{column} = (SELECT {column} FROM aside WHERE aside.id = {from})")
            }).collect();
            database.tamper(&format!("UPDATE deliveries SET {} WHERE id = {to}", columns.join(", ")));
        }
        database.tamper("DROP TABLE aside");
        assert_eq!(flaws(&store), [Flaw::Altered { row: ids[1], part: Part::Link }]);
    }

    fn an_old_state_of_the_whole_log_is_found_by_whoever_noted_its_end(database: TestDatabase) {
        let store = open(&database);
        fill(&store, 3);
        let old = database.copy_log();
        fill(&store, 2);
        let noted = inspect(&store).ends;
        assert_eq!(store.inspect_log(&noted, |_, _| {}).expect("an answer").flaws, []);
        database.bring_back(&old);
        assert_eq!(flaws(&store), [], "from inside nobody can tell");
        let found = store.inspect_log(&noted, |_, _| {}).expect("an answer").flaws;
        assert_eq!(found, [(1, Flaw::Rewound { noted: 5, length: 3 })]);
        let other = [ChainEnd { chain: 1, length: 2, link: [1; 32] }, ChainEnd { chain: 7, length: 2, link: [1; 32] }];
        let found = store.inspect_log(&other, |_, _| {}).expect("an answer").flaws;
        assert_eq!(found, [(1, Flaw::Rewound { noted: 2, length: 3 }), (7, Flaw::Rewound { noted: 2, length: 0 })]);
    }

    fn the_log_goes_on_where_an_end_was_altered_and_the_flaw_stays(database: TestDatabase) {
        let store = open(&database);
        fill(&store, 3);
        drop(store);
        database.tamper("UPDATE chains SET length = 2 WHERE number = 1");
        let store = open(&database);
        fill(&store, 3);
        let found = inspect(&store);
        assert_eq!((found.flaws, found.ends.len()), (vec![(1, Flaw::EndAltered)], 1));
        assert_eq!(found.ends[0].chain, 2);
        database.tamper("DELETE FROM chains WHERE number = 0");
        drop(store);
        let store = open(&database);
        database.tamper("UPDATE chains SET length = 1 WHERE number = 2");
        assert!(store.record(ping(0)).wait().is_err(), "an end that is sealed anew would look right");
    }

    fn who_records_beside_others_leaves_the_chains_whole(database: TestDatabase) {
        let server = open(&database);
        let stores: Vec<Store> = (0..3).map(|_| open_as(&database, Access::Tool)).chain([server]).collect();
        std::thread::scope(|scope| {
            for store in &stores {
                scope.spawn(|| for _ in 0..10 { fill(store, 7); });
            }
            for _ in 0..5 {
                assert_eq!(flaws(&stores[0]), []);
            }
        });
        let found = inspect(&stores[0]);
        assert_eq!((found.flaws, found.rows), (vec![], 280));
        let chains = if matches!(database.url, DatabaseUrl::Sqlite(_)) { 1 } else { 4 };
        assert_eq!(found.ends.len(), chains);
        drop(stores);
        let store = open(&database);
        fill(&store, 1);
        assert_eq!(inspect(&store).ends.len(), chains, "what is free is taken up");
    }

    fn a_row_that_cannot_be_written_leaves_no_hole(database: TestDatabase) {
        let store = open(&database);
        database.refuse_label("refused");
        let lock = WriteLock::take(&database);
        let labels = ["one", "refused", "three", "four", "refused"];
        let new = |label: &str| NewDelivery { secret_label: Some(label.to_owned()), ..ping(0) };
        let pending: Vec<Pending<_>> = labels.iter().map(|label| store.record(new(label))).collect();
        drop(lock);
        let written: Vec<bool> = pending.into_iter().map(|pending| pending.wait().is_ok()).collect();
        assert_eq!(written, [true, false, true, true, false]);
        fill(&store, 2);
        let found = inspect(&store);
        assert_eq!((found.flaws, found.rows), (vec![], 5));
    }
}

/// The session of the lane is lost with what it has in hand, and another one takes the chain up.
#[test]
fn a_postgres_session_that_was_lost_leaves_no_hole() {
    let Some(database) = TestDatabase::postgres() else { return };
    let store = open(&database);
    fill(&store, 3);
    for _ in 0..3 {
        database.tamper(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' \
             AND classid = 1296649807 AND objid::bigint IN (SELECT hashtext(current_schema()::text || number)::bigint \
             & 4294967295 FROM chains)",
        );
        fill(&store, 3);
    }
    let found = inspect(&store);
    assert_eq!((found.flaws, found.rows, found.ends.len()), (vec![], 12, 1));
}

fn fill(store: &Store, count: i64) -> Vec<i64> {
    let pending: Vec<_> = (0..count).map(|second| store.record(ping(second))).collect();
    pending.into_iter().map(|pending| pending.wait().expect("on record").id).collect()
}

fn inspect(store: &Store) -> Inspection {
    store.inspect_log(&[], |_, _| {}).expect("an answer")
}

fn flaws(store: &Store) -> Vec<Flaw> {
    inspect(store).flaws.into_iter().map(|(_, flaw)| flaw).collect()
}
