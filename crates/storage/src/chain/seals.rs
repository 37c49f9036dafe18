//! What is hashed and what is signed, byte by byte.
//!
//! Whatever has no fixed length comes after its length, and each kind of hash begins with words of its own: no two
//! different things have the same bytes.

use crate::deliveries::NewDelivery;
use crate::{Origin, time};
use std::fmt;

/// A hash, a link or a seal.
pub type Digest = [u8; 32];
/// What is mixed into the hash of one delivery alone.
pub type Salt = [u8; 16];

const CONTENT: &[u8] = b"mintmark delivery content v1\0";
const LINK: &[u8] = b"mintmark chain link v1\0";
const END: &[u8] = b"mintmark chain end v1\0";
const ERASURE: &[u8] = b"mintmark delivery erased v1\0";
const GAP: &[u8] = b"mintmark chain gap v1\0";

/// Who hashes and signs: the holder of the audit key. This crate knows no cryptography.
pub trait Notary: fmt::Debug + Send + Sync {
    /// SHA-256 of the parts, one after the other.
    fn hash(&self, parts: &[&[u8]]) -> Digest;

    /// HMAC-SHA-256, under the audit key, of the parts, one after the other.
    fn sign(&self, parts: &[&[u8]]) -> Digest;

    /// Bytes that nobody can guess; `None` if there are none to be had.
    fn salt(&self) -> Option<Salt>;
}

/// The columns of a delivery that never change, as the database holds them. Its number is not among them: PostgreSQL
/// gives it in the statement that records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) source: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) received_at: i64,
    pub(crate) remote_address: Option<&'a str>,
    pub(crate) secret_label: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) headers: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) declared_size: Option<i64>,
}

impl<'a> Content<'a> {
    pub(crate) fn of(new: &'a NewDelivery) -> Self {
        Self {
            source: &new.source,
            origin: Origin::as_str(new.origin),
            received_at: time::to_column(new.received_at),
            remote_address: new.remote_address.as_deref(),
            secret_label: new.secret_label.as_deref(),
            content_type: new.content_type.as_deref(),
            headers: &new.headers,
            body: &new.body,
            declared_size: new.declared_size,
        }
    }
}

/// The hash of a delivery. The salt keeps it from telling anything of a content that was erased.
pub(crate) fn content_hash(notary: &dyn Notary, salt: &[u8], content: &Content<'_>) -> Digest {
    let received_at = content.received_at.to_be_bytes();
    let declared_size = content.declared_size.map(i64::to_be_bytes);
    let columns = [
        Some(salt),
        Some(content.source.as_bytes()),
        Some(content.origin.as_bytes()),
        Some(received_at.as_slice()),
        content.remote_address.map(str::as_bytes),
        content.secret_label.map(str::as_bytes),
        content.content_type.map(str::as_bytes),
        Some(content.headers.as_bytes()),
        Some(content.body),
        declared_size.as_ref().map(<[u8; 8]>::as_slice),
    ];
    let lengths = columns.map(length);
    let mut parts = [CONTENT; 1 + 2 * 10];
    for ((pair, column), length) in parts[1..].chunks_exact_mut(2).zip(columns).zip(&lengths) {
        pair.copy_from_slice(&[length, column.unwrap_or_default()]);
    }
    notary.hash(&parts)
}

/// The link of the delivery at `place` of a chain.
pub(crate) fn link(
    notary: &dyn Notary,
    chain: i64,
    place: i64,
    previous: &Digest,
    content_hash: &[u8],
) -> Digest {
    notary.sign(&[LINK, &chain.to_be_bytes(), &place.to_be_bytes(), previous, content_hash])
}

/// The seal at the end of a chain. No row has it: who cuts rows off has none for the end that is left.
pub(crate) fn end(notary: &dyn Notary, chain: i64, length: i64, link: &[u8]) -> Digest {
    notary.sign(&[END, &chain.to_be_bytes(), &length.to_be_bytes(), link])
}

/// The seal of a row out of which a person was erased: its place, the hash of what it once said, and what is left.
pub(crate) fn erasure(
    notary: &dyn Notary,
    chain: i64,
    place: i64,
    hash: &[u8],
    left: &Content<'_>,
) -> Digest {
    let left = content_hash(notary, &[], left);
    notary.sign(&[ERASURE, &chain.to_be_bytes(), &place.to_be_bytes(), hash, &left])
}

/// The seal of the places from `first` to `last`, whose deliveries were pruned; `link` is the one of the last.
pub(crate) fn gap(
    notary: &dyn Notary,
    chain: i64,
    (first, last): (i64, i64),
    link: &[u8],
    at: i64,
) -> Digest {
    let [chain, first, last, at] = [chain, first, last, at].map(i64::to_be_bytes);
    notary.sign(&[GAP, &chain, &first, &last, &at, link])
}

/// A length that no column can have stands for one that is not there.
fn length(column: Option<&[u8]>) -> [u8; 8] {
    column.map_or(u64::MAX, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)).to_be_bytes()
}
