//! The rows through rusqlite: prepared statements on one connection.

use super::rows::{CONTENT_TYPE, HEADERS, PRODUCT_ID, PRODUCT_NAME, SOURCE, Sale, now};
use super::{Batch, Database};
use rusqlite::{Connection, Result, Statement, params};

const SCHEMA: &str = include_str!("../../../../../migrations/sqlite/2026-11-23-000000_first_schema/up.sql");

/// As our server opens its file.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; \
     PRAGMA journal_size_limit = 67108864; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;";

pub(super) fn open(path: &str) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(SETTINGS)?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

/// Prepares everything once, and hands it on.
pub(super) fn with_statements(connection: &Connection, act: impl FnOnce(&mut dyn Database)) {
    let statements = Statements::prepare(connection);
    act(&mut statements.expect("the statements fit the schema"));
}

struct Statements<'a> {
    begin: Statement<'a>,
    delivery: Statement<'a>,
    unknown: Statement<'a>,
    license: Statement<'a>,
    letter: Statement<'a>,
    event: Statement<'a>,
    attempt: Statement<'a>,
    conclusion: Statement<'a>,
    commit: Statement<'a>,
}

impl<'a> Statements<'a> {
    fn prepare(connection: &'a Connection) -> Result<Self> {
        Ok(Self {
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            delivery: connection.prepare(DELIVERY)?,
            unknown: connection.prepare(UNKNOWN)?,
            license: connection.prepare(LICENSE)?,
            letter: connection.prepare(LETTER)?,
            event: connection.prepare(EVENT)?,
            attempt: connection.prepare(ATTEMPT)?,
            conclusion: connection.prepare(CONCLUSION)?,
            commit: connection.prepare("COMMIT")?,
        })
    }

    fn record(&mut self, body: &[u8], now: i64) -> Result<i64> {
        let row = params![SOURCE, "ping", now, "127.0.0.1", "primary", CONTENT_TYPE, HEADERS, body];
        let number = self.delivery.insert(row)?;
        self.unknown.execute(params![number, "unknown", "live"])?;
        Ok(number)
    }

    fn issue(&mut self, sale: &Sale, now: i64) -> Result<()> {
        let Sale { delivery_id, license_id, key, blob, order_id, email, mail_uid } = sale;
        let license = params![license_id, key, blob, PRODUCT_ID, PRODUCT_NAME, email, SOURCE, order_id, now];
        let number = self.license.insert(license)?;
        self.letter.execute(params![number, mail_uid, email, now, now + 60_000])?;
        self.event.execute(params![number, now, delivery_id])?;
        self.conclusion.execute(params![order_id, number, now, delivery_id])?;
        self.attempt.execute(params![delivery_id, now])?;
        Ok(())
    }
}

impl Database for Statements<'_> {
    fn commit(&mut self, batch: &Batch) -> anyhow::Result<Vec<i64>> {
        let now = now();
        self.begin.execute([])?;
        let numbers: Result<Vec<i64>> = batch.bodies.iter().map(|body| self.record(body, now)).collect();
        for sale in &batch.sales {
            self.issue(sale, now)?;
        }
        self.commit.execute([])?;
        Ok(numbers?)
    }
}

/// What seals the row takes its room, and proves nothing.
const DELIVERY: &str = "INSERT INTO deliveries (source, origin, received_at, remote_address, secret_label, \
     content_type, headers, body, salt, content_hash, chain, place, link) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, zeroblob(16), zeroblob(32), 1, ?3, zeroblob(32))";

const UNKNOWN: &str =
    "INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed) VALUES (?, 1, ?, ?, FALSE)";

const LICENSE: &str = "INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, \
     email, name, source, origin, mode, source_order_id, item, issued_at, seq, created_at) \
     VALUES (?1, ?2, ?3, 'DT1', ?4, ?5, 'core', 'active', 1, ?6, 'rosa', ?7, 'ping', 'live', ?8, 0, ?9, 1, ?9)";

const LETTER: &str = "INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, recipient, state, \
     replaced, attempts, queued_at, due_at, created_at) \
     VALUES (?1, 'license', 0, ?2, 'license', ?3, 'queued', FALSE, 0, ?4, ?5, ?4)";

const EVENT: &str =
    "INSERT INTO license_events (license_number, at, event, delivery_id) VALUES (?, ?, 'minted', ?)";

const ATTEMPT: &str = "INSERT INTO attempts (delivery_id, number, at, outcome) VALUES (?, 1, ?, 'minted')";

const CONCLUSION: &str = "UPDATE conclusions SET kind = 'sale', mode = 'live', order_id = ?, processed = TRUE, \
     outcome = 'minted', license_number = ?, concluded_at = ? WHERE delivery_id = ?";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_a_sale_fit_our_schema() {
        let connection = open(":memory:").unwrap();
        with_statements(&connection, |database| {
            let body = [b"sale_id=1".as_slice().into()];
            let recorded = database.commit(&Batch { bodies: body.to_vec(), sales: Vec::new() }).unwrap();
            let sale = Sale { delivery_id: recorded[0], ..Sale::new(1, 1) };
            database.commit(&Batch { bodies: Vec::new(), sales: vec![sale] }).unwrap();
        });
        for table in ["deliveries", "conclusions", "licenses", "letters", "license_events", "attempts"] {
            let question = format!("SELECT count(*) FROM {table}");
            let rows: i64 = connection.query_row(&question, [], |row| row.get(0)).unwrap();
            assert_eq!(rows, 1, "{table}");
        }
    }
}
