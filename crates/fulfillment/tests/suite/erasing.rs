//! Erasing a person: they are nowhere, nothing brings them back, and what is left is proved.

use crate::support::{Ping, Shop, ping_of, sold};
use jiff::SignedDuration;
use mintmark_adapters::testing::with;
use mintmark_fulfillment::{AuditLog, Erased};
use mintmark_storage::{DatabaseUrl, on_both_databases, testing::TestDatabase};
use serde_json::json;

const ADDRESS: &str = "Ada.Quixote@example.com";
const NAME: &str = "Ada Quixote-Lovelace";
const PRODUCTS: &str = "gumroad:\n  datatools-core: core\n  mug: { ignore: true }\n";

on_both_databases! {
    fn a_person_who_was_erased_is_nowhere_in_the_database(database: TestDatabase) {
        let shop = with_a_customer(&database);
        assert!(holds(&database, "quixote") && holds(&database, NAME), "there is something to look for");
        let erased = erase(&shop);
        assert_eq!((erased.licenses, erased.orders, erased.failed.len()), (2, 5, 0));
        assert!(!holds(&database, "quixote"), "the address");
        assert!(!holds(&database, NAME), "the name");
        assert!(shop.fulfillment.erasable(ADDRESS).unwrap().is_empty());
        assert_eq!(erase(&shop), Erased::default(), "a second time there is nothing to do");
    }

    fn the_log_is_whole_afterwards_and_the_license_verifies(database: TestDatabase) {
        let shop = with_a_customer(&database);
        let seq = license(&shop, "bought")["seq"].as_i64().unwrap();
        erase(&shop);
        let log = AuditLog::open(&shop.builder.settings()).unwrap();
        assert_eq!(log.verify(&[], |_, _| {}).unwrap().flaws, []);
        let license = license(&shop, "bought");
        assert_eq!((license["email"].as_str(), license["name"].as_str()), (Some(""), Some("")));
        assert_eq!((license["status"].as_str(), license["seq"].as_i64()), (Some("active"), Some(seq + 1)));
        let ring = mintmark_licensing::Keyring::new([shop.fulfillment.public_key()]).unwrap();
        let verifier = mintmark_licensing::Verifier::new(&ring, "DT1".parse().unwrap());
        let proved = verifier.verify(license["blob"].as_str().unwrap()).unwrap();
        assert_eq!((proved.id().to_string().as_str(), proved.licensee()), (license["id"].as_str().unwrap(), None));
    }

    fn an_erased_row_proves_itself_and_what_is_made_of_it_is_found(database: TestDatabase) {
        let shop = with_a_customer(&database);
        erase(&shop);
        let log = AuditLog::open(&shop.builder.settings()).unwrap();
        for tampered in [
            "body = link", "headers = '[1]'", "remote_address = '203.0.113.9'", "salt = link", "erased = link",
            "erased = NULL", "received_at = received_at + 1", "secret_label = 'other'",
        ] {
            let copy = database.copy_log();
            database.tamper(&format!("UPDATE deliveries SET {tampered} WHERE id = 1"));
            assert_eq!(log.verify(&[], |_, _| {}).unwrap().flaws.len(), 1, "{tampered}");
            database.bring_back(&copy);
        }
    }

    fn what_is_told_of_them_later_mints_nothing_mails_nobody_and_is_emptied(database: TestDatabase) {
        let shop = with_a_customer(&database);
        erase(&shop);
        let (letters, licenses) = (shop.postbox.texts().len(), shop.licenses());
        for (order, product) in [("bought", "datatools-core"), ("unmapped", "datatools-core"), ("bought-too", "datatools-core")] {
            let told = shop.receive(&by_the_customer(order).with("product_id", product));
            assert_eq!(told, "not minted: erased", "{order}");
        }
        shop.receive(&by_the_customer("bought").with("resource_name", "refund").with("refunded", "true"));
        shop.clock.advance(SignedDuration::from_hours(1));
        assert_eq!((shop.postbox.texts().len(), shop.licenses()), (letters, licenses));
        assert!(shop.fulfillment.erasable(ADDRESS).unwrap().is_empty(), "each is emptied as it is concluded");
        let log = AuditLog::open(&shop.builder.settings()).unwrap();
        assert_eq!(log.verify(&[], |_, _| {}).unwrap().flaws, []);
        assert!(shop.rows().iter().all(|row| row.processed || row.order_id.as_deref() == Some("others-unmapped")));
    }

    fn others_are_left_as_they_are(database: TestDatabase) {
        let shop = with_a_customer(&database);
        let before = license(&shop, "others");
        erase(&shop);
        assert_eq!(license(&shop, "others"), before);
        assert_eq!(shop.receive(&sale("others")), "accepted");
    }

    fn the_store_s_own_records_do_not_bring_them_back(database: TestDatabase) {
        let (shop, double) = Shop::beside_a_store(&database);
        let records = [sold(1, 5), sold(2, 4), with(sold(3, 3), "email", json!("buyer-1@example.com"))];
        shop.receive_all(&[ping_of(&records[0]), ping_of(&records[1])]);
        let found = shop.fulfillment.erasable("buyer-1@example.com").unwrap();
        shop.fulfillment.erase(found, "maintainer", None, || shop.clock.now()).unwrap();
        let shop = shop.given_a_token(&double);
        records.into_iter().for_each(|record| double.sell(record));
        double.change("sale-1==", "refunded", json!(true));
        let report = shop.reconcile();
        // A sale of which nobody knew is another order: they are told of it, and erased again if they ask.
        assert_eq!((report.listed, report.known, report.missed, report.changed), (3, 2, 1, 0));
        let rows = shop.rows().len();
        assert_eq!((shop.reconcile().missed, shop.rows().len()), (0, rows));
        assert!(shop.licenses().iter().all(|license| license["source_order_id"] != "sale-1==" || license["email"] == ""));
    }

    fn a_letter_that_waits_is_not_sent(database: TestDatabase) {
        let shop = Shop::on(&database).selling(PRODUCTS).opened();
        // Nobody has sent it yet.
        let delivery = shop.record(&by_the_customer("bought"));
        pollster::block_on(shop.fulfillment.fulfill(&delivery, shop.clock.now())).unwrap();
        let erased = erase(&shop);
        assert_eq!(erased.licenses, 1);
        shop.clock.advance(SignedDuration::from_hours(2));
        assert_eq!((shop.license()["letter"].as_str(), shop.postbox.texts().len()), (Some("held"), 0));
        assert!(!holds(&database, "quixote"));
    }
}

