//! Blobs, payloads and license keys, damaged: a short run of what the fuzz targets do without end.

use proptest::prelude::*;

use crate::properties::{
    a_license_key_reads_back, a_signed_list_is_read_or_refused, a_signed_payload_is_read_or_refused,
    marks_read_back, only_what_was_signed_is_a_license,
};
use crate::support::{GOLDEN_BLOB, GOLDEN_LIST_PAYLOAD, GOLDEN_PAYLOAD};

const KEY: &str = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX";

const MARKS: &str = "DTMARK1 clock=1767225600 list=7 seq=d779aaeb-58f7-843b-ab06-da8a4f603948:3";

/// The golden blob as a letter carries it, quoted and broken softly.
const QUOTED: &str = "> DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAi=\r\n> OjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ\r\n";

/// A piece of the text replaced by another piece of it, or by anything.
fn injured(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let place = 0..=text.len();
    let anything = prop::collection::vec(any::<u8>(), 0..8);
    let piece = (place.clone(), place.clone())
        .prop_map(move |(one, other)| text.as_bytes()[one.min(other)..one.max(other)].to_vec());
    let injury = (place, 0..6_usize, prop_oneof![anything, piece]);
    prop::collection::vec(injury, 1..4).prop_map(move |injuries| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, count, instead) in injuries {
            let start = at.min(bytes.len());
            let end = (start + count).min(bytes.len());
            bytes.splice(start..end, instead);
        }
        bytes
    })
}

#[test]
fn what_is_genuine_keeps_every_property() {
    only_what_was_signed_is_a_license(GOLDEN_BLOB);
    a_signed_payload_is_read_or_refused(GOLDEN_PAYLOAD.as_bytes());
    a_signed_list_is_read_or_refused(GOLDEN_LIST_PAYLOAD.as_bytes());
    a_license_key_reads_back(KEY);
    marks_read_back(MARKS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn an_injured_blob_is_no_license(bytes in injured(GOLDEN_BLOB)) {
        only_what_was_signed_is_a_license(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn an_injured_paste_is_mended_to_what_was_signed_or_to_no_license(bytes in injured(QUOTED)) {
        only_what_was_signed_is_a_license(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn injured_marks_read_back_if_they_are_read_at_all(bytes in injured(MARKS)) {
        marks_read_back(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn an_injured_payload_is_read_or_refused(bytes in injured(GOLDEN_PAYLOAD)) {
        a_signed_payload_is_read_or_refused(&bytes);
    }

    #[test]
    fn an_injured_list_is_read_or_refused(bytes in injured(GOLDEN_LIST_PAYLOAD)) {
        a_signed_list_is_read_or_refused(&bytes);
    }

    #[test]
    fn an_injured_license_key_reads_back_if_it_is_read_at_all(bytes in injured(KEY)) {
        a_license_key_reads_back(&String::from_utf8_lossy(&bytes));
    }
}
