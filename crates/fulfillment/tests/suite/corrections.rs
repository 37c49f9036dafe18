//! Rows that a person has to look at: corrected once, or dismissed for good.

use crate::support::{Ping, Shop};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mintmark_fulfillment::{AuditRow, Error, Operator, Outcome, Replayed};
use mintmark_storage::on_both_databases;
use std::collections::BTreeMap;

fn grace() -> Operator {
    Operator { name: "grace".to_owned(), why: Some("looked it up in Gumroad".to_owned()) }
}

fn correct(shop: &Shop, id: i64, set: &[(&str, &str)]) -> Result<AuditRow, Error> {
    let set: BTreeMap<String, String> =
        set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    shop.fulfillment.correct(id, &set, &grace(), shop.clock.now())
}

/// The buyer typed an address into a field that the seller has named like Gumroad's own.
fn overwritten() -> Ping {
    Ping::sale().with("email", "typed@example.com").with("custom_fields[email]", "typed@example.com")
}

fn replay(shop: &Shop, id: i64) -> Replayed {
    shop.fulfillment.replay(&[id], shop.clock.now()).unwrap().remove(0).unwrap().0
}

on_both_databases! {
    fn a_row_that_a_custom_field_made_unbelievable_is_corrected_and_mints_once(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&overwritten()), "not minted: custom field overwrites email");
        let before = shop.fulfillment.records().delivery_json(1).unwrap();
        let row = correct(&shop, 1, &[("email", "ada@example.com")]).unwrap();
        assert_eq!((row.id, row.outcome, row.kind.as_str()), (2, Some(Outcome::Minted), "sale"));
        assert_eq!(shop.license()["email"], "ada@example.com");
        assert_eq!(shop.license()["source_order_id"], "sale-1");

        let after = shop.fulfillment.records().delivery_json(1).unwrap();
        assert_eq!([&after["body"], &after["order"]], [&before["body"], &before["order"]]);
        assert_eq!([&after["processed"], &after["outcome"]], [&true.into(), &serde_json::json!("noted")]);
        assert_eq!([&after["reason"], &after["license_key"]], [&"corrected by delivery 2".into(), &shop.license()["key"]]);
        assert_eq!(after["attempts"].as_array().unwrap().len(), 2);

        assert_eq!([replay(&shop, 1), replay(&shop, 2)], [Replayed::NothingToDo; 2]);
        assert!(matches!(correct(&shop, 1, &[("email", "bob@example.com")]).unwrap_err(), Error::Settled { id: 1 }));
        assert_eq!(shop.receive(&overwritten()), "not minted: custom field overwrites email");
        assert_eq!(correct(&shop, 3, &[("email", "ada@example.com")]).unwrap().outcome, Some(Outcome::Found));
        assert_eq!(shop.licenses().len(), 1);
    }

    fn the_value_that_the_buyer_typed_may_be_the_right_one(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&overwritten());
        correct(&shop, 1, &[("email", "typed@example.com")]).unwrap();
        assert_eq!(shop.license()["email"], "typed@example.com");
    }

    fn a_field_that_is_missing_or_came_twice_is_set(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let twice = [Ping::sale().body(), b"&price=1".to_vec()].concat();
        assert_eq!(shop.receive(&Ping::raw("application/x-www-form-urlencoded", twice)), "not minted: field sent twice: price");
        correct(&shop, 1, &[("price", "4900")]).unwrap();
        let other = Ping::sale().with("sale_id", "sale-2").without("email");
        assert_eq!(shop.receive(&other), "not minted: missing field: email");
        correct(&shop, 3, &[("email", "ada@example.com")]).unwrap();
        assert_eq!(shop.licenses().len(), 2);
    }

    fn what_would_still_be_unbelievable_is_not_recorded(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&overwritten().with("quantity", "7").with("custom_fields[quantity]", "7"));
        let reason = |set: &[(&str, &str)]| correct(&shop, 1, set).unwrap_err().to_string();
        assert_eq!(reason(&[("email", "ada@example.com")]), "row 1 is not corrected: custom field overwrites quantity");
        assert!(reason(&[("emial", "ada@example.com")]).contains("emial is no field that can be set; these are: email,"));
        assert!(reason(&[("email", "ada@example.com"), ("quantity", "0")]).contains("quantity is not a whole number above zero"));
        assert!(matches!(correct(&shop, 9, &[]).unwrap_err(), Error::NotFound { .. }));
        assert_eq!((shop.rows().len(), shop.row().outcome), (1, Some(Outcome::Held)));
    }

    fn a_correction_of_an_unmapped_product_waits_on_its_own_row(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&overwritten().with("product_id", "new"));
        let row = correct(&shop, 1, &[("email", "ada@example.com")]).unwrap();
        assert!(!row.processed && shop.rows()[0].processed);
        let again = correct(&shop, 2, &[("product_id", "datatools-core")]).unwrap();
        assert_eq!((again.id, again.outcome), (3, Some(Outcome::Minted)));
        assert_eq!(shop.license()["email"], "ada@example.com");
    }

    fn a_row_that_was_dismissed_stays_so_until_that_is_taken_back(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let unmapped = Ping::sale().with("product_id", "new");
        shop.receive(&unmapped);
        let row = shop.fulfillment.dismiss(1, &grace(), shop.clock.now()).unwrap();
        assert_eq!((row.processed, row.outcome, row.error.clone()), (true, Some(Outcome::Ignored), None));
        assert_eq!(row.reason.as_deref(), Some("dismissed by grace: looked it up in Gumroad"));
        assert!(matches!(shop.fulfillment.dismiss(1, &grace(), shop.clock.now()).unwrap_err(), Error::Settled { id: 1 }));

        shop.builder.mend_catalog("gumroad:\n  new: core\n");
        shop.fulfillment.reload_catalog().unwrap();
        assert_eq!(replay(&shop, 1), Replayed::NothingToDo);
        // What else is told of the order does not bring it back either.
        let won = unmapped.with("resource_name", "dispute_won").with("disputed", "true").with("dispute_won", "true");
        assert_eq!(shop.receive(&won), "noted");
        assert!(shop.licenses().is_empty());

        let undone = shop.fulfillment.undo_dismissal(1, &grace(), shop.clock.now()).unwrap();
        assert_eq!((undone.outcome, undone.attempts), (Some(Outcome::Minted), 4));
        assert!(matches!(
            shop.fulfillment.undo_dismissal(1, &grace(), shop.clock.now()).unwrap_err(),
            Error::NotDismissed { id: 1 }
        ));
        let attempts = shop.fulfillment.records().delivery_json(1).unwrap()["attempts"].clone();
        assert_eq!(attempts[2]["reason"], "not dismissed any more, by grace: looked it up in Gumroad");
    }

    fn nobody_who_can_send_a_webhook_can_correct(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&overwritten());
        correct(&shop, 1, &[("email", "ada@example.com")]).unwrap();
        let shown = shop.fulfillment.records().delivery_json(2).unwrap();
        let content_type = shown["content_type"].as_str().unwrap();
        assert_eq!(content_type, "application/vnd.mintmark.correction+json");
        let forged = STANDARD.decode(shown["body"].as_str().unwrap()).unwrap();
        assert!(shop.receive(&Ping::raw(content_type, forged)).starts_with("not minted: missing field"));
    }
}
