//! The values of a sale's rows, as long and as random as real ones.

use crate::load::scatter;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const SOURCE: &str = "gumroad";
pub(super) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";
pub(super) const PRODUCT_ID: &str = "q6olhNyteH8YnOhFKnmS5Q==";
pub(super) const PRODUCT_NAME: &str = "Lumen Notes";
/// The headers of such a delivery, as our server keeps them.
pub(super) const HEADERS: &str = r#"[["content-length","942"],["content-type","application/x-www-form-urlencoded"],["accept-encoding","gzip;q=1.0,deflate;q=0.6,identity;q=0.3"],["host","127.0.0.1"],["user-agent","Ruby"],["accept","*/*"]]"#;

/// What differs from sale to sale.
#[derive(Debug)]
pub(super) struct Sale {
    pub(super) delivery_id: i64,
    pub(super) license_id: String,
    pub(super) key: String,
    pub(super) blob: String,
    pub(super) order_id: String,
    pub(super) email: String,
    pub(super) mail_uid: String,
}

impl Sale {
    /// The sale with this number; another salt makes other ids.
    pub(super) fn new(salt: u64, number: u64) -> Self {
        let first = scatter(salt ^ scatter(number));
        let second = scatter(first ^ number.rotate_left(32));
        let third = scatter(second);
        Self {
            delivery_id: 0,
            license_id: uuid(first, second),
            key: format!("DT1-CORE-{first:016X}{:07X}", second >> 36),
            blob: blob(first),
            order_id: format!("{second:016x}{:06x}==", third >> 40),
            email: format!("{first:016x}@example.com"),
            mail_uid: uuid(second, third),
        }
    }

    pub(super) fn answer(&self) -> String {
        format!(
            r#"{{"status":"minted-email-queued","license_key":"{}","delivery_id":{}}}"#,
            self.key, self.delivery_id
        )
    }
}

fn uuid(first: u64, second: u64) -> String {
    let (one, two) = (format!("{first:016x}"), format!("{second:016x}"));
    format!("{}-{}-{}-{}-{}", &one[..8], &one[8..12], &one[12..], &two[..4], &two[4..])
}

/// As long as a signed one: payload and signature are 264 letters of base64.
fn blob(first: u64) -> String {
    format!("DTLIC2:vncheq8wdAY.{}.ebPWd26O", format!("{first:016x}").repeat(16))
}

/// Unix milliseconds.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_length_of_real_ones_and_differ() {
        let (one, other) = (Sale::new(1, 1), Sale::new(1, 2));
        assert_eq!(one.license_id.len(), "47756cfd-336a-8ca2-88ec-649e4a5984d5".len());
        assert_eq!(one.key.len(), "DT1-CORE-QRZTH-E5F39-4GBA8-1XDRQ".len());
        assert_eq!(one.order_id.len(), "LZcBjC6qrNiyOYsBEPJqTA==".len());
        assert_ne!(one.license_id, other.license_id);
        assert_ne!(one.order_id, other.order_id);
    }
}
