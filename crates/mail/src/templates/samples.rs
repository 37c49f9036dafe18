//! Invented licenses, on which every template is tried before it meets a buyer.

use crate::{LicenseLetter, Mode};

/// A license with everything, and one with only what is always there.
pub(super) fn samples() -> [LicenseLetter; 2] {
    [full(), bare()]
}

fn full() -> LicenseLetter {
    LicenseLetter {
        name: "Jane Doe".to_owned(),
        seats: Some(5),
        expires_at: Some("31 December 2027".to_owned()),
        updates_until: Some("31 December 2026".to_owned()),
        download: Some("https://example.com/download".to_owned()),
        seller: Some("Example Software".to_owned()),
        mode: Mode::Test,
        ..bare()
    }
}

fn bare() -> LicenseLetter {
    LicenseLetter {
        product_name: "Example".to_owned(),
        tier: "core".to_owned(),
        license_key: "DT1-CORE-00000-00000-00000-00000".to_owned(),
        blob: "DTLIC2:kid.payload.signature".to_owned(),
        name: String::new(),
        email: "jane.doe@example.com".to_owned(),
        seats: None,
        expires_at: None,
        updates_until: None,
        download: None,
        order_id: "ORDER-1".to_owned(),
        mode: Mode::Live,
        seller: None,
    }
}
