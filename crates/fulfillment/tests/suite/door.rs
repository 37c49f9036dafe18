//! Who gets in, and what of a request goes on record.

use crate::support::{Ping, SECRET, Shop};
use mintmark_fulfillment::{Arrival, ArrivedBody, Proof, Request, Role};
use mintmark_storage::on_both_databases;

const NEW_SECRET: &str = "another-secret, newer";
const SECRETS: &str = "MINTMARK_SOURCES__GUMROAD__SECRETS";

on_both_databases! {
    fn while_a_secret_is_rotated_both_open_the_door(database: TestDatabase) {
        let shop = Shop::on(&database).set("GUMROAD_WEBHOOK_SECRET", NEW_SECRET).opened();
        assert!(shop.admit(SECRET).is_some() && shop.admit(NEW_SECRET).is_some());
        assert!(shop.admit("a-secret-of-nobody").is_none() && shop.admit("").is_none());

        let Shop { fulfillment, builder, .. } = shop;
        drop(fulfillment);
        let shop = builder.set(SECRETS, "").opened();
        assert!(shop.admit(NEW_SECRET).is_some());
        assert!(shop.admit(SECRET).is_none());
    }

    fn a_generated_secret_is_told_once_and_kept(database: TestDatabase) {
        let builder = Shop::on(&database).set(SECRETS, "");
        let first = builder.open(Role::Setup).unwrap();
        let secret = first.made_secret().unwrap().expose().to_owned();
        drop(first);

        let shop = builder.opened();
        assert!(shop.fulfillment.made_secret().is_none());
        assert!(shop.admit(&secret).is_some());
        let shown = mintmark_fulfillment::webhook_secrets(shop.fulfillment.settings()).unwrap();
        assert_eq!(shown.iter().map(|secret| secret.expose()).collect::<Vec<_>>(), [secret]);
    }

    fn an_unknown_source_and_a_source_without_a_door_let_nobody_in(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let query = format!("secret={SECRET}");
        let request = Request { query: Some(&query), headers: &[], body: None };
        let admit = |source| shop.fulfillment.authenticate(source, &request, shop.clock.now());
        assert!(admit("gumroad").is_some());
        assert!(admit("manual").is_none() && admit("stripe").is_none() && admit("").is_none());
        assert_eq!(shop.fulfillment.proof("gumroad"), Some(Proof::BeforeBody));
        assert_eq!(shop.fulfillment.proof("stripe"), None);
    }

    fn the_door_needs_no_database(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.fulfillment.stop();
        let admitted = shop.admit(SECRET).expect("the secret is right");
        assert!(shop.admit("a-secret-of-nobody").is_none());
        let arrival = Arrival { headers: vec![], remote_address: None, body: ArrivedBody::Whole(vec![]) };
        shop.fulfillment.accept(admitted, arrival, shop.clock.now()).wait().unwrap_err();
    }

    fn a_delivery_is_kept_as_it_came_less_its_credentials(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let arrival = Arrival {
            headers: vec![
                header("Authorization", "Basic c3RvcmU6aHVudGVyMg=="),
                header("cookie", "session=hunter2"),
                header("X-Forwarded-Uri", "/webhooks/gumroad?secret=hunter2"),
                header("Content-Type", "application/x-www-form-urlencoded"),
                header("user-agent", "Ruby"),
            ],
            remote_address: Some("203.0.113.7".to_owned()),
            body: ArrivedBody::Whole(Ping::sale().body()),
        };
        let admitted = shop.admit(SECRET).unwrap();
        let delivery = shop.fulfillment.accept(admitted, arrival, shop.clock.now()).wait().unwrap();
        let shown = shop.fulfillment.records().delivery_json(delivery.id).unwrap();
        let kept = [["Content-Type", "application/x-www-form-urlencoded"], ["user-agent", "Ruby"]];
        assert_eq!(shown["headers"], serde_json::json!(kept));
        assert_eq!((&shown["remote_address"], delivery.recorded.body), (&"203.0.113.7".into(), Ping::sale().body()));
        assert_eq!(delivery.recorded.secret_label.as_deref(), Some("primary"));
    }
}
