//! Any text as a license key that somebody typed.
#![no_main]

#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/licensing/properties.rs"]
mod properties;
#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/licensing/support.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|typed: &str| properties::a_license_key_reads_back(typed));
