//! What waits and what failed, counted at a cost that does not grow with what is on record.

use crate::connection::AnyConnection;
use crate::{Result, Store, time};
use diesel::sql_types::{BigInt, Nullable};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use jiff::Timestamp;

/// What can be seen at a glance. No count goes beyond 10,000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries that were recorded and never concluded, among the 10,000 newest that have something left to do.
    pub unfinished: Waiting,
    /// Deliveries that wait for the store's own word.
    pub verification: Waiting,
    /// Letters that wait for their next sending; the oldest is that of the 10,000 that are due first.
    pub letters: Waiting,
    /// Letters that a worker has in hand.
    pub letters_sending: i64,
    /// Letters that were given up and not replaced.
    pub letters_failed: i64,
    /// Letters that were written into the letters folder.
    pub letters_logged: i64,
    /// Deliveries whose error a person has to mend; those whose letter failed are not among them.
    pub failed_deliveries: i64,
    /// When a store told of anything by itself. It is looked for among the 200 newest deliveries; where the others came
    /// otherwise, it was not after this.
    pub last_ping: Option<Timestamp>,
    /// Bytes of the database; of SQLite without its log.
    pub database_bytes: i64,
}

/// Those that wait for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// How many.
    pub count: i64,
    /// Since when the oldest does.
    pub oldest: Option<Timestamp>,
}

impl Store {
    /// Looks at what waits and what failed, by small indexes and bounded counts.
    pub fn backlog(&self) -> Result<Backlog> {
        self.read(|connection| {
            let row: Row = sql_query(QUESTION).get_result(connection)?;
            let size: Size = sql_query(size_question(connection)).get_result(connection)?;
            row.into_backlog(size.bytes)
        })
    }
}

/// The same text for both databases. Each count ends at its bound, and each condition is spelled as its partial index
/// has it.
const QUESTION: &str = "\
    WITH open AS MATERIALIZED (SELECT delivery_id, concluded_at FROM conclusions \
             WHERE NOT processed ORDER BY delivery_id DESC LIMIT 10000), \
         unfinished AS (SELECT COUNT(*) AS number, MIN(delivery_id) AS oldest FROM open WHERE concluded_at IS NULL), \
         unverified AS (SELECT COUNT(*) AS number, MIN(delivery_id) AS oldest FROM \
             (SELECT delivery_id FROM conclusions WHERE verify_at IS NOT NULL LIMIT 10000) AS few), \
         queued AS (SELECT COUNT(*) AS number, MIN(queued_at) AS oldest FROM (SELECT queued_at FROM letters \
             WHERE due_at IS NOT NULL AND NOT replaced ORDER BY due_at LIMIT 10000) AS few), \
         newest AS MATERIALIZED (SELECT origin, received_at FROM deliveries ORDER BY id DESC LIMIT 200) \
    SELECT unfinished.number AS unfinished, \
        (SELECT received_at FROM deliveries WHERE id = unfinished.oldest) AS oldest_unfinished, \
        unverified.number AS unverified, \
        (SELECT received_at FROM deliveries WHERE id = unverified.oldest) AS oldest_unverified, \
        queued.number AS queued, queued.oldest AS oldest_queued, \
        (SELECT COUNT(*) FROM (SELECT id FROM letters WHERE leased_until IS NOT NULL LIMIT 10000) AS few) AS sending, \
        (SELECT COUNT(*) FROM (SELECT state, replaced FROM letters WHERE error IS NOT NULL LIMIT 10000) AS few \
            WHERE state = 'failed' AND NOT replaced) AS letters_failed, \
        (SELECT COUNT(*) FROM (SELECT id FROM letters WHERE state = 'logged' LIMIT 10000) AS few) AS logged, \
        (SELECT COUNT(*) FROM (SELECT delivery_id FROM conclusions WHERE error IS NOT NULL LIMIT 10000) AS few) AS failed, \
        COALESCE((SELECT MAX(received_at) FROM newest WHERE origin = 'ping'), \
            (SELECT MIN(received_at) FROM newest)) AS last_ping \
    FROM unfinished, unverified, queued";

fn size_question(connection: &AnyConnection) -> &'static str {
    match connection {
        AnyConnection::Sqlite(_) => {
            "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
        }
        AnyConnection::Postgres(_) => "SELECT pg_database_size(current_database()) AS bytes",
    }
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    unfinished: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    oldest_unfinished: Option<i64>,
    #[diesel(sql_type = BigInt)]
    unverified: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    oldest_unverified: Option<i64>,
    #[diesel(sql_type = BigInt)]
    queued: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    oldest_queued: Option<i64>,
    #[diesel(sql_type = BigInt)]
    sending: i64,
    #[diesel(sql_type = BigInt)]
    letters_failed: i64,
    #[diesel(sql_type = BigInt)]
    logged: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_ping: Option<i64>,
}

