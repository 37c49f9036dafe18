//! Rows of the audit log, as they are read to be verified.

use super::seals::{self, Content, Notary};
use crate::Result;
use crate::connection::AnyConnection;
use crate::schema::{conclusions, deliveries};
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};

/// Rows that are read at once: with the largest bodies, 16 MiB.
const PAGE: i64 = 64;

#[derive(diesel::Queryable)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) told: Told,
    pub(super) salt: Vec<u8>,
    pub(super) content_hash: Vec<u8>,
    pub(super) chain: i64,
    pub(super) place: i64,
    pub(super) link: Vec<u8>,
    pub(super) erased: Option<Vec<u8>>,
    pub(super) conclusion: Option<i64>,
}

#[derive(diesel::Queryable)]
pub(super) struct Told {
    source: String,
    origin: String,
    received_at: i64,
    remote_address: Option<String>,
    secret_label: Option<String>,
    content_type: Option<String>,
    headers: String,
    body: Vec<u8>,
    declared_size: Option<i64>,
}

/// The next rows behind the number `after`.
pub(super) fn page(connection: &mut AnyConnection, after: i64) -> Result<Vec<Row>> {
    use deliveries as of;
    let told = (
        of::source,
        of::origin,
        of::received_at,
        of::remote_address,
        of::secret_label,
        of::content_type,
        of::headers,
        of::body,
        of::declared_size,
    );
    let rows = of::table
        .left_join(conclusions::table.on(conclusions::delivery_id.eq(of::id)))
        .filter(of::id.gt(after))
        .order(of::id)
        .limit(PAGE)
        .select((
            of::id,
            told,
            of::salt,
            of::content_hash,
            of::chain,
            of::place,
            of::link,
            of::erased,
            conclusions::delivery_id.nullable(),
        ));
    Ok(rows.load(connection)?)
}

impl Row {
    /// Whether what is left of it was sealed when somebody was erased.
    pub(super) fn is_erased(&self, notary: &dyn Notary) -> bool {
        let seal = seals::erasure(notary, self.chain, self.place, &self.content_hash, &self.content());
        self.salt.is_empty() && self.erased.as_deref() == Some(seal.as_slice())
    }

    pub(super) fn content(&self) -> Content<'_> {
        let told = &self.told;
        Content {
            source: &told.source,
            origin: &told.origin,
            received_at: told.received_at,
            remote_address: told.remote_address.as_deref(),
            secret_label: told.secret_label.as_deref(),
            content_type: told.content_type.as_deref(),
            headers: &told.headers,
            body: &told.body,
            declared_size: told.declared_size,
        }
    }
}
