//! Pruning: what nothing depends on goes, and everything else is as it was.

use crate::support::{Ping, Shop};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::{AuditLog, Error, Flaw, Spare};
use mintmark_storage::{on_both_databases, testing::TestDatabase};

const PRODUCTS: &str = "\
gumroad:
  datatools-core: core
  membership: { tier: pro, expires: subscription }
  mug: { ignore: true }
";
const YEARS: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);

on_both_databases! {
    fn what_nothing_depends_on_is_pruned_and_nothing_else(database: TestDatabase) {
        let shop = told_of_everything(&database);
        let prunable = shop.fulfillment.prunable(long_ago(&shop), shop.clock.now()).unwrap();
        let rows: Vec<(Spare, usize)> = prunable.rows.clone().into_iter().collect();
        assert_eq!(rows, [(Spare::NoSale, 2), (Spare::Ignored, 2), (Spare::ToldAgain, 2)]);
        let (licenses, before) = (shop.licenses(), orders(&shop));
        assert_eq!(shop.fulfillment.prune(&prunable, || shop.clock.now(), |_| {}).unwrap(), 6);
        assert_eq!(shop.licenses(), licenses);
        let gone: Vec<String> = before.into_iter().filter(|order| !orders(&shop).contains(order)).collect();
        assert_eq!(gone, ["button", "ignored", "preorder"]);
        let again = shop.fulfillment.prunable(long_ago(&shop), shop.clock.now()).unwrap();
        assert!(again.is_empty(), "{again:?}");
    }

    fn after_a_prune_everything_that_is_told_leads_where_it_would_have_led(database: TestDatabase) {
        let twins = TestDatabase::sqlite();
        let (shop, twin) = (told_of_everything(&database), told_of_everything(&twins));
        prune(&shop);
        let refund = |order: &str| sale(order).with("resource_name", "refund").with("refunded", "true");
        let later = [
            sale("sold"), sale("refunded-first"), sale("refunded"), sale("ignored").with("product_id", "mug"),
            refund("ignored"), refund("sold"), sale("sold"), refund("last"), sale("button"), sale("preorder"),
            sale("ignored-and-refunded"), sale("unmapped").with("product_id", "datatools-core"),
        ];
        for ping in later {
            assert_eq!(shop.receive(&ping), twin.receive(&ping));
            assert_eq!(standings(&shop), standings(&twin));
        }
    }

    fn a_pruned_log_is_whole_and_still_finds_what_somebody_removes(database: TestDatabase) {
        let shop = told_of_everything(&database);
        prune(&shop);
        let log = AuditLog::open(&shop.builder.settings()).unwrap();
        let inspection = log.verify(&[], |_, _| {}).unwrap();
        assert_eq!((inspection.flaws, inspection.pruned), (vec![], 6));
        let ids: Vec<i64> = shop.rows().iter().map(|row| row.id).collect();
        for id in ids {
            let copy = database.copy_log();
            database.tamper(&format!("DELETE FROM conclusions WHERE delivery_id = {id}"));
            database.tamper(&format!("DELETE FROM deliveries WHERE id = {id}"));
            assert_eq!(log.verify(&[], |_, _| {}).unwrap().flaws.len(), 1, "{id}");
            database.bring_back(&copy);
        }
        for forged in ["last_place = last_place + 1", "first_place = first_place - 1", "link = seal", "chain = 2"] {
            let copy = database.copy_log();
            database.tamper(&format!("UPDATE gaps SET {forged}"));
            assert!(!log.verify(&[], |_, _| {}).unwrap().flaws.is_empty(), "{forged}");
            database.bring_back(&copy);
        }
        database.tamper("DELETE FROM gaps");
        assert!(matches!(log.verify(&[], |_, _| {}).unwrap().flaws[..], [(1, Flaw::Missing { .. })]));
    }

    fn what_is_put_where_pruned_rows_were_is_found(database: TestDatabase) {
        let shop = told_of_everything(&database);
        let log = AuditLog::open(&shop.builder.settings()).unwrap();
        let copy = database.copy_log();
        prune(&shop);
        let pruned: Vec<i64> = (1..=30).filter(|id| !shop.rows().iter().any(|row| row.id == *id)).take(6).collect();
        for id in pruned {
            let whole = database.copy_log();
            database.tamper(&format!("INSERT INTO deliveries SELECT * FROM deliveries_{} WHERE id = {id}", copy.number()));
            database.tamper(&format!("INSERT INTO conclusions SELECT * FROM conclusions_{} WHERE delivery_id = {id}", copy.number()));
            database.tamper(&format!("UPDATE deliveries SET body = salt WHERE id = {id}"));
            assert_eq!(log.verify(&[], |_, _| {}).unwrap().flaws.len(), 1, "{id}");
            database.bring_back(&whole);
        }
    }

    fn a_log_that_is_not_whole_is_not_pruned(database: TestDatabase) {
        let shop = told_of_everything(&database);
        database.tamper("UPDATE deliveries SET body = salt WHERE id = 1");
        let refused = shop.fulfillment.prunable(long_ago(&shop), shop.clock.now());
        assert!(matches!(refused, Err(Error::BrokenLog(words)) if words.starts_with("row 1 was altered")));
    }

    fn nothing_younger_is_pruned(database: TestDatabase) {
        let shop = told_of_everything(&database);
        let ages = shop.clock.now() - YEARS - SignedDuration::from_hours(1);
        assert!(shop.fulfillment.prunable(ages, shop.clock.now()).unwrap().is_empty());
    }
}