impl Row {
    fn into_backlog(self, database_bytes: i64) -> Result<Backlog> {
        let waiting = |count, oldest| {
            Ok::<_, crate::Error>(Waiting { count, oldest: time::from_optional_column(oldest)? })
        };
        Ok(Backlog {
            unfinished: waiting(self.unfinished, self.oldest_unfinished)?,
            verification: waiting(self.unverified, self.oldest_unverified)?,
            letters: waiting(self.queued, self.oldest_queued)?,
            letters_sending: self.sending,
            letters_failed: self.letters_failed,
            letters_logged: self.logged,
            failed_deliveries: self.failed,
            last_ping: time::from_optional_column(self.last_ping)?,
            database_bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Access;
    use diesel::connection::SimpleConnection;

    /// Six deliveries: one fulfilled, one failed, one that waits for the store's word, two never concluded, and one that
    /// the reconciler has written.
    const A_DAY: &str = "\
        INSERT INTO deliveries (source, origin, received_at, headers, body) VALUES \
            ('gumroad', 'ping', 1000, '[]', ''), ('gumroad', 'ping', 2000, '[]', ''), \
            ('gumroad', 'ping', 3000, '[]', ''), ('gumroad', 'ping', 4000, '[]', ''), \
            ('gumroad', 'ping', 5000, '[]', ''), ('gumroad', 'reconcile', 6000, '[]', ''); \
        INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed, error, concluded_at, verify_at) VALUES \
            (1, 1, 'sale', 'live', TRUE, NULL, 1, NULL), (2, 1, 'sale', 'live', FALSE, 'no entry', 1, NULL), \
            (3, 1, 'sale', 'live', FALSE, NULL, 1, 9000), (4, 1, 'sale', 'live', FALSE, NULL, NULL, NULL), \
            (5, 1, 'sale', 'live', FALSE, NULL, NULL, NULL), (6, 1, 'sale', 'live', TRUE, NULL, 1, NULL); \
        INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, email, name, source, \
            origin, mode, source_order_id, item, issued_at, seq, created_at) VALUES \
            ('L1', 'K1', 'B1', '', '', '', '', 'active', 1, '', '', 'gumroad', 'ping', 'live', 'S', 0, 0, 1, 0); \
        INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, recipient, state, replaced, \
            attempts, queued_at, due_at, leased_until, error, created_at) VALUES \
            (1, 'license', 0, 'a', '', '', 'queued', FALSE, 1, 500, 9000, NULL, '421', 0), \
            (1, 'license', 1, 'b', '', '', 'queued', FALSE, 0, 700, 8000, NULL, NULL, 0), \
            (1, 'license', 2, 'c', '', '', 'sending', FALSE, 0, 700, NULL, 9000, NULL, 0), \
            (1, 'license', 3, 'd', '', '', 'failed', FALSE, 0, 700, NULL, NULL, '550', 0), \
            (1, 'license', 4, 'e', '', '', 'failed', TRUE, 0, 700, NULL, NULL, '550', 0), \
            (1, 'license', 5, 'f', '', '', 'logged', FALSE, 0, 700, NULL, NULL, NULL, 0), \
            (1, 'license', 6, 'g', '', '', 'accepted', FALSE, 0, 700, NULL, NULL, NULL, 0);";

    fn waiting(count: i64, since: i64) -> Waiting {
        Waiting { count, oldest: Some(Timestamp::from_millisecond(since).expect("a time")) }
    }

    crate::on_both_databases! {
        fn a_glance_shows_what_waits_and_what_failed(database: TestDatabase) {
            let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
            store.write(|connection| Ok(connection.batch_execute(A_DAY)?)).wait().expect("a day");
            let seen = store.backlog().expect("an answer");
            assert!(seen.database_bytes > 0);
            let expected = Backlog {
                unfinished: waiting(2, 4000),
                verification: waiting(1, 3000),
                letters: waiting(2, 500),
                letters_sending: 1,
                letters_failed: 1,
                letters_logged: 1,
                failed_deliveries: 1,
                last_ping: waiting(1, 5000).oldest,
                database_bytes: seen.database_bytes,
            };
            assert_eq!(seen, expected);
        }

        fn a_glance_at_nothing_shows_nothing(database: TestDatabase) {
            let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
            let seen = store.backlog().expect("an answer");
            assert_eq!((seen.unfinished, seen.letters, seen.last_ping), (Waiting::default(), Waiting::default(), None));
        }
    }
}
