//! Any bytes as a revocation list's payload, signed with a genuine key: what an attacker cannot reach, and a mistake of
//! ours can.
#![no_main]

#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/licensing/properties.rs"]
mod properties;
#[allow(dead_code, reason = "each target tries one property")]
#[path = "../../tests/licensing/support.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|payload: &[u8]| properties::a_signed_list_is_read_or_refused(payload));
