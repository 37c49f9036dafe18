//! Invented licenses, on which every template is tried before it meets a buyer.

use crate::{Enclosure, LicenseLetter, Mode};

/// A license with everything, and one with only what is always there.
pub(super) fn samples() -> [LicenseLetter; 2] {
    [full(), bare()]
}

/// An order of two licenses.
pub(super) fn several() -> LicenseLetter {
    let other = Enclosure {
        product_name: "Another example".to_owned(),
        license_key: "DT1-CORE-11111-11111-11111-11111".to_owned(),
        blob: "DTLIC2:kid.another.signature".to_owned(),
        ..license()
    };
    LicenseLetter { others: vec![other], ..full() }
}

fn full() -> LicenseLetter {
    let license = Enclosure {
        seats: Some(5),
        expires_at: Some("31 December 2027".to_owned()),
        updates_until: Some("31 December 2026".to_owned()),
        download: Some("https://example.com/download".to_owned()),
        ..license()
    };
    LicenseLetter {
        license,
        name: "Jane Doe".to_owned(),
        seller: Some("Example Software".to_owned()),
        mode: Mode::Test,
        ..bare()
    }
}

fn bare() -> LicenseLetter {
    LicenseLetter {
        license: license(),
        others: Vec::new(),
        name: String::new(),
        email: "jane.doe@example.com".to_owned(),
        mode: Mode::Live,
        seller: None,
    }
}

fn license() -> Enclosure {
    Enclosure {
        product_name: "Example".to_owned(),
        tier: "core".to_owned(),
        license_key: "DT1-CORE-00000-00000-00000-00000".to_owned(),
        blob: "DTLIC2:kid.payload.signature".to_owned(),
        seats: None,
        expires_at: None,
        updates_until: None,
        download: None,
        order_id: "ORDER-1".to_owned(),
    }
}
