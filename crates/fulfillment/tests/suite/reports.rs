//! What a mail provider reports of letters, and what becomes of them and of the addresses.

use crate::support::{Ping, Shop, ShopBuilder};
use jiff::SignedDuration;
use mintmark_fulfillment::{Address, Arrival, ArrivedBody, Request};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::{Value, json};

const SECRET: &str = "a-secret-for-postmark";

on_both_databases! {
    fn the_state_of_a_letter_follows_from_all_reports_in_whatever_order_and_however_often(database: TestDatabase) {
        let shop = on(&database).opened();
        let reports = ["Delivery", "HardBounce", "Delivery", "SoftBounce", "HardBounce"];
        let cases = [
            (vec![0], "delivered", None),
            (vec![3, 0], "delivered", None),
            (vec![1], "bounced", Some("email error: bounced: hard bounce: no such mailbox")),
            (vec![0, 1, 2, 3, 4], "bounced", Some("email error: bounced: hard bounce: no such mailbox")),
            (vec![4, 3, 2, 1, 0], "bounced", Some("email error: bounced: hard bounce: no such mailbox")),
        ];
        for (number, (order, state, error)) in cases.into_iter().enumerate() {
            let name = format!("sale-{number}");
            let email = format!("buyer-{number}@example.com");
            assert_eq!(shop.receive(&sale(&name, &email)), "accepted");
            let delivery = shop.row().id;
            let letter = shop.letter_once("accepted");
            for place in order {
                assert_eq!(tell(&shop, &report(&shop, &letter, reports[place])), "noted");
            }
            let row = shop.fulfillment.records().row(delivery).unwrap();
            assert_eq!(row.error.as_deref(), error, "{number}");
            let license = shop.fulfillment.records().licenses_named(&name).unwrap().remove(0);
            assert_eq!(shop.fulfillment.records().license_json(&license).unwrap()["letter"], state, "{number}");
        }
    }

    fn a_report_is_recorded_under_the_order_of_its_letter(database: TestDatabase) {
        let shop = on(&database).opened();
        shop.receive(&sale("sale-1", "ada@example.com"));
        let letter = shop.letter_once("accepted");
        tell(&shop, &report(&shop, &letter, "SpamComplaint"));
        let row = shop.row();
        assert_eq!((row.source.as_str(), row.kind.as_str(), row.mode.as_str()), ("postmark", "mail_report", "live"));
        assert_eq!((row.order_id.as_deref(), row.processed), (Some("sale-1"), true));
        assert_eq!(row.reason, Some(format!("letter {}: spam complaint", letter["id"])));
        assert_eq!(shop.rows()[0].error.as_deref(), Some("email error: bounced: spam complaint"));
        let license = shop.fulfillment.records().licenses_named("sale-1").unwrap().remove(0);
        let story = shop.fulfillment.records().license_story_json(&license).unwrap();
        let events: Vec<&Value> = story["history"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
        assert_eq!(events, ["minted", "bounced"]);
        assert_eq!(story["history"][1]["delivery_id"], row.id);
    }

    fn a_report_finds_its_letter_by_the_message_alone(database: TestDatabase) {
        let shop = on(&database).opened();
        shop.receive(&sale("sale-1", "ada@example.com"));
        let letter = shop.letter_once("accepted");
        let body = json!({"RecordType": "Delivery", "MessageID": letter["message_id"], "Recipient": "ada@example.com"});
        tell(&shop, &body);
        assert_eq!(shop.rows()[1].order_id.as_deref(), Some("sale-1"));
        assert_eq!(shop.license()["letter"], "delivered");
    }

    fn a_report_of_another_programs_letter_is_noted_and_changes_nothing(database: TestDatabase) {
        let shop = on(&database).opened();
        shop.receive(&sale("sale-1", "ada@example.com"));
        for (body, reason) in [
            (json!({"RecordType": "Bounce", "Type": "HardBounce", "MessageID": "m", "Email": "ada@elsewhere.example"}),
                "no letter of ours: hard bounce"),
            (json!({"RecordType": "Telegram", "MessageID": "m"}), "no letter of ours: unknown report: Telegram"),
        ] {
            assert_eq!(tell(&shop, &body), "noted");
            let row = shop.row();
            assert_eq!((row.processed, row.error, row.reason.as_deref()), (true, None, Some(reason)));
        }
        assert_eq!(shop.receive(&sale("sale-2", "ada@elsewhere.example")), "accepted");
    }

    fn nothing_more_is_sent_to_an_address_that_bounced_until_a_person_says_so(database: TestDatabase) {
        let shop = on(&database).opened();
        shop.receive(&sale("sale-1", "ada@example.com"));
        let letter = shop.letter_once("accepted");
        let bounce = report(&shop, &letter, "HardBounce");
        tell(&shop, &bounce);

        let held = "failed: not sent, since mail to this address came back: hard bounce: no such mailbox";
        assert_eq!(shop.receive(&sale("sale-2", "Ada@Example.com")), held);
        assert_eq!(shop.postbox.memory.attempts(), 1);
        let second = shop.fulfillment.records().licenses_named("sale-2").unwrap();
        let refused = shop.fulfillment.resend(&second, None, None, shop.clock.now()).unwrap().remove(0);
        assert!(refused.held.is_some_and(|held| held.contains("came back")));

        shop.clock.advance(SignedDuration::from_secs(60));
        let address = Address::parse("ada@example.com").unwrap();
        let sent = shop.fulfillment.resend(&second, Some(&address), None, shop.clock.now()).unwrap().remove(0);
        assert_eq!(sent.held, None);
        shop.postbox.wait_for(2);
        // Postmark repeats itself.
        tell(&shop, &bounce);
        assert_eq!(shop.receive(&sale("sale-3", "ada@example.com")), "accepted");
    }

    fn an_address_that_was_reactivated_gets_letters_again(database: TestDatabase) {
        let shop = on(&database).opened();
        shop.receive(&sale("sale-1", "ada@example.com"));
        let change = |suppressed: bool, seconds: i64| json!({
            "RecordType": "SubscriptionChange", "MessageID": null, "Recipient": "ada@example.com", "Metadata": {},
            "SuppressSending": suppressed, "SuppressionReason": "ManualSuppression",
            "ChangedAt": (shop.clock.now() + SignedDuration::from_secs(seconds)).to_string(),
        });
        tell(&shop, &change(true, 1));
        assert!(shop.receive(&sale("sale-2", "ada@example.com")).starts_with("failed: not sent"));
        tell(&shop, &change(false, 2));
        assert_eq!(shop.receive(&sale("sale-3", "ada@example.com")), "accepted");
    }

    fn a_replayed_report_changes_nothing(database: TestDatabase) {
        let shop = on(&database).opened();
        shop.receive(&sale("sale-1", "ada@example.com"));
        let letter = shop.letter_once("accepted");
        tell(&shop, &report(&shop, &letter, "HardBounce"));
        let (row, license) = (shop.row(), shop.license());
        let delivery = shop.fulfillment.records().delivery_json(row.id).unwrap();
        assert_eq!(delivery["order"]["record_type"], "Bounce");
        shop.replay();
        assert_eq!((shop.row().reason, shop.license()), (row.reason, license));
    }
}

#[test]
fn what_postmark_cannot_have_sent_stays_outside() {
    let database = TestDatabase::sqlite();
    let shop = on(&database).opened();
    let now = shop.clock.now();
    let opens = |query: &str| {
        let request = Request { query: Some(query), headers: &[], body: None };
        shop.fulfillment.authenticate("postmark", &request, now).is_some()
    };
    assert!(opens(&format!("secret={SECRET}")));
    assert!(!opens("secret=a-secret-of-the-shop"), "a store's secret is not Postmark's");
}

fn on(database: &TestDatabase) -> ShopBuilder {
    Shop::on(database).set("POSTMARK_WEBHOOK_SECRET", SECRET)
}

fn sale(id: &str, email: &str) -> Ping {
    Ping::sale().with("sale_id", id).with("email", email)
}

/// A report about a letter as it was sent last.
fn report(shop: &Shop, letter: &Value, what: &str) -> Value {
    let id = letter["id"].as_i64().unwrap();
    let sent =
        shop.postbox.memory.letters().into_iter().rev().find(|sent| sent.id == id).expect("it was sent");
    let record = if what == "Delivery" || what == "SpamComplaint" { what } else { "Bounce" };
    let description = if what == "HardBounce" { "no such mailbox" } else { "" };
    json!({
        "RecordType": record, "Type": what, "MessageID": letter["message_id"], "Metadata": {"mail_uid": sent.uid},
        "Email": letter["recipient"], "BouncedAt": "2026-03-14T12:00:07Z", "DeliveredAt": "2026-03-14T12:00:05Z",
        "Inactive": what == "HardBounce" || what == "SpamComplaint", "Description": description,
    })
}

/// Has Postmark tell it; answers what came of it.
fn tell(shop: &Shop, body: &Value) -> String {
    let now = shop.clock.now();
    let query = format!("secret={SECRET}");
    let request = Request { query: Some(&query), headers: &[], body: None };
    let admitted = shop.fulfillment.authenticate("postmark", &request, now).expect("it is Postmark");
    let arrival = Arrival {
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        remote_address: None,
        body: ArrivedBody::Whole(body.to_string().into_bytes()),
    };
    shop.finish(&shop.fulfillment.accept(admitted, arrival, now).wait().unwrap())
}
