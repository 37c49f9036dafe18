//! What waits: rows for a person, letters for a provider, sales for the store's word.

use crate::{Result, Store, time};
use diesel::sql_types::{BigInt, Nullable};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use jiff::Timestamp;

/// How much waits, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// Deliveries with an error and something left to do.
    pub failed: i64,
    /// Deliveries that no attempt has come to an end with, but for those of the last minute.
    pub unfinished: i64,
    /// Sales whose truth the store is to be asked for.
    pub unverified: i64,
    /// Letters in the queue.
    pub queued: i64,
    /// When the oldest of them was put there.
    pub oldest_queued: Option<Timestamp>,
    /// Letters that were given up.
    pub given_up: i64,
    /// Deliveries altogether.
    pub deliveries: i64,
    /// When the newest came.
    pub newest: Option<Timestamp>,
}

/// Each number from an index of its own. The newest delivery is the last: numbers grow with time.
const BACKLOG: &str = "SELECT \
     (SELECT count(*) FROM conclusions WHERE NOT processed AND error IS NOT NULL) AS failed, \
     (SELECT count(*) FROM conclusions JOIN deliveries ON id = delivery_id WHERE NOT processed AND \
     concluded_at IS NULL AND received_at < $1) AS unfinished, \
     (SELECT count(*) FROM conclusions WHERE verify_at IS NOT NULL) AS unverified, \
     (SELECT count(*) FROM letters WHERE due_at IS NOT NULL) \
     + (SELECT count(*) FROM letters WHERE leased_until IS NOT NULL) AS queued, \
     (SELECT count(*) FROM letters WHERE error IS NOT NULL AND state = 'failed' AND NOT replaced) AS given_up, \
     (SELECT count(*) FROM deliveries) AS deliveries, \
     (SELECT received_at FROM deliveries ORDER BY id DESC LIMIT 1) AS newest";

/// A delivery that came in the last minute is being worked on.
const IN_HAND: i64 = 60_000;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = BigInt)]
    unfinished: i64,
    #[diesel(sql_type = BigInt)]
    unverified: i64,
    #[diesel(sql_type = BigInt)]
    queued: i64,
    #[diesel(sql_type = BigInt)]
    given_up: i64,
    #[diesel(sql_type = BigInt)]
    deliveries: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    newest: Option<i64>,
}

impl Store {
    /// Counts what waits at `now`. It counts every delivery: for a person who asks, not for each of them.
    pub fn backlog(&self, now: Timestamp) -> Result<Backlog> {
        let before = time::to_column(now) - IN_HAND;
        let row: Row = self
            .read(|connection| Ok(sql_query(BACKLOG).bind::<BigInt, _>(before).get_result(connection)?))?;
        Ok(Backlog {
            failed: row.failed,
            unfinished: row.unfinished,
            unverified: row.unverified,
            queued: row.queued,
            oldest_queued: self.oldest_waiting_letter()?,
            given_up: row.given_up,
            deliveries: row.deliveries,
            newest: row.newest.map(time::from_column).transpose()?,
        })
    }
}
