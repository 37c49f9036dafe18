//! The story of a sale: one license, one letter, one processed row.

use crate::support::{Ping, Shop};
use mintmark_fulfillment::{Outcome, Replayed};
use mintmark_storage::on_both_databases;
use serde_json::Value;

on_both_databases! {
    fn a_sale_becomes_a_license_with_a_letter(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.receive(&Ping::fixture("sale-plain.form")), "accepted");

        let license = shop.license();
        assert!(license["key"].as_str().unwrap().starts_with("DT1-CORE-"));
        assert!(license["blob"].as_str().unwrap().starts_with("DTLIC2:"));
        for (field, value) in [("source", "gumroad"), ("email", "ada@example.com"), ("tier", "core")] {
            assert_eq!(license[field], value);
        }
        assert_eq!(shop.proved().licensee(), Some("ada"));

        let row = shop.row();
        assert_eq!((row.processed, row.outcome, row.error.clone()), (true, Some(Outcome::Minted), None));
        assert_eq!(row.license_key.as_deref(), license["key"].as_str());

        let letters = shop.postbox.memory.letters();
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["ada@example.com"]);
        assert!(letters[0].content.text.lines().any(|line| license["blob"] == line));
    }

    fn a_sale_that_is_told_again_finds_its_license(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        for body in ["sale-plain.form", "sale-plain.form", "sale-plain-retry-1.form"] {
            assert_eq!(shop.receive(&Ping::fixture(body)), "accepted");
        }
        let outcomes: Vec<_> = shop.rows().into_iter().map(|row| row.outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Minted), Some(Outcome::Found), Some(Outcome::Found)]);
        shop.license();
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn an_unmapped_product_waits_for_its_entry(database: TestDatabase) {
        let shop = Shop::on(&database).selling("gumroad: {}").opened();
        let path = shop.builder.settings().products_file.path().display().to_string();
        let reason = format!("no entry in config/products.yaml: gumroad/datatools-core (read from {path})");
        assert_eq!(shop.receive(&Ping::sale()), format!("not minted: {reason}"));
        let row = shop.row();
        assert_eq!((row.processed, row.outcome, row.error), (false, None, Some(reason)));
        assert_eq!(shop.licenses(), Vec::<Value>::new());

        assert_eq!(shop.replay(), Replayed::FailedAgain);
        shop.builder.mend_catalog("gumroad: { datatools-core: core }");
        shop.fulfillment.reload_catalog().unwrap();
        assert_eq!(shop.replay(), Replayed::Fulfilled);
        assert_eq!(shop.replay(), Replayed::NothingToDo);
        let row = shop.row();
        assert_eq!((row.processed, row.outcome, row.error), (true, Some(Outcome::Minted), None));
        assert_eq!(row.attempts, 3);
        shop.license();
    }

    fn a_sale_that_is_told_by_many_at_once_gets_one_license(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let ping = Ping::sale();
        std::thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| shop.receive(&ping));
            }
        });
        let rows = shop.rows();
        assert_eq!(rows.len(), 200);
        assert!(rows.iter().all(|row| row.processed && row.error.is_none()));
        assert_eq!(rows.iter().filter(|row| row.outcome == Some(Outcome::Minted)).count(), 1);
        shop.license();
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }
}
