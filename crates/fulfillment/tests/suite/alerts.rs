//! What the operator is told, by which ways, and how often.

use crate::support::{Hook, Ping, Shop, ShopBuilder, trouble};
use jiff::SignedDuration;
use mintmark_fulfillment::{Operator, Role};
use mintmark_mail::{Channels, FailureClass, Memory};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;

const QUARTER: SignedDuration = SignedDuration::from_mins(15);

on_both_databases! {
    fn a_burst_of_five_hundred_failures_is_one_digest_whoever_looks(database: TestDatabase) {
        let (shop, mail, hook) = shop(&database);
        shop.receive_all(&unmapped(500));
        look(&shop, &mail);
        assert_eq!(subjects(&mail), ["Mintmark: 500 deliveries failed"]);
        let told = hook.told();
        assert_eq!((told.len(), &told[0]["alerts"][0]["count"]), (1, &500.into()));
        assert_eq!(told[0]["alerts"][0]["command"], format!("mintmark-replay show {}", shop.row().id));

        shop.receive(&Ping::sale().with("sale_id", "one-more").with("product_id", "unmapped"));
        for _ in 0..3 {
            shop.clock.advance(QUARTER);
            look(&shop, &mail);
        }
        let second = shop.builder.open(Role::Tool).unwrap();
        second.look_out_with(Channels::only(Box::new(mail.clone())), shop.clock.now()).unwrap();
        let shop = shop.restarted();
        look(&shop, &mail);
        assert_eq!((mail.letters().len(), hook.told().len()), (1, 1), "one more of 500 is no news");

        shop.clock.advance(SignedDuration::from_hours(24));
        look(&shop, &mail);
        assert_eq!(subjects(&mail)[1], "Mintmark: 501 deliveries failed", "it lasts for a day");
    }

    fn what_is_mended_is_told_to_be_over_once(database: TestDatabase) {
        let (shop, mail, hook) = shop(&database);
        shop.receive(&unmapped(1)[0]);
        look(&shop, &mail);
        shop.builder.mend_catalog("gumroad:\n  unmapped: core\n");
        shop.fulfillment.reload_catalog().unwrap();
        shop.replay();
        look(&shop, &mail);
        assert_eq!(mail.letters().len(), 1, "a digest waits for its time");
        shop.clock.advance(SignedDuration::from_mins(1));
        shop.letter_once("accepted");
        for _ in 0..3 {
            shop.clock.advance(QUARTER);
            look(&shop, &mail);
        }
        assert_eq!(subjects(&mail), ["Mintmark: 1 delivery failed", "Mintmark: over: 1 delivery failed"]);
        assert_eq!(hook.told()[1]["over"][0]["kind"], "delivery_failed");
        assert_eq!(hook.told().len(), 2);
    }

    fn where_mail_is_broken_the_webhook_tells_and_mail_follows_when_it_is_mended(database: TestDatabase) {
        let (shop, mail, hook) = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Configuration));
        shop.receive(&Ping::sale());
        mail.fail(trouble(FailureClass::Configuration));
        look(&shop, &mail);
        let told = hook.told();
        assert_eq!((told.len(), &told[0]["alerts"][0]["kind"]), (1, &"mail_refused".into()));
        look(&shop, &mail);
        assert_eq!(mail.attempts(), 1, "a provider that is out of order is not pressed");
        mail.recover();
        shop.clock.advance(QUARTER);
        look(&shop, &mail);
        assert!(subjects(&mail)[0].starts_with("Mintmark: memory refuses to send 1 letter"), "{:?}", subjects(&mail));
        assert_eq!(hook.told().iter().filter(|told| told["alerts"][0]["kind"] == "mail_refused").count(), 1);
    }

    fn a_webhook_that_does_not_answer_is_told_with_the_next_digest(database: TestDatabase) {
        let (shop, mail, hook) = shop(&database);
        hook.answer_with(500);
        shop.receive(&unmapped(1)[0]);
        look(&shop, &mail);
        hook.answer_with(200);
        look(&shop, &mail);
        assert_eq!(hook.told().len(), 0);
        shop.clock.advance(QUARTER);
        look(&shop, &mail);
        assert_eq!((hook.told().len(), mail.letters().len()), (1, 1));
    }

    fn letters_that_wait_fail_or_are_held_are_told_without_a_buyers_address_or_key(database: TestDatabase) {
        let (shop, mail, hook) = shop(&database);
        shop.receive(&Ping::sale().with("sale_id", "held").with("email", "ada@localhost"));
        shop.postbox.memory.fail(trouble(FailureClass::Recipient));
        shop.receive(&Ping::sale().with("sale_id", "failed"));
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        shop.receive(&Ping::sale().with("sale_id", "waits"));
        let records = shop.fulfillment.records();
        let by_hand = Operator { name: "ada".to_owned(), why: None };
        shop.fulfillment.outbox().unwrap().stop();
        shop.clock.advance(SignedDuration::from_mins(16));
        look(&shop, &mail);
        let alerts = hook.told().remove(0)["alerts"].clone();
        let mut kinds: Vec<_> = alerts.as_array().unwrap().iter().map(|alert| alert["kind"].clone()).collect();
        kinds.sort_by_key(ToString::to_string);
        assert_eq!(kinds, ["letter_failed", "letter_held", "letter_stuck"]);
        let said = format!("{}{:?}", hook.told()[0], mail.letters()[0].content.text);
        assert!(!said.contains("ada@") && !said.contains("DT1-"), "{said}");

        // Whoever holds a letter knows of it.
        let held = records.letter_rows(&Default::default()).unwrap().into_iter().map(|row| row.letter.id);
        held.for_each(|id| _ = records.hold_letter(id, &by_hand, shop.clock.now()).unwrap());
        shop.clock.advance(QUARTER);
        look(&shop, &mail);
        assert_eq!(hook.told()[1]["over"].as_array().unwrap().len(), 3);
    }

    fn a_shop_without_orders_and_a_full_disk_are_told(database: TestDatabase) {
        let builder = Shop::on(&database)
            .set("MINTMARK_ALERTS__TO", "operator@example.com")
            .set("MINTMARK_ALERTS__NO_ORDER_FOR", "24h")
            .set("MINTMARK_ALERTS__DISK_BELOW", "9000000GB");
        let (shop, mail) = (builder.opened(), Memory::default());
        look(&shop, &mail);
        assert!(subjects(&mail)[0].starts_with("Mintmark: disk of "), "a new shop has no order to miss");
        shop.receive(&Ping::sale());
        shop.clock.advance(SignedDuration::from_hours(25));
        look(&shop, &mail);
        assert!(mail.letters()[1].content.text.contains("no order for 24 h\n"), "{}", mail.letters()[1].content.text);
    }
}