/// Two sales, one that failed, one that was held, an ignored one, and those of somebody else.
fn with_a_customer(database: &TestDatabase) -> Shop {
    let shop = Shop::on(database).selling(PRODUCTS).opened();
    for ping in [
        by_the_customer("bought"),
        sale("others"),
        by_the_customer("bought"),
        by_the_customer("bought-too").with("custom_fields[Company]", "Quixote & Sons"),
        by_the_customer("unmapped").with("product_id", "nothing"),
        by_the_customer("held").with("custom_fields[email]", ADDRESS),
        by_the_customer("ignored").with("product_id", "mug"),
        sale("others-unmapped").with("product_id", "nothing"),
    ] {
        shop.receive(&ping);
    }
    shop
}

fn erase(shop: &Shop) -> Erased {
    let found = shop.fulfillment.erasable(ADDRESS).unwrap();
    shop.fulfillment.erase(found, "maintainer", Some("asked by letter"), || shop.clock.now()).unwrap()
}

fn sale(order: &str) -> Ping {
    Ping::sale().with("sale_id", order)
}

fn by_the_customer(order: &str) -> Ping {
    sale(order).with("email", ADDRESS).with("full_name", NAME)
}

fn license(shop: &Shop, order: &str) -> serde_json::Value {
    shop.licenses().into_iter().find(|license| license["source_order_id"] == order).unwrap()
}

/// Whether a text is anywhere: in the files of SQLite, or in what a dump of PostgreSQL would say.
fn holds(database: &TestDatabase, text: &str) -> bool {
    let text = text.to_lowercase();
    match &database.url {
        DatabaseUrl::Sqlite(path) => ["", "-wal", "-shm"].iter().any(|ending| {
            let file = format!("{}{ending}", path.display());
            let bytes = std::fs::read(file).unwrap_or_default().to_ascii_lowercase();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        }),
        DatabaseUrl::Postgres(_) => {
            let dump = database.dump().to_lowercase();
            let escaped: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            dump.contains(&text) || dump.contains(&escaped)
        }
    }
}
