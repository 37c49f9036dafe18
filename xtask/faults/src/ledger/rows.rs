//! What the database holds, in plain SQL: the server's own code has no say in it.

use std::collections::HashMap;

use anyhow::ensure;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Text};

use crate::database::Witness;

/// One row of the audit log.
#[derive(Debug, QueryableByName)]
pub(super) struct Delivery {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = Binary)]
    pub(super) body: Vec<u8>,
    /// The number of the license that it made or found, or zero.
    #[diesel(sql_type = BigInt)]
    pub(super) license: i64,
}

#[derive(Debug, QueryableByName)]
pub(super) struct License {
    #[diesel(sql_type = BigInt)]
    pub(super) number: i64,
    #[diesel(sql_type = Text)]
    pub(super) key: String,
    #[diesel(sql_type = Text)]
    pub(super) order_id: String,
    #[diesel(sql_type = Text)]
    pub(super) status: String,
}

impl License {
    pub(super) fn runs(&self) -> bool {
        self.status == "active"
    }
}

/// A letter of the outbox.
#[derive(Debug, QueryableByName)]
pub(super) struct Letter {
    #[diesel(sql_type = BigInt)]
    pub(super) license: i64,
    #[diesel(sql_type = Text)]
    pub(super) mail_uid: String,
    #[diesel(sql_type = Text)]
    pub(super) state: String,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) deliveries: HashMap<i64, Delivery>,
    pub(super) licenses: Vec<License>,
    pub(super) letters: Vec<Letter>,
}

impl Rows {
    pub(super) fn read(witness: &mut Witness) -> anyhow::Result<Self> {
        let deliveries: Vec<Delivery> = witness.rows(
            "SELECT d.id, d.body, coalesce(c.license_number, 0) AS license \
             FROM deliveries d LEFT JOIN conclusions c ON c.delivery_id = d.id",
        )?;
        Ok(Self {
            deliveries: deliveries.into_iter().map(|delivery| (delivery.id, delivery)).collect(),
            licenses: witness
                .rows("SELECT number, key, source_order_id AS order_id, status FROM licenses")?,
            letters: witness.rows("SELECT license_number AS license, mail_uid, state FROM letters")?,
        })
    }
}

/// How many deliveries and letters are not at their end.
pub(super) fn unfinished(witness: &mut Witness) -> anyhow::Result<(i64, i64)> {
    let deliveries = witness.number(
        "SELECT count(*) AS value FROM deliveries d LEFT JOIN conclusions c ON c.delivery_id = d.id \
         WHERE c.delivery_id IS NULL OR NOT c.processed",
    )?;
    let letters =
        witness.number("SELECT count(*) AS value FROM letters WHERE state IN ('queued', 'sending')")?;
    Ok((deliveries, letters))
}

/// What no sequence of faults may leave behind, one count each, all of which must be zero.
const IMPOSSIBLE: [(&str, &str); 5] = [
    (
        "orders with two licenses",
        "SELECT count(*) AS value FROM (SELECT 1 FROM licenses \
         GROUP BY source, mode, source_order_id, item HAVING count(*) > 1) AS twins",
    ),
    (
        "licenses without a letter",
        "SELECT count(*) AS value FROM licenses l \
         WHERE NOT EXISTS (SELECT 1 FROM letters m WHERE m.license_number = l.number)",
    ),
    (
        "letters without a license",
        "SELECT count(*) AS value FROM letters m \
         WHERE NOT EXISTS (SELECT 1 FROM licenses l WHERE l.number = m.license_number)",
    ),
    (
        "conclusions without a delivery",
        "SELECT count(*) AS value FROM conclusions c \
         WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = c.delivery_id)",
    ),
    (
        "conclusions whose license is missing",
        "SELECT count(*) AS value FROM conclusions c WHERE c.license_number IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM licenses l WHERE l.number = c.license_number)",
    ),
];

/// The database's own view of its health, and ours.
pub(super) fn check_integrity(witness: &mut Witness) -> anyhow::Result<()> {
    if let Witness::Sqlite(_) = witness {
        let said = witness.words("SELECT integrity_check AS value FROM pragma_integrity_check")?;
        ensure!(said == ["ok"], "the integrity check says {said:?}");
        let broken = witness.number("SELECT count(*) AS value FROM pragma_foreign_key_check")?;
        ensure!(broken == 0, "{broken} foreign keys point nowhere");
    }
    for (what, question) in IMPOSSIBLE {
        let count = witness.number(question)?;
        ensure!(count == 0, "{count} {what}");
    }
    Ok(())
}
