//! Stand-ins for the outside world: an HTTP service, an SMTP server, a letter to send.

mod certificates;
mod http;
mod smtp;

pub(crate) use certificates::Certificates;
pub(crate) use http::{Answer, HttpDouble};
pub(crate) use smtp::{Script, SmtpDouble, Wire};

use crate::{Address, Attachment, Content, Enclosure, Letter, LicenseLetter, Mode, Sender};

const KEY: &str = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX";
const BLOB: &str = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwfQ.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";

/// A small letter.
pub(crate) fn letter() -> Letter {
    Letter {
        uid: "0198f0c2-7b1e-4c3a-9d55-3f1c2a7be0d4".to_owned(),
        id: 7,
        to: Address::parse("jane.doe@example.com").unwrap(),
        content: Content {
            subject: "Your license for Data Tools".to_owned(),
            text: format!("Hello,\n\n{KEY}\n\n{BLOB}\n.\nOn with it.\n"),
            html: format!("<p>Hello,</p>\n<p>{KEY}</p>\n<p>{BLOB}</p>\n"),
            attachments: vec![Attachment {
                name: "dt1-core.dtlic".to_owned(),
                content_type: "application/octet-stream".to_owned(),
                bytes: format!("{BLOB}\n").into_bytes(),
            }],
        },
    }
}

/// A letter about a license without anything optional but a name.
pub(crate) fn license() -> LicenseLetter {
    LicenseLetter {
        license: enclosure(),
        others: Vec::new(),
        name: "Jane Doe".to_owned(),
        email: "jane.doe@example.com".to_owned(),
        mode: Mode::Live,
        seller: None,
    }
}

/// Its license.
pub(crate) fn enclosure() -> Enclosure {
    Enclosure {
        product_name: "Data Tools".to_owned(),
        tier: "core".to_owned(),
        license_key: KEY.to_owned(),
        blob: BLOB.to_owned(),
        seats: None,
        expires_at: None,
        updates_until: None,
        download: None,
        order_id: "GUM-2001".to_owned(),
    }
}

/// Who letters come from.
pub(crate) fn sender() -> Sender {
    "Acme Tools <licenses@acme.example>".parse().unwrap()
}
