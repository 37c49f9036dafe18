//! Claims of several servers at once, in transactions that are open side by side.

use crate::connection::AnyConnection;
use crate::letters::claims::take_due;
use crate::letters::{Claim, Share};
use crate::testing::TestDatabase;
use crate::{Access, Store};
use diesel::connection::SimpleConnection;
use jiff::{SignedDuration, Timestamp};

const FOUR_LETTERS: &str = "\
    INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, email, name, source, \
        origin, mode, source_order_id, item, issued_at, seq, created_at) \
    SELECT n, n, '', '', '', '', '', 'active', 1, '', '', 'gumroad', 'ping', 'live', n, 0, 0, 1, 0 \
        FROM generate_series(1, 4) AS n; \
    INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, recipient, state, replaced, attempts, \
        queued_at, due_at, created_at) \
    SELECT number, 'license', 0, number, '', '', 'queued', false, 0, 0, number, 0 FROM licenses;";

/// On SQLite one transaction writes at a time; on PostgreSQL nobody waits for who is about to take other letters.
#[test]
fn a_server_takes_what_another_one_is_not_about_to_take_and_does_not_wait_for_it() {
    let Some(database) = TestDatabase::postgres() else { return };
    let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
    store.write(|connection| Ok(connection.batch_execute(FOUR_LETTERS)?)).wait().expect("four letters");
    let connect = || AnyConnection::open(&database.url).expect("another server");
    let (mut first, mut second) = (connect(), connect());
    first.batch_execute("BEGIN").expect("a transaction");
    let of_first = take(&mut first, "first", 2);
    second.batch_execute("BEGIN").expect("a transaction");
    let of_second = take(&mut second, "second", 9);
    second.batch_execute("COMMIT").expect("it commits");
    first.batch_execute("COMMIT").expect("it commits");
    assert_eq!((of_first.len(), of_second.len()), (2, 2));
    assert!(of_first.iter().all(|id| !of_second.contains(id)), "{of_first:?} {of_second:?}");
}

fn take(connection: &mut AnyConnection, name: &str, limit: i64) -> Vec<i64> {
    let lease = SignedDuration::from_secs(30);
    let claim = Claim { id: name.to_owned(), provider: "memory".to_owned(), lease };
    take_due(connection, &Share::All, &claim, now(), limit).expect("nobody is waited for")
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("a time")
}
