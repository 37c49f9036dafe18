//! Any named texts, once as a form and once as JSON.
#![no_main]

#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/suite/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::form_and_json_agree(bytes));
