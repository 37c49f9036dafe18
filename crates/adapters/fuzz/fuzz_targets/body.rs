//! Any bytes as the body of a delivery, of every source and under every content type.
#![no_main]

#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/suite/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::a_body_has_one_sane_answer(bytes));
