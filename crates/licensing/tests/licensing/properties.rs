//! What holds for whatever text is presented, for the tests here and for the fuzz targets in `fuzz/`.

use mintmark_licensing::{LicenseKey, Marks, intake};

use crate::support::{
    GOLDEN_BLOB, GOLDEN_LIST_PAYLOAD, GOLDEN_PAYLOAD, sign, sign_list, verify, verify_list,
};

/// No text but the golden blob is accepted under the golden key, which signed nothing else. What intake mends is held to the
/// same, and what it names would have been refused.
pub(crate) fn only_what_was_signed_is_a_license(text: &str) {
    if verify(text).is_ok() {
        assert_eq!(text.trim(), GOLDEN_BLOB, "a blob that nobody signed");
        assert_eq!(intake(text).as_deref(), Ok(GOLDEN_BLOB));
    }
    if let Ok(mended) = intake(text) {
        assert!(verify(&mended).is_err() || mended == GOLDEN_BLOB, "a paste that nobody signed: {text}");
    }
}

/// Marks are written in the one way in which they are read.
pub(crate) fn marks_read_back(line: &str) {
    if let Ok(marks) = line.parse::<Marks>() {
        assert_eq!(marks.to_string(), line);
    }
}

/// A payload is read without a panic even if it is signed, and a change of one bit of the blob ends its validity.
pub(crate) fn a_signed_payload_is_read_or_refused(payload: &[u8]) {
    let blob = sign(payload);
    let Ok(license) = verify(&blob) else {
        assert_ne!(payload, GOLDEN_PAYLOAD.as_bytes(), "the golden payload is genuine");
        return;
    };
    let text = std::str::from_utf8(payload).expect("a license is text");
    assert!(text.contains("\"lid\"") && text.contains(license.line().as_str()), "{text}");
    let at =
        payload.iter().fold(payload.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut changed = blob.into_bytes();
    let at = at % changed.len();
    changed[at] ^= 1;
    if let Ok(changed) = std::str::from_utf8(&changed) {
        assert!(verify(changed).is_err(), "changed at {at}: {changed}");
    }
}

/// A revocation list is read without a panic even if it is signed, says what it says, and revokes no license that it does
/// not name.
pub(crate) fn a_signed_list_is_read_or_refused(payload: &[u8]) {
    let Ok(list) = verify_list(&sign_list(payload)) else {
        assert_ne!(payload, GOLDEN_LIST_PAYLOAD.as_bytes(), "the golden list is genuine");
        return;
    };
    let text = std::str::from_utf8(payload).expect("a list is text");
    assert!(list.serial() >= 1 && list.issued_at() <= list.next_update(), "{text}");
    let license = verify(GOLDEN_BLOB).expect("the golden blob is genuine");
    // Any character of a JSON string may be spelled as an escape.
    assert!(!list.revokes(&license) || text.contains("mgGEuXZCNZU") || text.contains('\\'), "{text}");
}

/// What is accepted as a license key is written back in one way, which is read as the same key.
pub(crate) fn a_license_key_reads_back(typed: &str) {
    let Ok(key) = typed.parse::<LicenseKey>() else { return };
    let written = key.to_string();
    assert_eq!(written.parse(), Ok(key), "{typed:?} became {written:?}");
    let is_plain =
        |character: char| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '-';
    assert!(written.chars().all(is_plain), "{typed:?} became {written:?}");
    assert!(written.len() <= typed.len() + 6, "{typed:?} became {written:?}");
}
