//! Two bare commits: what the disk alone asks of a delivery, which is on record first and fulfilled then.

use crate::ground::{Ground, Home};
use crate::load::Sample;
use crate::postgres;
use crate::statistics::{Latencies, microseconds};
use crate::subject::Database;
use anyhow::Context;
use rusqlite::Connection;
use std::time::{Duration, Instant};
use tokio_postgres::{Client, Statement};

const TABLE: &str = "CREATE TABLE bare (body TEXT NOT NULL)";
/// As long as a delivery.
const BODY_LENGTH: usize = 1024;

/// One pair of commits after the other, each of one row, for so long.
pub(crate) fn measure(ground: &Ground, database: Database, duration: Duration) -> anyhow::Result<Sample> {
    let home = ground.home(Some(database))?;
    let body = "b".repeat(BODY_LENGTH);
    match database {
        Database::Sqlite => on_sqlite(&home, &body, duration),
        Database::Postgres => {
            let database = home.postgres().context("a home with a database")?;
            postgres::with_client(&database.url(), async |client| {
                client.batch_execute("SET synchronous_commit = on").await?;
                client.batch_execute(TABLE).await?;
                let insert = client.prepare("INSERT INTO bare VALUES ($1)").await?;
                on_postgres(client, &insert, &body, duration).await
            })
        }
    }
}

fn on_sqlite(home: &Home, body: &str, duration: Duration) -> anyhow::Result<Sample> {
    let connection = Connection::open(home.sqlite_file())?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON")?;
    connection.execute_batch(TABLE)?;
    let mut insert = connection.prepare("INSERT INTO bare VALUES (?)")?;
    let mut times = Times::begin(duration);
    while times.go_on() {
        for _ in 0..2 {
            insert.execute([body])?;
        }
    }
    Ok(times.into_sample())
}

async fn on_postgres(
    client: &Client,
    insert: &Statement,
    body: &str,
    duration: Duration,
) -> anyhow::Result<Sample> {
    let mut times = Times::begin(duration);
    while times.go_on() {
        for _ in 0..2 {
            client.execute(insert, &[&body]).await?;
        }
    }
    Ok(times.into_sample())
}

/// How long each pair took.
struct Times {
    begun: Instant,
    duration: Duration,
    last: Option<Instant>,
    microseconds: Vec<u32>,
}

impl Times {
    fn begin(duration: Duration) -> Self {
        Self { begun: Instant::now(), duration, last: None, microseconds: Vec::new() }
    }

    /// Ends one pair and begins the next, unless the time is over.
    fn go_on(&mut self) -> bool {
        let now = Instant::now();
        if let Some(last) = self.last {
            self.microseconds.push(microseconds(now - last));
        }
        self.last = Some(now);
        now - self.begun < self.duration
    }

    fn into_sample(self) -> Sample {
        let elapsed = self.last.map(|last| last - self.begun).unwrap_or_default();
        let answers = self.microseconds.len();
        Sample { latencies: Latencies::new(self.microseconds), elapsed, answers, errors: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_counted_and_none_is_begun_late() {
        let mut times = Times::begin(Duration::ZERO);
        assert!(!times.go_on());
        assert_eq!(times.into_sample().answers, 0);
        let mut times = Times::begin(Duration::from_secs(60));
        assert!((0..3).all(|_| times.go_on()));
        assert_eq!(times.into_sample().answers, 2);
    }
}
