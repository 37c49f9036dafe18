//! Orders that the store does not link: gifts and what their givers paid, bundles and what is in them, and the several
//! licenses of one order.

use crate::support::{Ping, Shop};
use jiff::SignedDuration;
use mintmark_fulfillment::Outcome;
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;

const NOTES: &str = "q6olhNyteH8YnOhFKnmS5Q==";
const BUNDLE: &str = "zwKXqLF4msW7wvIStiSdpQ==";
const OTHER: &str = "Hg-vmbS4ZLqYN_KlAZSBkA==";

fn bundling(database: &TestDatabase) -> Shop {
    let catalog = format!(
        "gumroad:\n  \"{NOTES}\": {{ tier: pro, free: false }}\n  \"{OTHER}\": core\n  \"{BUNDLE}\": {{ bundle: [\"{NOTES}\", \"{OTHER}\"] }}\n"
    );
    Shop::on(database).selling(&catalog).opened()
}

fn second_piece() -> Ping {
    Ping::fixture("bundle-child-1.form")
        .with("sale_id", "piece-2==")
        .with("product_id", OTHER)
        .with("sale_timestamp", "2026-03-14T09:26:54Z")
}

/// What the giver paid; the store never told of it.
fn givers(event: &str) -> Ping {
    Ping::fixture("dispute.form")
        .with("sale_id", "never-seen==")
        .with("email", "gifter@example.com")
        .with("resource_name", event)
        .with("dispute_won", if event == "dispute_won" { "true" } else { "false" })
}

fn statuses(shop: &Shop) -> Vec<String> {
    shop.licenses().iter().map(|license| license["status"].as_str().unwrap().to_owned()).collect()
}

on_both_databases! {
    fn a_gift_is_mailed_to_whom_it_is_for(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&Ping::fixture("gift.form")), "accepted");
        assert_eq!(shop.license()["email"], "giftee@example.com");
        assert_eq!(shop.postbox.memory.letters()[0].to.as_str(), "giftee@example.com");
    }

    fn a_dispute_of_the_giver_reaches_the_gift(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::fixture("gift.form"));
        assert_eq!(shop.receive(&givers("dispute")), "suspended");
        assert_eq!(shop.license()["status"], "suspended");
        assert_eq!(shop.row().license_key.as_deref(), shop.license()["key"].as_str());
        assert_eq!(shop.receive(&givers("dispute_won")), "reinstated");
        assert_eq!(shop.license()["status"], "active");
    }

    fn a_dispute_of_the_giver_that_comes_first_decides_the_gift(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&givers("dispute")), "noted");
        assert_eq!(shop.receive(&Ping::fixture("gift.form")), "not minted: disputed");
        assert_eq!(shop.receive(&givers("dispute_won")), "accepted");
        assert_eq!(shop.license()["email"], "giftee@example.com");
    }

    fn a_dispute_about_another_purchase_of_the_giver_leaves_the_gift_alone(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::fixture("gift.form"));
        assert_eq!(shop.receive(&givers("dispute").with("sale_timestamp", "2026-01-01T00:00:00Z")), "noted");
        assert_eq!(shop.license()["status"], "active");
    }

    fn a_bundle_is_one_letter_with_a_license_of_each_piece(database: TestDatabase) {
        let shop = bundling(&database);
        assert_eq!(shop.receive(&Ping::fixture("bundle-child-1.form")), "queued");
        assert!(shop.receive(&Ping::fixture("bundle-parent.form")).starts_with("not minted: bundle"));
        assert_eq!(shop.receive(&second_piece()), "queued");
        assert_eq!(shop.licenses().len(), 2);
        assert_eq!(shop.postbox.memory.attempts(), 0, "it waits for other pieces");
        shop.clock.advance(SignedDuration::from_secs(21));
        shop.postbox.wait_for(1);
        shop.letter_once("accepted");
        let letter = shop.postbox.texts().remove(0);
        for license in shop.licenses() {
            assert!(letter.contains(license["key"].as_str().unwrap()), "{letter}");
        }
    }

    fn a_refund_of_a_bundle_reaches_its_pieces_whichever_came_first(database: TestDatabase) {
        let shop = bundling(&database);
        shop.receive(&Ping::fixture("bundle-child-1.form"));
        shop.receive(&Ping::fixture("bundle-parent.form"));
        assert_eq!(shop.receive(&Ping::fixture("refund-bundle-parent.form")), "revoked");
        assert_eq!(shop.receive(&second_piece()), "not minted: refunded");
        assert_eq!(statuses(&shop), ["revoked"]);
        assert_eq!(shop.license()["letter"], "held");
        shop.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(shop.postbox.memory.attempts(), 0);
    }

    fn a_piece_that_is_bought_by_itself_is_no_business_of_the_bundle(database: TestDatabase) {
        let shop = bundling(&database);
        let alone = Ping::fixture("bundle-child-1.form").with("sale_id", "alone==").with("price", "2900");
        assert_eq!(shop.receive(&alone), "accepted");
        shop.receive(&Ping::fixture("refund-bundle-parent.form"));
        assert_eq!(statuses(&shop), ["active"]);
    }

    fn a_quantity_may_be_so_many_keys_in_one_letter(database: TestDatabase) {
        let keys = "gumroad: { datatools-core: { tier: core, keys: quantity } }";
        let shop = Shop::on(&database).selling(keys).opened();
        let three = Ping::sale().with("quantity", "3");
        assert_eq!(shop.receive(&three), "accepted");
        assert_eq!(shop.receive(&three.clone().with("retry_count", "1")), "accepted");
        let licenses = shop.licenses();
        let items: Vec<&Value> = licenses.iter().map(|license| &license["item"]).collect();
        assert_eq!(items, [0, 1, 2]);
        let letter = shop.postbox.texts().remove(0);
        assert!(licenses.iter().all(|license| letter.contains(license["key"].as_str().unwrap())));
        assert_eq!(shop.postbox.memory.attempts(), 1);

        let refund = three.with("resource_name", "refund").with("refunded", "true");
        assert_eq!(shop.receive(&refund), "revoked");
        assert_eq!(statuses(&shop), ["revoked", "revoked", "revoked"]);
        assert_eq!(shop.row().outcome, Some(Outcome::Revoked));
    }
}
