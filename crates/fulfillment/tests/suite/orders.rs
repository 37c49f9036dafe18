//! What is minted, what is not, and with which reason.

use crate::support::{Ping, Shop};
use mintmark_fulfillment::Outcome;
use mintmark_licensing::Mode;
use mintmark_storage::on_both_databases;

on_both_databases! {
    fn a_test_purchase_is_a_license_of_its_own(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let test = Ping::fixture("sale-test-purchase.form");
        assert_eq!(shop.receive(&test), "accepted");
        let license = shop.license();
        assert_eq!((&license["mode"], &license["test"]), (&"test".into(), &true.into()));
        assert_eq!(shop.proved().mode(), Mode::Test);
        assert_eq!(shop.row().mode, "test");

        assert_eq!(shop.receive(&test.without("test")), "accepted");
        let licenses = shop.licenses();
        assert_eq!(licenses[0]["source_order_id"], licenses[1]["source_order_id"]);
        assert_ne!(licenses[0]["key"], licenses[1]["key"]);
        assert_ne!(licenses[0]["mode"], licenses[1]["mode"]);
    }

    fn the_test_button_mints_nothing_and_takes_no_place(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let button = Ping::fixture("test-button.form");
        assert_eq!(shop.receive(&button), "not minted: test button");
        let row = shop.row();
        assert_eq!((row.kind.as_str(), row.processed), ("test_button", true));
        assert_eq!(row.outcome, Some(Outcome::Ignored));

        let real = button.without("test").with("resource_name", "sale");
        assert_eq!(shop.receive(&real), "accepted");
        assert_eq!(shop.license()["mode"], "live");
        assert_eq!(shop.row().outcome, Some(Outcome::Minted));
    }

    fn a_sale_whose_money_does_not_stay_mints_nothing(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        for (flag, reason) in [
            ("is_preorder_authorization", "pre-order"),
            ("refunded", "refunded"),
            ("disputed", "disputed"),
        ] {
            let sale = Ping::sale().with("sale_id", flag).with(flag, "true");
            assert_eq!(shop.receive(&sale), format!("not minted: {reason}"));
            let row = shop.row();
            assert_eq!((row.processed, row.outcome, row.error), (true, Some(Outcome::Ignored), None));
            assert_eq!(row.reason.as_deref(), Some(reason));
        }
        let won = Ping::sale().with("disputed", "true").with("dispute_won", "true");
        assert_eq!(shop.receive(&won), "accepted");
    }

    fn the_catalog_says_what_gets_nothing(database: TestDatabase) {
        let gift = "{ tier: core, free: false, test: ignore }";
        let products = format!("gumroad: {{ gadget: {{ ignore: true }}, gift: {gift} }}");
        let shop = Shop::on(&database).selling(&products).opened();
        let sale = |product, price| Ping::sale().with("product_id", product).with("price", price);
        let free = sale("gift", "0").with("sale_id", "free");
        assert_eq!(shop.receive(&sale("gadget", "900")), "not minted: ignored by products.yaml");
        assert_eq!(shop.receive(&free), "not minted: free order");
        assert_eq!(
            shop.receive(&sale("gift", "900").with("test", "true")),
            "not minted: ignored by products.yaml: test purchase"
        );
        assert!(shop.rows().iter().all(|row| row.processed && row.outcome == Some(Outcome::Ignored)));
        let gift = free.with("sale_id", "gift").with("is_gift_receiver_purchase", "true");
        assert_eq!(shop.receive(&gift), "accepted");
        assert_eq!(shop.receive(&sale("gift", "900")), "accepted");
    }

    fn what_a_buyer_may_have_typed_is_held(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let eve = "eve@example.com";
        let typed = Ping::sale().with("email", eve).with("custom_fields[email]", eve);
        assert_eq!(shop.receive(&typed), "not minted: custom field overwrites email");
        let row = shop.row();
        assert_eq!((row.processed, row.outcome), (false, Some(Outcome::Held)));
        assert_eq!(row.error, row.reason);
        let flag = "not minted: unreadable flag: refunded is neither true nor false";
        assert_eq!(shop.receive(&Ping::sale().with("refunded", "maybe")), flag);
        assert_eq!(shop.row().outcome, Some(Outcome::Held));
        assert!(shop.licenses().is_empty());
    }

    fn what_cannot_be_read_waits_with_an_error_that_says_why(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let bodies = [
            Ping::sale().without("email"),
            Ping::sale().without("price").without("product_id"),
            Ping::sale().with("price", "12.50"),
            Ping::sale().with("resource_name", "rebate"),
            Ping::raw("application/json", "{\"sale_id\":"),
            Ping::raw("application/json", "[]"),
            Ping::raw("multipart/form-data; boundary=x", "--x--"),
            Ping::raw("application/x-www-form-urlencoded", [0xff, 0x00, 0xfe]),
            Ping::raw("application/x-www-form-urlencoded", ""),
        ];
        let said: Vec<String> = bodies.iter().map(|body| shop.receive(body)).collect();
        insta::assert_snapshot!("unreadable_bodies", said.join("\n"));
        assert!(shop.rows().iter().all(|row| !row.processed && row.outcome.is_none()));
        assert!(shop.rows().iter().all(|row| row.error.is_some() && row.error == row.reason));
        assert!(shop.licenses().is_empty());
    }

    fn a_json_body_says_the_same_as_a_form(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&Ping::fixture("json-sale-plain.json")), "accepted");
        assert_eq!(shop.receive(&Ping::fixture("sale-plain.form")), "accepted");
        assert_eq!(shop.row().outcome, Some(Outcome::Found));
        shop.license();
    }
}
