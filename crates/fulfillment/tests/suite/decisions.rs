//! What the operator decides: facts of the order like any other, and nobody else's to tell.

use crate::revoking::published;
use crate::support::{Ping, Shop};
use jiff::SignedDuration;
use mintmark_fulfillment::{AuditRow, Decision, Fulfilled, Mail, Mode, Outcome, Refreshed, Ruling};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;

/// The operator decides a minute later.
fn decide(shop: &Shop, decision: Decision) -> (Fulfilled, AuditRow) {
    shop.clock.advance(SignedDuration::from_secs(60));
    let decision = Decision { at: shop.clock.now(), ..decision };
    shop.fulfillment.decide("gumroad", &decision, shop.clock.now()).unwrap()
}

fn outcome(shop: &Shop, ruling: Ruling) -> &'static str {
    decide(shop, about_all(shop, ruling)).1.outcome.unwrap().as_str()
}

fn about_all(shop: &Shop, ruling: Ruling) -> Decision {
    Decision {
        decision: ruling,
        order_id: "sale-1".to_owned(),
        mode: Mode::Live,
        item: None,
        by: "grace".to_owned(),
        why: Some("the key was posted in a forum".to_owned()),
        at: shop.clock.now(),
        mail: Mail::AsUsual,
    }
}

fn refund() -> Ping {
    Ping::sale().with("resource_name", "refund").with("refunded", "true")
}

fn history(shop: &Shop) -> Vec<(String, String)> {
    let license = &shop.fulfillment.records().licenses_named("sale-1").unwrap()[0];
    let story = shop.fulfillment.records().license_story_json(license).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = story["history"].as_array().unwrap().iter();
    events.map(|event| (text(&event["event"]), text(&event["detail"]))).collect()
}

fn three_keys(database: &TestDatabase) -> Shop {
    let shop =
        Shop::on(database).selling("gumroad:\n  datatools-core: { tier: core, keys: quantity }\n").opened();
    shop.receive(&Ping::sale().with("quantity", "3"));
    shop
}

