//! Any text as a blob.
#![no_main]

#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/licensing/properties.rs"]
mod properties;
#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/licensing/support.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|text: &str| properties::only_what_was_signed_is_a_license(text));
