//! Minting is a pure function of order, terms and keys.

use crate::support::{Ping, Shop};
use mintmark_storage::{on_both_databases, testing::TestDatabase};

on_both_databases! {
    fn a_known_sale_and_known_keys_give_this_license(database: TestDatabase) {
        let shop = Shop::on(&database).with_known_keys().opened();
        assert_eq!(shop.receive(&Ping::fixture("sale-full-name-purchaser.form")), "accepted");
        insta::assert_json_snapshot!("golden_license", shop.license());
        assert_eq!(shop.proved().licensee(), Some("Zoë Müller-O’Brien"));
    }

    fn a_second_installation_with_the_same_keys_gives_the_same_bytes(database: TestDatabase) {
        let sale = Ping::fixture("sale-full-name-purchaser.form");
        let first = Shop::on(&database).with_known_keys().opened();
        first.receive(&sale);

        let elsewhere = TestDatabase::sqlite();
        let second = Shop::on(&elsewhere).with_known_keys().selling("gumroad: {}").opened();
        second.receive(&sale.with("retry_count", "1"));
        second.builder.mend_catalog("gumroad: { Hg-vmbS4ZLqYN_KlAZSBkA==: core }");
        second.fulfillment.reload_catalog().unwrap();
        second.replay();
        for field in ["id", "key", "blob", "issued_at"] {
            assert_eq!(first.license()[field], second.license()[field], "{field}");
        }
    }

    fn without_a_time_of_its_own_an_order_dates_from_its_first_delivery(database: TestDatabase) {
        let shop = Shop::on(&database).with_known_keys().selling("gumroad: {}").opened();
        let sale = Ping::sale().without("sale_timestamp");
        let first_told = shop.clock.now();
        shop.receive(&sale);
        shop.clock.advance(jiff::SignedDuration::from_hours(1));
        shop.receive(&sale);
        shop.builder.mend_catalog("gumroad: { datatools-core: core }");
        shop.fulfillment.reload_catalog().unwrap();
        shop.replay();
        assert_eq!(shop.proved().issued_at(), first_told.as_second());
        let blob = shop.license()["blob"].clone();

        // The row that came first finds the license that the second one has made.
        let first_row = shop.rows()[0].id;
        shop.fulfillment.replay(&[first_row], shop.clock.now()).unwrap();
        assert_eq!(shop.license()["blob"], blob);
    }
}