/// Three years ago: one delivery of each kind, and of some more.
fn told_of_everything(database: &TestDatabase) -> Shop {
    let shop = Shop::on(database).with_known_keys().selling(PRODUCTS).opened();
    let told = [
        sale("sold"),
        sale("sold"),
        sale("sold"),
        sale("button").without("resource_name").with("test", "true"),
        sale("preorder").with("is_preorder_authorization", "true"),
        sale("ignored").with("product_id", "mug"),
        sale("ignored").with("product_id", "mug"),
        sale("ignored-and-refunded").with("product_id", "mug"),
        sale("ignored-and-refunded").with("resource_name", "refund").with("refunded", "true"),
        sale("refunded"),
        sale("refunded").with("resource_name", "refund").with("refunded", "true"),
        sale("refunded-first").with("resource_name", "refund").with("refunded", "true"),
        sale("unmapped").with("product_id", "nothing"),
        sale("held").with("custom_fields[email]", "ada@example.com"),
        sale("last"),
    ];
    for ping in told {
        shop.receive(&ping);
    }
    shop.clock.advance(YEARS);
    shop
}

fn prune(shop: &Shop) {
    let prunable = shop.fulfillment.prunable(long_ago(shop), shop.clock.now()).unwrap();
    shop.fulfillment.prune(&prunable, || shop.clock.now(), |_| {}).unwrap();
}

fn long_ago(shop: &Shop) -> Timestamp {
    shop.clock.now() - SignedDuration::from_hours(24 * 365)
}

/// Each license with its state.
fn standings(shop: &Shop) -> Vec<Vec<String>> {
    let fields = ["source_order_id", "status", "seq", "key", "blob", "origin", "email"];
    let of = |license: &serde_json::Value| fields.map(|field| license[field].to_string()).to_vec();
    shop.licenses().iter().map(of).collect()
}

fn sale(order: &str) -> Ping {
    Ping::sale().with("sale_id", order)
}

/// The orders of which there is a delivery, each once.
fn orders(shop: &Shop) -> Vec<String> {
    let mut orders: Vec<String> = shop.rows().into_iter().filter_map(|row| row.order_id).collect();
    orders.sort();
    orders.dedup();
    orders
}
