//! What a store has and we were not told of is made up for, once.

use crate::support::{Ping, Shop, ping_of, sold};
use mintmark_adapters::testing::{Faults, GumroadDouble, with};
use mintmark_fulfillment::{Error, Memberships, Report};
use mintmark_storage::on_both_databases;
use serde_json::{Value, json};

/// What a report says in numbers: listed, known, missed, changed.
fn counts(report: &Report) -> [usize; 4] {
    [report.listed, report.known, report.missed, report.changed]
}

/// A second run finds nothing, and writes nothing.
fn is_settled(shop: &Shop) {
    // A letter may be on its way meanwhile.
    let licenses = || {
        let mut licenses = shop.licenses();
        licenses.iter_mut().for_each(|license| license["letter"] = Value::Null);
        licenses
    };
    let (rows, before) = (shop.rows().len(), licenses());
    let again = shop.reconcile();
    assert_eq!((again.missed, again.changed), (0, 0));
    assert!(again.is_closed(), "{again:?}");
    assert_eq!((shop.rows().len(), licenses()), (rows, before));
}

on_both_databases! {
    fn of_a_thousand_sales_exactly_the_missing_are_minted_once(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let records: Vec<Value> = (0..1000).map(|number| sold(number, i64::try_from(number).unwrap())).collect();
        let told = records.iter().enumerate().filter(|(place, _)| place % 10 != 3).map(|(_, record)| ping_of(record));
        shop.receive_all(&told.collect::<Vec<Ping>>());
        let shop = shop.given_a_token(&double);
        assert_eq!(shop.licenses().len(), 900);
        records.into_iter().for_each(|record| double.sell(record));
        for number in 0..10 {
            double.change(&format!("sale-{}==", number * 50), "refunded", json!(true));
        }
        double.fail(Faults {
            throttle_every: Some((17, 0)),
            fail_every: Some(13),
            hang_up_every: Some(29),
            longest_list: Some(4),
            repeat_every: Some(7),
            forget_next_every: Some(11),
            overlap: 2,
            shuffled: true,
            ..Faults::default()
        });

        let report = shop.reconcile();
        assert_eq!(counts(&report), [1000, 900, 100, 10]);
        assert_eq!((report.outcomes["minted"], report.outcomes["revoked"]), (100, 10));
        assert!(report.is_closed(), "{report:?}");
        let licenses = shop.licenses();
        let revoked = licenses.iter().filter(|license| license["status"] == "revoked").count();
        assert_eq!((licenses.len(), revoked), (1000, 10));
        is_settled(&shop);
    }

    fn a_sale_that_was_refunded_before_it_was_found_mints_nothing(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(with(sold(1, 5), "refunded", json!(true)));
        double.sell(with(sold(2, 6), "disputed", json!(true)));
        let report = shop.reconcile();
        assert_eq!(counts(&report), [2, 0, 2, 0]);
        assert!(shop.licenses().is_empty());
        double.change("sale-2==", "dispute_won", json!(true));
        assert_eq!(counts(&shop.reconcile()), [2, 2, 0, 1]);
        assert_eq!(shop.license()["source_order_id"], "sale-2==");
        is_settled(&shop);
    }

    fn what_became_of_a_sale_since_it_was_told_is_news_once(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let record = sold(1, 5);
        shop.receive(&ping_of(&record));
        let shop = shop.given_a_token(&double);
        double.sell(record);
        is_settled(&shop);
        for (name, status) in [("partially_refunded", "active"), ("disputed", "suspended"), ("dispute_won", "active"), ("refunded", "revoked")] {
            double.change("sale-1==", name, json!(true));
            assert_eq!(counts(&shop.reconcile()), [1, 1, 0, 1], "{name}");
            assert_eq!(shop.license()["status"], status, "{name}");
            is_settled(&shop);
        }
    }

    fn a_sale_that_cannot_be_fulfilled_is_named_until_it_can(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let unmapped = with(sold(1, 5), "product_id", json!("unheard-of=="));
        shop.receive(&ping_of(&unmapped));
        let shop = shop.given_a_token(&double);
        double.sell(unmapped);
        double.sell(with(sold(2, 6), "product_id", json!("unheard-of==")));
        let first = shop.reconcile();
        assert_eq!(counts(&first), [2, 1, 1, 0]);
        let second = shop.reconcile();
        assert_eq!(counts(&second), [2, 2, 0, 0]);
        for report in [first, second] {
            let mut open: Vec<&str> = report.open.iter().map(|open| open.id.as_str()).collect();
            open.sort_unstable();
            assert_eq!(open, ["sale-1==", "sale-2=="]);
            assert!(report.open[0].reason.starts_with("no entry in config/products.yaml: gumroad/unheard-of=="));
        }
    }

    fn a_sale_that_was_held_is_minted_from_the_stores_own_record(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let record = sold(1, 5);
        let overwritten = ping_of(&record).with("email", "eve@example.com").with("custom_fields[email]", "eve@example.com");
        assert_eq!(shop.receive(&overwritten), "not minted: custom field overwrites email");
        let shop = shop.given_a_token(&double);
        double.sell(record);
        assert_eq!(counts(&shop.reconcile()), [1, 0, 1, 0]);
        assert_eq!(shop.license()["email"], "buyer-1@example.com");
        is_settled(&shop);
    }

    fn a_gift_is_not_minted_again_from_its_givers_end(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let (givers, receivers) = gift();
        shop.receive(&gift_ping(&receivers));
        let shop = shop.given_a_token(&double);
        double.sell(givers);
        double.sell_unlisted(receivers);
        let report = shop.reconcile();
        assert_eq!(counts(&report), [1, 1, 0, 0]);
        assert_eq!(shop.license()["email"], "giftee@example.com");

        double.change("receivers==", "refunded", json!(true));
        assert_eq!(counts(&shop.reconcile()), [1, 1, 0, 1]);
        assert_eq!(shop.license()["status"], "revoked");
        is_settled(&shop);
    }

    fn a_gift_that_nobody_told_of_is_minted_for_who_was_given_it(database: TestDatabase) {
        let (shop, double) = Shop::asking(&database);
        double.sell(gift().0);
        assert_eq!(counts(&shop.reconcile()), [1, 0, 1, 0]);
        let license = shop.license();
        assert_eq!((&license["email"], &license["name"]), (&json!("giftee@example.com"), &json!("giftee")));
        is_settled(&shop);
        double.change("sale-7==", "refunded", json!(true));
        assert_eq!(counts(&shop.reconcile()), [1, 1, 0, 1]);
        assert_eq!(shop.license()["status"], "revoked");
    }

    fn a_gift_that_is_told_after_it_was_found_is_not_minted_again(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let shop = shop.given_a_token(&double);
        let (givers, receivers) = gift();
        double.sell(givers);
        double.sell_unlisted(receivers.clone());
        assert_eq!(counts(&shop.reconcile()), [1, 0, 1, 0]);
        shop.receive(&gift_ping(&receivers));
        shop.replay();
        let row = shop.row();
        assert_eq!((row.processed, row.reason.as_deref()), (true, Some("the gift has its license already")));
        assert_eq!(shop.license()["email"], "giftee@example.com");
        is_settled(&shop);
    }

    fn two_gifts_of_a_moment_to_the_same_person_are_two(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let (givers, receivers) = gift();
        let again = with(with(receivers.clone(), "id", json!("receivers-2==")), "license_key", json!("KEY-2"));
        for receivers in [&receivers, &again] {
            shop.receive(&gift_ping(receivers));
            double.sell_unlisted(receivers.clone());
        }
        assert_eq!(shop.licenses().len(), 2);
        let shop = shop.given_a_token(&double);
        double.sell(givers.clone());
        double.sell(with(with(givers, "id", json!("givers-2==")), "order_id", json!(99)));
        assert_eq!(counts(&shop.reconcile()), [2, 2, 0, 0]);
        is_settled(&shop);
    }

    fn a_membership_that_ended_unheard_ends(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let record = with(with(sold(1, 48), "subscription_id", json!("sub-1==")), "subscription_duration", json!("monthly"));
        shop.receive(&ping_of(&record).with("subscription_id", "sub-1==").with("recurrence", "monthly"));
        let shop = shop.given_a_token(&double);
        double.sell(record);
        double.subscribe(subscriber("alive"));
        is_settled(&shop);

        double.subscribe(subscriber("pending_cancellation"));
        assert_eq!(counts(&shop.reconcile()), [1, 1, 0, 1]);
        assert_eq!(shop.license()["status"], "active");
        is_settled(&shop);

        double.subscribe(subscriber("cancelled"));
        assert_eq!(counts(&shop.reconcile()), [1, 1, 0, 1]);
        assert_eq!(shop.license()["status"], "ended");
        is_settled(&shop);

        double.subscribe(subscriber("alive"));
        assert_eq!(counts(&shop.reconcile()), [1, 1, 0, 1]);
        assert_eq!(shop.license()["status"], "active");
        is_settled(&shop);
        let report = shop.reconcile();
        assert_eq!(report.subscriptions, 1);
    }
}

