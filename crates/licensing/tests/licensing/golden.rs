//! The vectors that other implementations are held to.

use mintmark_licensing::{Mode, OrderIdentity};

use crate::support::{
    GOLDEN_BLOB, GOLDEN_PAYLOAD, line, plain_grant, secret, sign, signing_key, tier, verify,
};

const ORDER: OrderIdentity<'_> =
    OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 };

#[test]
fn the_golden_seed_yields_the_golden_public_key_and_key_id() {
    let key = signing_key();
    assert_eq!(key.kid().to_string(), "3QW-eYXr9io");
    let golden = "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12";
    assert_eq!(key.public_key(), golden.parse().unwrap());
}

#[test]
fn the_golden_payload_is_signed_to_the_golden_blob() {
    assert_eq!(sign(GOLDEN_PAYLOAD), GOLDEN_BLOB);
}

#[test]
fn the_golden_blob_verifies_and_says_what_was_signed() {
    let license = verify(GOLDEN_BLOB).unwrap();
    assert_eq!(license.id().to_string(), "0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4");
    assert_eq!((license.line(), license.tier(), license.mode()), (&line(), &tier(), Mode::Live));
    assert_eq!((license.seq(), license.issued_at()), (1, 1_767_225_600));
    assert_eq!((license.expires_at(), license.grace()), (Some(1_798_761_600), 0));
    assert_eq!((license.updates_until(), license.refresh_by(), license.seats()), (None, None, None));
    assert_eq!((license.licensee(), license.key_hint()), (Some("jane.doe@example.com"), None));
}

#[test]
fn the_golden_order_has_the_golden_key_and_license_id() {
    let key = secret().license_key(&ORDER, &line(), &tier(), 0);
    assert_eq!(key.to_string(), "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX");
    assert_eq!(secret().license_id(&ORDER).to_string(), "d779aaeb-58f7-843b-ab06-da8a4f603948");
}

#[test]
fn the_golden_order_is_minted_to_the_same_bytes_every_time() {
    let minted = signing_key().mint(&secret(), &plain_grant()).unwrap();
    let payload = r#"{"lid":"d779aaeb-58f7-843b-ab06-da8a4f603948","prd":"DT1","tier":"CORE","seq":1,"iat":1767225600,"kh":"1EKNX"}"#;
    assert_eq!(minted.blob, sign(payload));
    assert_eq!(signing_key().mint(&secret(), &plain_grant()).unwrap(), minted);
}