#[test]
fn a_test_is_sent_by_every_way_and_says_so() {
    let database = TestDatabase::sqlite();
    let hook = Hook::start();
    let shop = with_ways(&database, &hook).opened();
    let tried = shop.fulfillment.test_alerts(shop.clock.now()).unwrap();
    let ways: Vec<_> = tried.iter().map(|tried| (tried.channel, tried.failure.clone())).collect();
    assert_eq!(ways, [("mail", None), ("webhook", None)]);
    assert_eq!(hook.told()[0]["test"], true);
    assert!(hook.told()[0]["text"].as_str().unwrap().starts_with("This is a test."));
    hook.answer_with(404);
    let refused = shop.fulfillment.test_alerts(shop.clock.now()).unwrap().remove(1);
    assert_eq!(refused.failure.as_deref(), Some("it answered 404"));
    assert!(shop.fulfillment.records().alerts().unwrap().is_empty());
}

fn shop(database: &TestDatabase) -> (Shop, Memory, Hook) {
    let hook = Hook::start();
    (with_ways(database, &hook).opened(), Memory::default(), hook)
}

fn with_ways(database: &TestDatabase, hook: &Hook) -> ShopBuilder {
    Shop::on(database)
        .set("MINTMARK_ALERTS__TO", "operator@example.com")
        .set("MINTMARK_ALERTS__WEBHOOK", hook.url())
        .set("MINTMARK_ALERTS__DISK_BELOW", "0")
}

fn look(shop: &Shop, mail: &Memory) {
    shop.fulfillment.look_out_with(Channels::only(Box::new(mail.clone())), shop.clock.now()).unwrap();
}

fn subjects(mail: &Memory) -> Vec<String> {
    mail.letters().into_iter().map(|letter| letter.content.subject).collect()
}

fn unmapped(count: usize) -> Vec<Ping> {
    let ping =
        |number| Ping::sale().with("sale_id", &format!("sale-{number}")).with("product_id", "unmapped");
    (0..count).map(ping).collect()
}