#[test]
fn days_that_cannot_be_read_are_named() {
    let database = mintmark_storage::testing::TestDatabase::sqlite();
    let (shop, double) = Shop::asking(&database);
    double.sell(sold(1, 24));
    double.sell(sold(2, 72));
    double.fail(Faults { heavy_day: Some("2026-03-13".parse().unwrap()), ..Faults::default() });
    let report = shop.reconcile();
    assert_eq!(counts(&report), [1, 0, 1, 0]);
    assert_eq!(report.unread.len(), 1);
    assert_eq!(report.unread[0].since.to_string(), "2026-03-13");
    double.fail(Faults { fail_every: Some(1), ..Faults::default() });
    let report = shop.reconcile();
    assert_eq!((counts(&report), report.unread.len()), ([0, 0, 0, 0], 9));
}

#[test]
fn without_a_token_that_will_do_nothing_is_compared() {
    let database = mintmark_storage::testing::TestDatabase::sqlite();
    let shop = Shop::on(&database).opened();
    let run = |shop: &Shop, source: &str| {
        let now = shop.clock.now();
        shop.fulfillment.reconcile(source, now, Memberships::Licensed, now).unwrap_err()
    };
    assert!(matches!(run(&shop, "gumroad"), Error::NoToken { store: "gumroad" }));
    assert!(matches!(run(&shop, "nobody"), Error::NotFound { .. }));
    let double = GumroadDouble::start();
    double.fail(Faults { no_scope: true, ..Faults::default() });
    let database = mintmark_storage::testing::TestDatabase::sqlite();
    let shop = Shop::on(&database).with_books(&double).opened();
    assert_eq!(run(&shop, "gumroad").to_string(), "the access token lacks the scope for this (403)");
    assert_eq!(double.asked().len(), 1);
}

/// Both ends of a gift, as the store keeps them.
fn gift() -> (Value, Value) {
    let givers = with(
        with(sold(7, 5), "is_gift_sender_purchase", json!(true)),
        "giftee_email",
        json!("giftee@example.com"),
    );
    let receivers = with(sold(8, 5), "is_gift_receiver_purchase", json!(true));
    let receivers =
        with(with(receivers, "id", json!("receivers==")), "gifter_email", json!("buyer-7@example.com"));
    let receivers = with(with(receivers, "purchase_email", json!("giftee@example.com")), "price", json!(0));
    (givers, receivers)
}

fn gift_ping(receivers: &Value) -> Ping {
    let gift = ping_of(receivers).with("is_gift_receiver_purchase", "true").with("gift_price", "2900");
    gift.with("gifter_email", "buyer-7@example.com")
}

fn subscriber(status: &str) -> Value {
    json!({
        "id": "sub-1==", "product_id": "datatools-core", "user_email": "buyer-1@example.com", "status": status,
        "recurrence": "monthly", "cancelled_at": "2026-03-14T11:00:00Z", "purchase_ids": ["sale-1=="],
    })
}
