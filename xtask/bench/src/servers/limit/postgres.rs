//! The rows through tokio-postgres: the whole batch in one statement for each group, on one connection.

use super::rows::{CONTENT_TYPE, HEADERS, PRODUCT_ID, PRODUCT_NAME, SOURCE, Sale, now};
use super::{Batch, Database};
use futures_util::future::try_join4;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

const SCHEMA: &str = include_str!("../../../../../migrations/postgres/2026-11-23-000000_first_schema/up.sql");

/// The connection is driven by the thread that writes, while it waits.
pub(super) struct Postgres {
    runtime: Runtime,
    client: Client,
    record: Statement,
    issue: Statement,
}

impl Postgres {
    pub(super) fn open(url: &str) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
        runtime.spawn(connection);
        let (record, issue) = runtime.block_on(async {
            client.batch_execute("SET synchronous_commit = on; SET client_min_messages = warning").await?;
            client.batch_execute(SCHEMA).await?;
            Ok::<_, Error>((client.prepare(RECORD).await?, client.prepare(ISSUE).await?))
        })?;
        Ok(Self { runtime, client, record, issue })
    }

    async fn record(&self, batch: &Batch) -> Result<Vec<Row>, Error> {
        let bodies: Vec<&[u8]> = batch.bodies.iter().map(|body| &**body).collect();
        self.client.query(&self.record, &[&SOURCE, &now(), &CONTENT_TYPE, &HEADERS, &bodies]).await
    }

    async fn issue(&self, sales: &[Sale]) -> Result<u64, Error> {
        let deliveries: Vec<i64> = sales.iter().map(|sale| sale.delivery_id).collect();
        let column = |of: fn(&Sale) -> &str| sales.iter().map(of).collect::<Vec<&str>>();
        let ids = column(|sale| &sale.license_id);
        let (keys, blobs) = (column(|sale| &sale.key), column(|sale| &sale.blob));
        let (orders, buyers) = (column(|sale| &sale.order_id), column(|sale| &sale.email));
        let uids = column(|sale| &sale.mail_uid);
        let (now, later) = (now(), now() + 60_000);
        let (source, product, name) = (SOURCE, PRODUCT_ID, PRODUCT_NAME);
        self.client
            .execute(
                &self.issue,
                &[
                    &deliveries,
                    &ids,
                    &keys,
                    &blobs,
                    &orders,
                    &buyers,
                    &uids,
                    &now,
                    &later,
                    &source,
                    &product,
                    &name,
                ],
            )
            .await
    }

    /// Both groups are one transaction, whose four messages travel together.
    async fn both(&self, batch: &Batch) -> Result<Vec<Row>, Error> {
        let (_, rows, _, _) = try_join4(
            self.client.batch_execute("BEGIN"),
            self.record(batch),
            self.issue(&batch.sales),
            self.client.batch_execute("COMMIT"),
        )
        .await?;
        Ok(rows)
    }
}

impl Database for Postgres {
    fn commit(&mut self, batch: &Batch) -> anyhow::Result<Vec<i64>> {
        let rows = self.runtime.block_on(async {
            match (batch.bodies.is_empty(), batch.sales.is_empty()) {
                (false, true) => self.record(batch).await,
                (true, _) => self.issue(&batch.sales).await.map(|_| Vec::new()),
                (false, false) => self.both(batch).await,
            }
        })?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

/// What seals the row takes its room, and proves nothing.
const RECORD: &str = "WITH recorded AS (
    INSERT INTO deliveries (source, origin, received_at, remote_address, secret_label, content_type, headers, body,
        salt, content_hash, chain, place, link)
    SELECT $1, 'ping', $2::bigint, '127.0.0.1', 'primary', $3, $4, body, decode(repeat('00', 16), 'hex'),
        decode(repeat('00', 32), 'hex'), 1, $2::bigint, decode(repeat('00', 32), 'hex')
    FROM unnest($5::bytea[]) AS new (body)
    RETURNING id)
INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed)
SELECT id, 1, 'unknown', 'live', FALSE FROM recorded
RETURNING delivery_id";

const ISSUE: &str = "WITH new AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS new (delivery_id, license_id, key, blob, order_id, email, mail_uid)),
minted AS (
    INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, email, name, source,
        origin, mode, source_order_id, item, issued_at, seq, created_at)
    SELECT license_id, key, blob, 'DT1', $11, $12, 'core', 'active', 1, email, 'rosa', $10, 'ping', 'live',
        order_id, 0, $8::bigint, 1, $8::bigint FROM new
    RETURNING number, id),
issued AS (SELECT new.*, minted.number FROM new JOIN minted ON minted.id = new.license_id),
written AS (
    INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, recipient, state, replaced, attempts,
        queued_at, due_at, created_at)
    SELECT number, 'license', 0, mail_uid, 'license', email, 'queued', FALSE, 0, $8::bigint, $9::bigint,
        $8::bigint FROM issued),
told AS (
    INSERT INTO license_events (license_number, at, event, delivery_id)
    SELECT number, $8::bigint, 'minted', delivery_id FROM issued),
tried AS (
    INSERT INTO attempts (delivery_id, number, at, outcome)
    SELECT delivery_id, 1, $8::bigint, 'minted' FROM new)
UPDATE conclusions SET kind = 'sale', mode = 'live', order_id = issued.order_id, processed = TRUE,
    outcome = 'minted', license_number = issued.number, concluded_at = $8::bigint
FROM issued WHERE conclusions.delivery_id = issued.delivery_id";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres;

    #[test]
    fn the_rows_of_a_sale_fit_our_schema() {
        let Some(server) = postgres::Postgres::named() else {
            println!("SKIPPED: there is no PostgreSQL");
            return;
        };
        let database = server.empty_database().unwrap();
        let mut limit = Postgres::open(&database.url()).unwrap();
        let bodies = vec![b"sale_id=1".as_slice().into()];
        let recorded = limit.commit(&Batch { bodies: bodies.clone(), sales: Vec::new() }).unwrap();
        let sales = vec![Sale { delivery_id: recorded[0], ..Sale::new(1, 1) }];
        assert_eq!(limit.commit(&Batch { bodies, sales }).unwrap(), [2]);
    }
}
