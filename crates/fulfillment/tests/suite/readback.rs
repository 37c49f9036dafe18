//! With a token, nothing is minted that the store's own records do not confirm.

use crate::support::{Ping, Shop, ping_of, sold};
use jiff::SignedDuration;
use mintmark_adapters::testing::{Faults, GumroadDouble, with};
use mintmark_fulfillment::{AuditRow, Outcome, Replayed};
use mintmark_storage::on_both_databases;
use serde_json::{Value, json};

const PENDING: &str = "not minted: verification pending";

/// A replay asks the store where no server does it.
fn verify(shop: &Shop) -> AuditRow {
    shop.replay();
    shop.row()
}

fn held(shop: &Shop) -> String {
    let row = verify(shop);
    assert_eq!((row.processed, row.outcome), (false, Some(Outcome::Held)));
    assert!(shop.licenses().is_empty());
    assert_eq!(row.error, row.reason);
    row.reason.unwrap()
}

on_both_databases! {
    fn a_sale_waits_for_the_stores_word_and_is_minted_from_it(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        let record = with(sold(1, 1), "full_name", json!("Ada of the Record"));
        double.sell(record.clone());
        assert_eq!(shop.receive(&ping_of(&record).with("full_name", "Somebody Else").with("quantity", "500")), PENDING);
        let row = shop.row();
        assert_eq!((row.processed, row.outcome, row.error, row.reason.as_deref()), (false, None, None, Some("verification pending")));
        assert!(shop.licenses().is_empty());

        assert_eq!(shop.replay(), Replayed::Fulfilled);
        assert_eq!(shop.row().outcome, Some(Outcome::Minted));
        let license = shop.license();
        assert_eq!((&license["name"], &license["seats"]), (&json!("Ada of the Record"), &json!(1)));
        assert_eq!(shop.replay(), Replayed::NothingToDo);
    }

    fn a_forged_delivery_mints_nothing(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(with(sold(1, 1), "product_id", json!("something-cheap")));
        let forged = ping_of(&sold(1, 1)).with("email", "mallory@example.com");
        assert_eq!(shop.receive(&forged), PENDING);
        assert_eq!(held(&shop), "not what the store says: product_id, email");

        assert_eq!(shop.receive(&ping_of(&sold(2, 1))), PENDING);
        assert_eq!(verify(&shop).reason.as_deref(), Some("verification pending"), "the store may not know yet");
        shop.clock.advance(SignedDuration::from_mins(11));
        assert_eq!(held(&shop), "unknown to the store");
    }

    fn what_is_held_is_no_fact_of_the_order_it_names(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        let record = sold(1, 1);
        let forged = ping_of(&record).with("email", "mallory@example.com").with("refunded", "true");
        double.sell(record.clone());
        shop.receive(&forged);
        assert_eq!(held(&shop), "not what the store says: email");
        shop.receive(&ping_of(&record));
        verify(&shop);
        assert_eq!(shop.license()["status"], "active");
    }

    fn a_collision_resolves_itself_unless_the_id_is_overwritten(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        let record = sold(1, 1);
        double.sell(record.clone());
        let typed = |name: &str, value: &str| ping_of(&record).with(name, value).with(&format!("custom_fields[{name}]"), value);
        assert_eq!(shop.receive(&typed("sale_id", "sale-9==")), "not minted: custom field overwrites sale_id");
        assert_eq!(shop.receive(&typed("order_number", "7").with("custom_fields[email]", "eve@example.com").with("email", "eve@example.com")), PENDING);
        assert_eq!(verify(&shop).outcome, Some(Outcome::Minted));
        assert_eq!(shop.license()["email"], "buyer-1@example.com");
    }

    fn an_address_of_the_account_is_the_buyers_as_well(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(with(sold(1, 1), "email", json!("account@example.com")));
        shop.receive(&ping_of(&sold(1, 1)).with("email", "Account@example.com"));
        verify(&shop);
        assert_eq!(shop.license()["email"], "buyer-1@example.com");
    }

    fn a_gift_is_confirmed_by_what_its_giver_paid(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        let received = with(with(sold(2, 1), "is_gift_receiver_purchase", json!(true)), "gifter_email", json!("buyer-1@example.com"));
        double.sell_unlisted(received.clone());
        let ping = ping_of(&received).with("is_gift_receiver_purchase", "true").with("gifter_email", "buyer-1@example.com");
        assert_eq!(shop.receive(&ping), PENDING);
        assert!(!verify(&shop).processed, "nobody has paid for it yet");
        let given = with(with(sold(1, 1), "is_gift_sender_purchase", json!(true)), "giftee_email", json!("buyer-2@example.com"));
        double.sell(given);
        shop.clock.advance(SignedDuration::from_mins(1));
        verify(&shop);
        assert_eq!(shop.license()["email"], "buyer-2@example.com");
    }

    fn a_test_purchase_is_confirmed_by_its_id(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell_unlisted(sold(1, 1));
        assert_eq!(shop.receive(&ping_of(&sold(1, 1)).with("test", "true")), PENDING);
        verify(&shop);
        assert_eq!(shop.license()["mode"], "test");
    }

    fn a_sale_that_was_refunded_meanwhile_mints_nothing(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(with(sold(1, 1), "refunded", json!(true)));
        shop.receive(&ping_of(&sold(1, 1)));
        let row = verify(&shop);
        assert_eq!((row.processed, row.reason.as_deref()), (true, Some("refunded")));
        assert!(shop.licenses().is_empty());
    }

    fn a_refund_of_unknown_extent_is_asked_for(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(sold(1, 1));
        shop.receive(&ping_of(&sold(1, 1)));
        verify(&shop);
        double.change("sale-1==", "refunded", json!(true));
        let refund = ping_of(&sold(1, 1)).with("resource_name", "refund");
        assert_eq!(shop.receive(&refund), PENDING);
        assert_eq!(verify(&shop).outcome, Some(Outcome::Revoked));
        assert_eq!(shop.license()["status"], "revoked");
    }

    fn a_store_that_cannot_be_asked_keeps_the_sale_waiting(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(sold(1, 1));
        let troubles = [
            Faults { no_token: true, ..Faults::default() },
            Faults { no_scope: true, ..Faults::default() },
            Faults { fail_every: Some(1), ..Faults::default() },
        ];
        shop.receive(&ping_of(&sold(1, 1)));
        for trouble in troubles {
            double.fail(trouble);
            shop.clock.advance(SignedDuration::from_mins(20));
            assert_eq!(verify(&shop).reason.as_deref(), Some("verification pending"));
        }
        double.fail(Faults::default());
        assert_eq!(verify(&shop).outcome, Some(Outcome::Minted));
    }

    fn a_burst_is_confirmed_by_listing_its_day(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        let records: Vec<Value> = (0..40).map(|number| sold(number, 1)).collect();
        records.iter().cloned().for_each(|record| double.sell(record));
        shop.receive_all(&records.iter().map(ping_of).collect::<Vec<Ping>>());
        let ids: Vec<i64> = shop.rows().iter().map(|row| row.id).collect();
        shop.fulfillment.replay(&ids, shop.clock.now()).unwrap();
        assert_eq!(shop.licenses().len(), 40);
        assert!(double.asked().len() <= 6, "{:?}", double.asked());
    }
}

#[test]
fn a_server_asks_by_itself_and_tells_who_waits() {
    let database = mintmark_storage::testing::TestDatabase::sqlite();
    let (shop, double) = Shop::asking(&database);
    double.sell(sold(1, 1));
    let delivery = shop.record(&ping_of(&sold(1, 1)));
    assert_eq!(shop.finish(&delivery), PENDING);
    assert!(shop.fulfillment.verified(delivery.id).is_none(), "nobody asks yet");
    let Shop { fulfillment, clock, .. } = shop;
    let fulfillment = std::sync::Arc::new(fulfillment);
    let verifier = fulfillment.start_verifier(clock.as_clock()).unwrap();
    let answer = pollster::block_on(fulfillment.verified(delivery.id).unwrap()).unwrap();
    assert!(matches!(answer, mintmark_fulfillment::Fulfilled::Licensed { .. }), "{answer:?}");
    drop(verifier);
    assert!(fulfillment.verified(delivery.id).is_none());
    drop(GumroadDouble::start());
}
