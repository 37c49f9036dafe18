//! Refunds and disputes: what becomes of a license when the money goes, and of one that was never minted.

use crate::support::{Ping, Shop};
use mintmark_fulfillment::Outcome;
use mintmark_storage::on_both_databases;

fn event(name: &str) -> Ping {
    let event = Ping::sale().with("resource_name", name);
    match name {
        "refund" => event.with("refunded", "true"),
        "dispute" => event.with("disputed", "true"),
        "dispute_won" => event.with("disputed", "true").with("dispute_won", "true"),
        _ => event,
    }
}

fn outcomes(shop: &Shop) -> Vec<&'static str> {
    shop.rows().iter().map(|row| row.outcome.map_or("undecided", Outcome::as_str)).collect()
}

on_both_databases! {
    fn a_full_refund_revokes_for_good(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("refund")), "revoked");
        assert_eq!(shop.license()["status"], "revoked");
        assert!(shop.row().license_key.is_some() && shop.row().processed);

        // What Gumroad tried again a quarter of an hour ago still says that nothing was refunded.
        let stale = Ping::sale().with("refunded", "false").with("retry_count", "3");
        assert_eq!(shop.receive(&stale), "not minted: refunded");
        assert_eq!(shop.receive(&event("refund")), "noted");
        assert_eq!(shop.receive(&event("dispute_won")), "noted");
        assert_eq!(shop.license()["status"], "revoked");
        assert_eq!(outcomes(&shop), ["minted", "revoked", "found", "noted", "noted"]);
    }

    fn a_partial_refund_changes_nothing_and_is_in_the_history(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let before = shop.license();
        assert_eq!(shop.receive(&event("refund").with("refunded", "false")), "noted");
        assert_eq!(shop.license(), before);
        let license = &shop.fulfillment.records().licenses_named("sale-1").unwrap()[0];
        let story = shop.fulfillment.records().license_story_json(license).unwrap();
        let last = story["history"].as_array().unwrap().last().unwrap();
        assert_eq!(last["event"], "noted");
        assert_eq!(last["detail"], "partial refund of sale-1");
        assert_eq!(last["delivery_id"], 2);
    }

    fn a_refund_before_its_sale_decides_the_sale(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&event("refund")), "noted");
        assert_eq!(shop.receive(&Ping::sale()), "not minted: refunded");
        assert!(shop.licenses().is_empty());
        assert_eq!(shop.postbox.memory.attempts(), 0);
        assert_eq!(outcomes(&shop), ["noted", "ignored"]);
        assert!(shop.rows().iter().all(|row| row.processed && row.error.is_none()));
    }

    fn a_refund_of_unknown_extent_is_held(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let refund = event("refund").without("refunded");
        assert!(shop.receive(&refund).starts_with("not minted: refund of unknown extent"));
        assert_eq!((shop.row().processed, shop.row().outcome), (false, Some(Outcome::Held)));
        assert_eq!(shop.license()["status"], "active");
    }

    fn a_dispute_suspends_until_it_is_won(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let minted = shop.license();
        assert_eq!(shop.receive(&event("dispute")), "suspended");
        assert_eq!(shop.license()["status"], "suspended");
        assert_eq!(shop.receive(&event("dispute_won")), "reinstated");
        assert_eq!(shop.license(), minted);
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn a_dispute_that_is_won_fulfills_the_sale_that_it_held_back(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&Ping::sale().with("disputed", "true")), "not minted: disputed");
        assert_eq!(shop.receive(&event("dispute_won")), "accepted");
        assert_eq!(shop.license()["status"], "active");
        assert_eq!(outcomes(&shop), ["ignored", "minted"]);
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn a_product_may_keep_its_license(database: TestDatabase) {
        let keeps = "gumroad: { datatools-core: { tier: core, on_refund: keep, on_dispute: keep } }";
        let shop = Shop::on(&database).selling(keeps).opened();
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("refund")), "noted");
        assert_eq!(shop.receive(&event("dispute")), "noted");
        assert_eq!(shop.license()["status"], "active");
    }

    fn a_refund_of_what_has_no_entry_is_noted_and_decides_the_sale_once_it_has(database: TestDatabase) {
        let shop = Shop::on(&database).selling("gumroad: {}").opened();
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("refund")), "noted");
        shop.builder.mend_catalog("gumroad: { datatools-core: core }");
        shop.fulfillment.reload_catalog().unwrap();
        let first = shop.rows()[0].id;
        shop.fulfillment.replay(&[first], shop.clock.now()).unwrap().remove(0).unwrap();
        assert_eq!(outcomes(&shop), ["ignored", "noted"]);
        assert!(shop.licenses().is_empty());
    }

    fn a_sale_told_again_with_the_right_product_is_minted(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale().with("product_id", "mistyped"));
        assert_eq!(shop.receive(&Ping::sale()), "accepted");
        assert_eq!(shop.license()["product_id"], "datatools-core");
    }
}
