//! Memberships: one license for a subscription, whichever charge is told first.

use crate::support::{Ping, Shop};
use mintmark_fulfillment::Outcome;
use mintmark_storage::{on_both_databases, testing::TestDatabase};
use serde_json::json;

const MEMBERSHIP: &str = "3kUm7x3O3xwz-DPyj5Ky8w==";
const FIRST: &str = "membership-first-charge.form";
const RENEWAL: &str = "membership-recurring-charge.form";

fn selling(database: &TestDatabase, terms: &str) -> Shop {
    Shop::on(database).selling(&format!("gumroad:\n  {MEMBERSHIP}: {{ tier: pro, {terms} }}\n")).opened()
}

fn seconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_second()
}

on_both_databases! {
    fn a_renewal_prolongs_the_license_of_its_subscription(database: TestDatabase) {
        let shop = selling(&database, "expires: subscription");
        assert_eq!(shop.receive(&Ping::fixture(FIRST)), "accepted");
        let license = shop.license();
        assert_eq!(license["source_order_id"], "ZG_T0Ww47neJ44nQtmjrhw==");

        for _ in 0..2 {
            shop.receive(&Ping::fixture(RENEWAL));
            let renewed = shop.license();
            assert_eq!((&renewed["key"], &renewed["id"]), (&license["key"], &license["id"]));
            assert_eq!((&renewed["seq"], &renewed["expires_at"]), (&json!(2), &json!("2026-03-17T14:16:02Z")));
        }
        assert_eq!(shop.proved().seq(), 2);
        let outcomes: Vec<_> = shop.rows().into_iter().map(|row| row.outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Minted), Some(Outcome::Renewed), Some(Outcome::Found)]);
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn a_lost_first_sale_is_minted_from_the_renewal(database: TestDatabase) {
        let shop = selling(&database, "expires: subscription");
        assert_eq!(shop.receive(&Ping::fixture(RENEWAL)), "accepted");
        assert_eq!(shop.license()["source_order_id"], "ZG_T0Ww47neJ44nQtmjrhw==");
        let proved = shop.proved();
        assert_eq!(proved.issued_at(), seconds("2026-02-10T14:16:02Z"));
        assert_eq!(proved.expires_at(), Some(seconds("2026-03-17T14:16:02Z")));
    }

    fn a_subscription_runs_one_period_and_the_grace_from_its_charge(database: TestDatabase) {
        for (terms, end) in [
            ("expires: subscription", "2026-02-17T14:15:40Z"),
            ("expires: subscription, grace: 2d", "2026-02-12T14:15:40Z"),
        ] {
            let database = TestDatabase::sqlite();
            let shop = selling(&database, terms);
            shop.receive(&Ping::fixture(FIRST));
            assert_eq!(shop.proved().expires_at(), Some(seconds(end)), "{terms}");
            assert_eq!(shop.proved().grace(), 0);
        }
        let shop = selling(&database, "expires: 1y, grace: 2d, updates: 6mo");
        shop.receive(&Ping::fixture(FIRST));
        let proved = shop.proved();
        assert_eq!((proved.expires_at(), proved.grace()), (Some(seconds("2027-01-10T14:15:40Z")), 172_800));
        assert_eq!(proved.updates_until(), Some(seconds("2026-07-10T14:15:40Z")));
        assert_eq!(shop.license()["updates_until"], "2026-07-10T14:15:40Z");
    }

    fn seats_are_counted_or_fixed(database: TestDatabase) {
        let multiseat = Ping::fixture("membership-first-charge-multiseat.form");
        let bought: u64 = multiseat.value("quantity").parse().unwrap();
        let other = TestDatabase::sqlite();
        let counted = selling(&other, "seats: quantity");
        counted.receive(&multiseat);
        assert_eq!(counted.proved().seats(), Some(bought));

        let fixed = selling(&database, "seats: 25");
        fixed.receive(&multiseat);
        assert_eq!((fixed.proved().seats(), &fixed.license()["seats"]), (Some(25), &25.into()));
    }

    fn the_blob_and_the_letter_say_what_the_catalog_grants(database: TestDatabase) {
        let terms = "name: Lumen Pro, entitlements: [export-csv, batch], download: https://example.com/get";
        let shop = selling(&database, terms);
        shop.receive(&Ping::fixture(FIRST));
        let text = shop.postbox.texts().remove(0);
        assert!(text.contains("Product: Lumen Pro\n") && text.contains("https://example.com/get"), "{text}");
        let blob = shop.license()["blob"].as_str().unwrap().to_owned();
        assert_eq!(entitlements(&blob), serde_json::json!(["batch", "export-csv"]));
    }

    fn a_subscription_without_a_period_waits_for_a_person(database: TestDatabase) {
        let shop = selling(&database, "expires: subscription");
        let said = shop.receive(&Ping::fixture(FIRST).without("recurrence"));
        let reason = "expires: subscription, but the order has no recurrence";
        assert_eq!(said, format!("not minted: config/products.yaml: gumroad/{MEMBERSHIP}: {reason}"));
        assert!(!shop.row().processed);
    }
}

fn entitlements(blob: &str) -> serde_json::Value {
    use base64::Engine as _;
    let payload = blob.split('.').nth(1).unwrap();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice::<serde_json::Value>(&payload).unwrap()["ent"].clone()
}