on_both_databases! {
    fn what_is_decided_overrules_the_store_and_says_who_and_why(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let (told, row) = decide(&shop, about_all(&shop, Ruling::Revoke));
        assert_eq!(told, Fulfilled::Changed { outcome: Outcome::Revoked, license_key: None });
        let shown = shop.fulfillment.records().delivery_json(row.id).unwrap();
        let seen = ["source", "origin", "kind", "mode", "order_id"].map(|name| shown[name].as_str().unwrap());
        assert_eq!(seen, ["gumroad", "manual", "decision", "live", "sale-1"]);
        assert_eq!(row.reason.as_deref(), Some("revoke, by grace: the key was posted in a forum"));
        assert_eq!(shown["order"]["by"], "grace");
        let by_grace = "by grace: the key was posted in a forum".to_owned();
        assert_eq!(history(&shop)[1], ("revoked".to_owned(), by_grace));

        assert_eq!(shop.receive(&Ping::sale()), "not minted: revoked by the operator");
        assert_eq!(outcome(&shop, Ruling::Suspend), "suspended");
        assert_eq!(outcome(&shop, Ruling::Reinstate), "reinstated");
        assert_eq!(outcome(&shop, Ruling::Reinstate), "noted");
        assert_eq!(shop.license()["status"], "active");
    }

    fn a_license_that_is_reinstated_runs_although_it_was_refunded_and_not_after_the_next_dispute(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        shop.receive(&refund());
        assert_eq!(outcome(&shop, Ruling::Reinstate), "reinstated");
        shop.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(shop.receive(&refund()), "noted");
        let dispute = Ping::sale().with("resource_name", "dispute").with("disputed", "true");
        assert_eq!(shop.receive(&dispute), "suspended");
    }

    fn a_decision_about_an_order_that_is_not_sold_yet_counts_when_it_is(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(outcome(&shop, Ruling::Revoke), "noted");
        assert_eq!(shop.receive(&Ping::sale()), "not minted: revoked by the operator");
        assert_eq!((shop.licenses().len(), shop.postbox.memory.attempts()), (0, 0));
        assert_eq!(outcome(&shop, Ruling::Reinstate), "minted");
    }

    fn an_order_that_was_erased_gets_nothing_whatever_else_is_told(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(outcome(&shop, Ruling::Erase), "noted");
        for (ping, told) in [(Ping::sale(), "not minted: erased"), (refund(), "noted")] {
            assert_eq!(shop.receive(&ping), told);
            assert!(shop.row().processed && shop.row().error.is_none());
        }
        assert_eq!(outcome(&shop, Ruling::Reinstate), "noted");
        assert_eq!((shop.licenses().len(), shop.postbox.memory.attempts()), (0, 0));
    }

    fn a_blob_is_issued_again_each_time_it_is_asked_for(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let first = shop.license();
        for seq in [2, 3] {
            assert_eq!(outcome(&shop, Ruling::Reissue), "updated");
            let license = shop.license();
            assert_eq!((license["seq"].as_i64(), &license["key"]), (Some(seq), &first["key"]));
            assert_eq!((shop.proved().seq(), history(&shop).pop().unwrap().0), (seq.unsigned_abs(), "reissued".to_owned()));
        }
        let list = published(&shop.fulfillment, shop.clock.now());
        assert_eq!((list.license_count(), shop.postbox.memory.attempts()), (0, 1));
    }

    fn a_key_that_is_rotated_is_dead_and_so_is_the_blob_made_with_it(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let (leaked, old) = (shop.license(), shop.proved());
        assert_eq!(outcome(&shop, Ruling::RotateKey), "updated");
        let (license, new) = (shop.license(), shop.proved());
        assert_ne!(license["key"], leaked["key"]);
        assert_eq!((&license["id"], license["seq"].as_i64()), (&leaked["id"], Some(2)));
        let refresh = |license: &Value| shop.fulfillment.refresh(license["key"].as_str().unwrap()).unwrap();
        assert_eq!(refresh(&leaked), Refreshed::Unknown);
        assert!(matches!(refresh(&license), Refreshed::Found(fresh) if license["blob"] == fresh.blob));
        let list = published(&shop.fulfillment, shop.clock.now());
        assert_eq!((list.revokes(&old), list.revokes(&new)), (true, false));
        assert_eq!(history(&shop).pop().unwrap().0, "key_rotated");

        // Nothing that is told later brings the old key back, and each rotation makes another one.
        assert_eq!(shop.receive(&Ping::sale()), "accepted");
        assert_eq!(shop.license(), license);
        assert_eq!(outcome(&shop, Ruling::RotateKey), "updated");
        let keys = [&leaked["key"], &license["key"], &shop.license()["key"]].map(Value::to_string);
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    }

    fn a_decision_about_one_key_of_several_leaves_the_others_alone(database: TestDatabase) {
        let shop = three_keys(&database);
        let before = shop.licenses();
        let rotated = decide(&shop, Decision { item: Some(1), ..about_all(&shop, Ruling::RotateKey) }).1;
        let after = shop.licenses();
        assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
        assert_eq!(rotated.license_key.as_deref(), after[1]["key"].as_str());
        decide(&shop, Decision { item: Some(2), ..about_all(&shop, Ruling::Revoke) });
        let statuses = || shop.licenses().iter().map(|one| one["status"].to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(statuses(), r#""active" "active" "revoked""#);
        assert_eq!(outcome(&shop, Ruling::Suspend), "suspended");
        assert_eq!(statuses(), r#""suspended" "suspended" "suspended""#);
    }

    fn the_buyer_is_written_to_if_the_operator_says_so(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let rulings = [Ruling::RotateKey, Ruling::Revoke, Ruling::Reinstate, Ruling::Suspend];
        for (ruling, letters) in rulings.into_iter().zip(2..) {
            decide(&shop, Decision { mail: Mail::Send, ..about_all(&shop, ruling) });
            shop.postbox.wait_for(letters);
        }
        let kinds: Vec<Value> = shop.letters().iter().map(|letter| letter["kind"].clone()).collect();
        assert_eq!(kinds, ["license", "license", "revocation", "license", "suspension"]);
        assert!(shop.postbox.texts()[1].contains(shop.license()["key"].as_str().unwrap()));
        outcome(&shop, Ruling::Revoke);
        assert_eq!(shop.letters().len(), 5);
    }

    fn nobody_who_can_send_a_webhook_can_decide(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let before = shop.license();
        let forged = about_all(&shop, Ruling::Revoke).to_body();
        for content_type in [Decision::CONTENT_TYPE, "application/vnd.mintmark.decision+json; charset=utf-8"] {
            let told = shop.receive(&Ping::raw(content_type, forged.clone()));
            assert!(told.starts_with("not minted: missing field"), "{told}");
            let shown = shop.fulfillment.records().delivery_json(shop.row().id).unwrap();
            assert_eq!([&shown["kind"], &shown["origin"]], ["sale", "ping"]);
        }
        assert_eq!(shop.license(), before);
        assert_eq!(shop.receive(&Ping::sale()), "accepted");
    }
}
