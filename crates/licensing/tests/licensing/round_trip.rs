//! Whatever is minted verifies, and says what was granted.

use mintmark_licensing::{Grant, Mode, OrderIdentity, Verifier};
use proptest::{collection::vec, option, prelude::*};

use crate::support::{keyring, secret, signing_key};

proptest! {
    #[test]
    fn whatever_is_minted_verifies_and_says_what_was_granted(
        (order_id, item, generation) in (".{0,60}", any::<u32>(), any::<u32>()),
        (line, tier) in ("[A-Z0-9]{1,16}", "[a-z0-9]{1,16}"),
        (seq, issued_at, grace) in (1..=u64::MAX, 0..=253_402_300_799_i64, 0..=7_776_000_u64),
        (expires_at, updates_until) in (option::of(0..=253_402_300_799_i64), option::of(0..=253_402_300_799_i64)),
        entitlements in vec("[a-z0-9][a-z0-9._-]{0,20}", 0..=20),
        (seats, licensee) in (option::of(1..=u32::MAX), option::of("[a-zA-Zé語\"\\\\ @.]{0,128}")),
    ) {
        let (line, tier) = (line.parse().unwrap(), tier.parse().unwrap());
        let identity = OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: &order_id, item };
        let grant = Grant {
            identity, generation, line: &line, tier: &tier, seq, issued_at, expires_at, grace, updates_until,
            entitlements: &entitlements, seats, licensee: licensee.as_deref(),
        };
        let minted = signing_key().mint(&secret(), &grant).unwrap();
        let ring = keyring();
        let license = Verifier::new(&ring, line.clone()).verify(&minted.blob).unwrap();
        prop_assert_eq!((license.id(), license.line(), license.tier()), (minted.id, &line, &tier));
        prop_assert_eq!((license.seq(), license.issued_at(), license.mode()), (seq, issued_at, Mode::Live));
        prop_assert_eq!((license.expires_at(), license.grace()), (expires_at, grace));
        prop_assert_eq!((license.updates_until(), license.seats()), (updates_until, seats.map(u64::from)));
        prop_assert_eq!(license.licensee(), licensee.as_deref());
        prop_assert_eq!(license.key_hint().map(str::to_owned), Some(minted.key.last_characters()));
    }
}
