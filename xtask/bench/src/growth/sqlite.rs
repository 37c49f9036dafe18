//! Many rows at once into SQLite.

use super::Fill;
use rusqlite::{Connection, params};
use std::path::Path;

/// A crash would cost the file, which is made anew then.
const CARELESS: &str = "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; \
     PRAGMA cache_size = -2000000; PRAGMA temp_store = FILE;";

const CAREFUL: &str = "PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);";

/// Every row is a sale that was minted, and the letter arrived; but for some at the end, which failed.
pub(super) fn fill(file: &Path, fill: Fill) -> anyhow::Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch(CARELESS)?;
    let indexes = take_indexes_away(&connection)?;
    let rows = i64::try_from(fill.rows)?;
    let (body, blob) = (i64::try_from(fill.body_bytes)?, i64::try_from(fill.blob_bytes)?);
    let failed = i64::try_from(fill.failed)?;
    connection.execute_batch("BEGIN")?;
    connection.execute(DELIVERIES, params![rows, body])?;
    connection.execute(LICENSES, params![rows - failed, blob])?;
    for statement in [CONCLUSIONS, ATTEMPTS, EVENTS, LETTERS] {
        connection.execute(statement, [])?;
    }
    connection.execute_batch(FAILURES)?;
    for index in indexes {
        connection.execute_batch(&index)?;
    }
    connection.execute_batch("COMMIT")?;
    connection.execute_batch(CAREFUL)?;
    Ok(())
}

/// An index that is made at the end is made by sorting; their definitions, to make them again.
fn take_indexes_away(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let question = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let mut statement = connection.prepare(question)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let indexes: rusqlite::Result<Vec<(String, String)>> = rows.collect();
    let mut definitions = Vec::new();
    for (name, definition) in indexes? {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
        definitions.push(definition);
    }
    Ok(definitions)
}

/// A second apart, and all of them in the past.
const DELIVERIES: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
INSERT INTO deliveries (source, origin, received_at, remote_address, secret_label, content_type, headers, body,
    salt, content_hash, chain, place, link)
SELECT 'gumroad', 'ping', 1700000000000 + n * 1000, '127.0.0.1', 'primary',
    'application/x-www-form-urlencoded', '[[\"user-agent\",\"Ruby\"]]', zeroblob(?2),
    randomblob(16), randomblob(32), 1, n, randomblob(32) FROM numbers";

const LICENSES: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, email, name, source,
    origin, mode, source_order_id, item, issued_at, seq, created_at)
SELECT lower(hex(randomblob(18))), 'DT1-CORE-' || hex(randomblob(11)),
    'DTLIC2:' || substr(hex(zeroblob(?2 / 2)), 8), 'DT1', 'q6olhNyteH8YnOhFKnmS5Q==', 'Lumen Notes', 'core',
    'active', 1, lower(hex(randomblob(8))) || '@example.com', 'rosa', 'gumroad', 'ping', 'live',
    lower(hex(randomblob(11))) || '==', 0, 1700000000000 + n * 1000, 1, 1700000000000 + n * 1000 FROM numbers";

/// Deliveries and licenses have the same numbers; the first is that of a delivery that the server took itself.
const CONCLUSIONS: &str = "INSERT INTO conclusions (delivery_id, attempts, kind, mode, order_id, processed, outcome,
    license_number, concluded_at)
SELECT number, 1, 'sale', 'live', source_order_id, TRUE, 'minted', number, created_at FROM licenses WHERE number > 1";

const ATTEMPTS: &str = "INSERT INTO attempts (delivery_id, number, at, outcome)
SELECT number, 1, created_at, 'minted' FROM licenses WHERE number > 1";

const EVENTS: &str = "INSERT INTO license_events (license_number, at, event, delivery_id)
SELECT number, created_at, 'minted', number FROM licenses WHERE number > 1";

const LETTERS: &str =
    "INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, recipient, state,
    replaced, attempts, queued_at, provider, message_id, created_at, sent_at)
SELECT number, 'license', 0, lower(hex(randomblob(18))), 'license', email, 'accepted', FALSE, 1, created_at,
    'postmark', lower(hex(randomblob(18))), created_at, created_at FROM licenses WHERE number > 1";

const FAILURES: &str =
    "INSERT INTO conclusions (delivery_id, attempts, kind, mode, order_id, processed, error,
    reason, concluded_at)
SELECT id, 1, 'sale', 'live', lower(hex(randomblob(11))) || '==', FALSE, 'no entry in config/products.yaml',
    'no entry in config/products.yaml', received_at FROM deliveries
WHERE id > (SELECT max(delivery_id) FROM conclusions)";

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../../../../migrations/sqlite/2026-11-23-000000_first_schema/up.sql");
    /// What the server has taken before.
    const FIRST: &str = "
        INSERT INTO deliveries (source, origin, received_at, headers, body, salt, content_hash, chain, place, link)
        VALUES ('gumroad', 'ping', 0, '[]', '', '', '', 1, 1, '');
        INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed) VALUES (1, 1, 'sale', 'live', TRUE);
        INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, email, name, source,
            origin, mode, source_order_id, item, issued_at, seq, created_at)
        VALUES ('', '', '', '', '', '', '', '', 1, '', '', '', '', '', '', 0, 0, 1, 0);";

    #[test]
    fn a_filled_log_has_its_failures_and_all_its_indexes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.db");
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch(&format!("PRAGMA journal_mode = WAL; {SCHEMA} {FIRST}")).unwrap();
        let count = |question: &str| -> i64 {
            Connection::open(&file).unwrap().query_row(question, [], |row| row.get(0)).unwrap()
        };
        let indexes = count("SELECT count(*) FROM sqlite_schema WHERE type = 'index'");
        drop(connection);
        fill(&file, Fill { rows: 50, failed: 5, body_bytes: 10, blob_bytes: 20 }).unwrap();
        assert_eq!(count("SELECT count(*) FROM sqlite_schema WHERE type = 'index'"), indexes);
        assert_eq!(count("SELECT count(*) FROM conclusions"), 51);
        assert_eq!(count("SELECT count(*) FROM conclusions WHERE error IS NOT NULL"), 5);
        assert_eq!(count("SELECT count(*) FROM letters WHERE state = 'accepted'"), 45);
        assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
}
