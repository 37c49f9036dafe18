//! Licenses of another system: taken over once, with keys that go on working.

use crate::revoking::published;
use crate::support::{Ping, Shop};
use mintmark_fulfillment::{Existing, Fitness, Mail, Operator, Outcome, Refreshed, Ruling, Takeover};
use mintmark_storage::on_both_databases;

const KEY: &str = "6F0E4C97-B72A4E69-A11BF6C4-AF6517E7";

fn takeover() -> Takeover {
    let existing = Existing {
        order_id: "sale-1".to_owned(),
        product_id: "datatools-core".to_owned(),
        email: "ada@example.com".to_owned(),
        name: None,
        key: Some(KEY.to_owned()),
        seats: None,
        issued_at: "2024-05-06T00:00:00Z".parse().unwrap(),
        expires_at: Some("2031-01-01T00:00:00Z".parse().unwrap()),
        mail: Mail::AsUsual,
    };
    Takeover { source: "gumroad".to_owned(), existing, ruling: None }
}

fn grace() -> Operator {
    Operator { name: "grace".to_owned(), why: Some("leaked".to_owned()) }
}

fn take_over(shop: &Shop) -> Option<Outcome> {
    shop.fulfillment.take_over(&takeover(), &grace(), shop.clock.now()).unwrap().outcome
}

fn fitness(shop: &Shop, takeover: Takeover) -> Fitness {
    shop.fulfillment.check_takeovers(&[takeover]).unwrap().remove(0)
}

on_both_databases! {
    fn a_foreign_key_is_kept_and_fetches_a_blob_of_ours(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!((fitness(&shop, takeover()), take_over(&shop)), (Fitness::New, Some(Outcome::Minted)));
        let license = shop.license();
        assert_eq!([&license["key"], &license["origin"], &license["source"]], [KEY, "import", "gumroad"]);
        assert_eq!([&license["expires_at"], &license["issued_at"]], ["2031-01-01T00:00:00Z", "2024-05-06T00:00:00Z"]);
        assert_eq!((shop.letters().len(), shop.postbox.memory.attempts()), (0, 0));
        let fresh = shop.fulfillment.refresh(&format!(" {KEY}\n")).unwrap();
        assert!(matches!(fresh, Refreshed::Found(fresh) if license["blob"] == fresh.blob));
        assert!(matches!(shop.fulfillment.refresh("6F0E4C97").unwrap(), Refreshed::Unreadable(_)));
        shop.proved();

        assert_eq!((fitness(&shop, takeover()), take_over(&shop)), (Fitness::There, Some(Outcome::Found)));
        assert_eq!(shop.license(), license);
    }

    fn what_the_store_tells_later_counts_and_the_key_stays_until_it_is_rotated(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        take_over(&shop);
        let old = shop.proved();
        shop.receive(&Ping::sale());
        assert_eq!((shop.license()["key"].as_str(), shop.licenses().len()), (Some(KEY), 1));
        assert_eq!(shop.receive(&Ping::sale().with("resource_name", "refund").with("refunded", "true")), "revoked");

        let license = shop.fulfillment.records().licenses_named(KEY).unwrap();
        let decide = |ruling| {
            shop.fulfillment.decide_upon(&license, ruling, Mail::AsUsual, &grace(), shop.clock.now()).unwrap();
        };
        decide(Ruling::Reinstate);
        decide(Ruling::RotateKey);
        assert!(shop.license()["key"].as_str().unwrap().starts_with("DT1-CORE-"));
        assert!(matches!(shop.fulfillment.refresh(KEY).unwrap(), Refreshed::Unreadable(_)));
        assert!(published(&shop.fulfillment, shop.clock.now()).revokes(&old));
    }

    fn what_cannot_be_taken_over_says_why(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        take_over(&shop);
        let reason = |change: &dyn Fn(&mut Takeover)| {
            let mut other = takeover();
            other.existing.order_id = "sale-2".to_owned();
            change(&mut other);
            match fitness(&shop, other) {
                Fitness::Unfit(reason) => reason,
                fit => panic!("{fit:?}"),
            }
        };
        assert_eq!(reason(&|_| ()), "another license has its key");
        let ours = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX";
        assert_eq!(reason(&|one| one.existing.key = Some(ours.to_owned())), "its key has the form of our own keys");
        assert_eq!(reason(&|one| one.source = "paddle".to_owned()), "there is no source paddle");
        assert!(reason(&|one| one.existing.product_id = "none".to_owned()).starts_with("no entry in config/products.yaml"));
        assert!(reason(&|one| one.existing.seats = Some(0)).contains("seats is not a whole number above zero"));
    }

    fn nobody_who_can_send_a_webhook_can_import(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let told = shop.receive(&Ping::raw(Existing::CONTENT_TYPE, takeover().existing.to_body()));
        assert!(told.starts_with("not minted: missing field"), "{told}");
        assert!(shop.licenses().is_empty());
    }
}
