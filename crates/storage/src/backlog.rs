//! What waits and what failed, counted at a cost that does not grow with what is on record.

use crate::connection::AnyConnection;
use crate::{Origin, Result, Store, time};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use jiff::Timestamp;
use std::collections::BTreeMap;

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
    /// Letters that came back and were not replaced.
    pub letters_bounced: i64,
    /// Letters that were written into the letters folder.
    pub letters_logged: i64,
    /// Deliveries whose error a person has to mend; those whose letter failed are not among them.
    pub failed_deliveries: i64,
    /// When each source told of anything by itself, among the 200 newest deliveries.
    pub last_pings: BTreeMap<String, Timestamp>,
    /// The other sources told of nothing after this; `None` if all deliveries were looked at.
    pub looked_back_to: Option<Timestamp>,
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
            let heard: Vec<Heard> = sql_query(LAST_HEARD).load(connection)?;
            let backlog = row.into_backlog(size.bytes)?;
            Ok(Backlog {
                last_pings: last_pings(&heard)?,
                looked_back_to: looked_back_to(&heard)?,
                ..backlog
            })
        })
    }
}

impl Backlog {
    /// When a source told of anything by itself, at the latest; `None` if it never did.
    pub fn last_ping(&self, source: &str) -> Option<Timestamp> {
        self.last_pings.get(source).copied().or(self.looked_back_to)
    }
}

/// So many deliveries are looked at for those that came by themselves.
const NEWEST: i64 = 200;
/// With [`NEWEST`] in it.
const LAST_HEARD: &str = "\
    SELECT source, origin, MAX(received_at) AS last, MIN(received_at) AS first, COUNT(*) AS number \
    FROM (SELECT source, origin, received_at FROM deliveries ORDER BY id DESC LIMIT 200) AS newest \
    GROUP BY source, origin";

/// What was heard of a source in one way.
#[derive(QueryableByName)]
struct Heard {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = BigInt)]
    last: i64,
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn last_pings(heard: &[Heard]) -> Result<BTreeMap<String, Timestamp>> {
    let pings = heard.iter().filter(|heard| heard.origin == Origin::Ping.as_str());
    pings.map(|heard| Ok((heard.source.clone(), time::from_column(heard.last)?))).collect()
}

fn looked_back_to(heard: &[Heard]) -> Result<Option<Timestamp>> {
    let number: i64 = heard.iter().map(|heard| heard.number).sum();
    let first = heard.iter().map(|heard| heard.first).min().filter(|_| number >= NEWEST);
    time::from_optional_column(first)
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
         troubled AS MATERIALIZED (SELECT state FROM letters WHERE error IS NOT NULL AND NOT replaced LIMIT 10000) \
    SELECT unfinished.number AS unfinished, \
        (SELECT received_at FROM deliveries WHERE id = unfinished.oldest) AS oldest_unfinished, \
        unverified.number AS unverified, \
        (SELECT received_at FROM deliveries WHERE id = unverified.oldest) AS oldest_unverified, \
        queued.number AS queued, queued.oldest AS oldest_queued, \
        (SELECT COUNT(*) FROM (SELECT id FROM letters WHERE leased_until IS NOT NULL LIMIT 10000) AS few) AS sending, \
        (SELECT COUNT(*) FROM troubled WHERE state = 'failed') AS letters_failed, \
        (SELECT COUNT(*) FROM troubled WHERE state = 'bounced') AS letters_bounced, \
        (SELECT COUNT(*) FROM (SELECT id FROM letters WHERE state = 'logged' LIMIT 10000) AS few) AS logged, \
        (SELECT COUNT(*) FROM (SELECT delivery_id FROM conclusions WHERE error IS NOT NULL LIMIT 10000) AS few) AS failed \
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
    letters_bounced: i64,
    #[diesel(sql_type = BigInt)]
    logged: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
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
            letters_bounced: self.letters_bounced,
            letters_logged: self.logged,
            failed_deliveries: self.failed,
            last_pings: BTreeMap::new(),
            looked_back_to: None,
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
        INSERT INTO deliveries (source, origin, received_at, headers, body, salt, content_hash, chain, place, link) VALUES \
            ('gumroad', 'ping', 1000, '[]', '', '', '', 1, 1, ''), ('gumroad', 'ping', 2000, '[]', '', '', '', 1, 2, ''), \
            ('gumroad', 'ping', 3000, '[]', '', '', '', 1, 3, ''), ('gumroad', 'ping', 4000, '[]', '', '', '', 1, 4, ''), \
            ('gumroad', 'ping', 5000, '[]', '', '', '', 1, 5, ''), ('gumroad', 'reconcile', 6000, '[]', '', '', '', 1, 6, ''); \
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
            (1, 'license', 6, 'g', '', '', 'accepted', FALSE, 0, 700, NULL, NULL, NULL, 0), \
            (1, 'license', 7, 'h', '', '', 'bounced', FALSE, 0, 700, NULL, NULL, 'bounced', 0);";

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).expect("a time")
    }

    fn waiting(count: i64, since: i64) -> Waiting {
        Waiting { count, oldest: Some(at(since)) }
    }

    #[test]
    fn a_source_that_was_not_heard_of_lately_was_silent_for_as_long_as_was_looked_back() {
        let heard = |origin: &str, first, last, number| Heard {
            source: "gumroad".to_owned(),
            origin: origin.to_owned(),
            last,
            first,
            number,
        };
        let by_hand = [heard("manual", 1000, 9000, 120), heard("reconcile", 2000, 8000, 80)];
        assert_eq!(
            (last_pings(&by_hand).expect("times").len(), looked_back_to(&by_hand).expect("a time")),
            (0, Some(at(1000)))
        );
        let few = [heard("manual", 1000, 9000, 199)];
        assert_eq!(looked_back_to(&few).expect("a time"), None);
    }

    crate::on_both_databases! {
        fn a_glance_shows_what_waits_and_what_failed(database: TestDatabase) {
            let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
            crate::testing::begin_log(&store);
            store.write(|connection| Ok(connection.batch_execute(A_DAY)?)).wait().expect("a day");
            let seen = store.backlog().expect("an answer");
            assert!(seen.database_bytes > 0);
            let expected = Backlog {
                unfinished: waiting(2, 4000),
                verification: waiting(1, 3000),
                letters: waiting(2, 500),
                letters_sending: 1,
                letters_failed: 1,
                letters_bounced: 1,
                letters_logged: 1,
                failed_deliveries: 1,
                last_pings: [("gumroad".to_owned(), at(5000))].into(),
                looked_back_to: None,
                database_bytes: seen.database_bytes,
            };
            assert_eq!(seen, expected);
        }

        fn a_glance_at_nothing_shows_nothing(database: TestDatabase) {
            let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
            crate::testing::begin_log(&store);
            let seen = store.backlog().expect("an answer");
            assert_eq!((seen.unfinished, seen.letters, seen.last_ping("gumroad")), (Waiting::default(), Waiting::default(), None));
        }
    }
}
