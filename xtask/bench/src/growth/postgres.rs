//! Many rows at once into PostgreSQL.

use super::Fill;
use crate::postgres::Database;

/// Every row is a sale that was minted, and the letter arrived; but for some at the end, which failed.
pub(super) fn fill(database: &Database, fill: Fill) -> anyhow::Result<()> {
    let Fill { rows, failed, body_bytes, blob_bytes } = fill;
    let minted = rows.saturating_sub(failed);
    let numbers = |count: u64| format!("generate_series(1, {count}) AS numbers (n)");
    database.execute(&format!(
        "SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB';
         {CARELESS}
         {DELIVERIES}, decode(repeat('61', {body_bytes}), 'hex') FROM {deliveries} ORDER BY n;
         {LICENSES}, repeat('B', {blob_bytes}) FROM {licenses} ORDER BY n;
         {REST}",
        deliveries = numbers(rows),
        licenses = numbers(minted),
    ))?;
    database.execute("VACUUM ANALYZE")?;
    database.execute("CHECKPOINT")
}

/// Nothing of what is filled in breaks a foreign key; and the indexes are made by sorting at the end.
const CARELESS: &str = "SET session_replication_role = replica;
CREATE TEMPORARY TABLE taken AS
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint);
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT * FROM taken LOOP EXECUTE format('DROP INDEX %I', one.name); END LOOP;
END $$;";

/// A second apart, and all of them in the past.
const DELIVERIES: &str = "INSERT INTO deliveries (source, origin, received_at, remote_address, secret_label,
    content_type, headers, salt, content_hash, chain, place, link, body)
SELECT 'gumroad', 'ping', 1700000000000 + n * 1000::bigint, '127.0.0.1', 'primary',
    'application/x-www-form-urlencoded', '[[\"user-agent\",\"Ruby\"]]',
    uuid_send(gen_random_uuid()), sha256(uuid_send(gen_random_uuid())), 1, n, sha256(uuid_send(gen_random_uuid()))";

const LICENSES: &str = "INSERT INTO licenses (id, key, line, product_id, product_name, tier, status, seats, email,
    name, source, origin, mode, source_order_id, item, issued_at, seq, created_at, blob)
SELECT gen_random_uuid()::text, 'DT1-CORE-' || upper(left(md5(random()::text), 23)), 'DT1',
    'q6olhNyteH8YnOhFKnmS5Q==', 'Lumen Notes', 'core', 'active', 1, md5(random()::text) || '@example.com', 'rosa',
    'gumroad', 'ping', 'live', left(md5(random()::text), 22) || '==', 0, 1700000000000 + n * 1000::bigint, 1,
    1700000000000 + n * 1000::bigint";

/// Deliveries and licenses have the same numbers; the first is that of a delivery that the server took itself.
const REST: &str = "INSERT INTO conclusions (delivery_id, attempts, kind, mode, order_id, processed, outcome,
    license_number, concluded_at)
SELECT number, 1, 'sale', 'live', source_order_id, TRUE, 'minted', number, created_at FROM licenses WHERE number > 1 ORDER BY number;
INSERT INTO attempts (delivery_id, number, at, outcome)
SELECT number, 1, created_at, 'minted' FROM licenses WHERE number > 1 ORDER BY number;
INSERT INTO license_events (license_number, at, event, delivery_id)
SELECT number, created_at, 'minted', number FROM licenses WHERE number > 1 ORDER BY number;
INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, recipient, state, replaced, attempts,
    queued_at, provider, message_id, created_at, sent_at)
SELECT number, 'license', 0, gen_random_uuid()::text, 'license', email, 'accepted', FALSE, 1, created_at,
    'postmark', gen_random_uuid()::text, created_at, created_at FROM licenses WHERE number > 1 ORDER BY number;
INSERT INTO conclusions (delivery_id, attempts, kind, mode, order_id, processed, error, reason, concluded_at)
SELECT id, 1, 'sale', 'live', md5(random()::text), FALSE, 'no entry in config/products.yaml',
    'no entry in config/products.yaml', received_at FROM deliveries
WHERE id > (SELECT max(delivery_id) FROM conclusions);
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT * FROM taken LOOP EXECUTE one.definition; END LOOP;
END $$;";
