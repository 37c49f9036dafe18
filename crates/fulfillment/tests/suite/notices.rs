//! What a buyer is told after the first letter, and what never leaves.

use crate::support::{Ping, Shop, trouble};
use jiff::SignedDuration;
use mintmark_fulfillment::Replayed;
use mintmark_mail::FailureClass;
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;

const NOTES: &str = "q6olhNyteH8YnOhFKnmS5Q==";
const BUNDLE: &str = "zwKXqLF4msW7wvIStiSdpQ==";
const OTHER: &str = "Hg-vmbS4ZLqYN_KlAZSBkA==";
const MEMBERSHIP: &str = "3kUm7x3O3xwz-DPyj5Ky8w==";

fn telling(database: &TestDatabase) -> Shop {
    let terms = "notify: [renewal, revocation, suspension]";
    Shop::on(database)
        .selling(&format!(
            "gumroad:\n  datatools-core: {{ tier: core, {terms} }}\n  {MEMBERSHIP}: {{ tier: pro, expires: subscription, {terms} }}\n"
        ))
        .opened()
}

fn event(name: &str) -> Ping {
    let event = Ping::sale().with("resource_name", name);
    match name {
        "refund" => event.with("refunded", "true"),
        "dispute" => event.with("disputed", "true"),
        _ => event.with("disputed", "true").with("dispute_won", "true"),
    }
}

fn kinds(letters: &[Value]) -> Vec<(&str, &str)> {
    letters.iter().map(|letter| (word(&letter["kind"]), word(&letter["state"]))).collect()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

on_both_databases! {
    fn a_refund_is_told_in_a_letter_without_a_license(database: TestDatabase) {
        let shop = telling(&database);
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("refund")), "revoked");
        shop.postbox.wait_for(2);
        let letter = shop.postbox.memory.letters().remove(1);
        assert!(letter.content.subject.ends_with("no longer runs"), "{}", letter.content.subject);
        assert!(letter.content.attachments.is_empty() && !letter.content.text.contains("DTLIC2:"));
        assert!(letter.content.text.contains(shop.license()["key"].as_str().unwrap()));
    }

    fn a_dispute_is_told_and_nothing_more_once_it_is_won(database: TestDatabase) {
        let shop = telling(&database);
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("dispute")), "suspended");
        shop.postbox.wait_for(2);
        assert!(shop.postbox.texts()[1].contains("is disputed"));
        assert_eq!(shop.receive(&event("dispute_won")), "reinstated");
        shop.clock.advance(SignedDuration::from_hours(1));
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 2);
    }

    fn a_letter_that_has_not_left_is_not_sent_for_an_order_that_was_refunded(database: TestDatabase) {
        let shop = telling(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("refund")), "revoked");
        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(kinds(&shop.letters()), [("license", "held")]);
        assert_eq!(shop.letters()[0]["failure_class"], "withheld");
        assert!(shop.rows().iter().all(|row| row.error.is_none()), "nobody has to mend it");
        assert_eq!(shop.replay(), Replayed::NothingToDo);
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 1, "nor is the loss told of what they never had");
    }

    fn a_letter_that_was_held_back_is_sent_once_the_dispute_is_won(database: TestDatabase) {
        let shop = telling(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        shop.receive(&Ping::sale());
        assert_eq!(shop.receive(&event("dispute")), "suspended");
        assert_eq!(kinds(&shop.letters()), [("license", "held")]);
        shop.postbox.memory.recover();
        assert_eq!(shop.receive(&event("dispute_won")), "reinstated");
        shop.postbox.wait_for(2);
        shop.letter_once("accepted");
        assert!(shop.postbox.texts()[0].contains(shop.license()["blob"].as_str().unwrap()));
    }

    fn a_renewal_brings_the_newest_license_and_says_until_when(database: TestDatabase) {
        let shop = telling(&database);
        shop.receive(&Ping::fixture("membership-first-charge.form"));
        for _ in 0..2 {
            shop.receive(&Ping::fixture("membership-recurring-charge.form"));
        }
        shop.postbox.wait_for(2);
        let letter = shop.postbox.memory.letters().remove(1);
        assert!(letter.content.subject.ends_with("runs until March 17, 2026"), "{}", letter.content.subject);
        let blob = shop.license()["blob"].as_str().unwrap().to_owned();
        assert!(letter.content.text.lines().any(|line| line == blob));
        assert_eq!(letter.content.attachments.len(), 1);
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 2, "once, however often the charge is told");
    }

    fn a_renewal_before_the_first_letter_left_is_one_letter(database: TestDatabase) {
        let shop = telling(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        shop.receive(&Ping::fixture("membership-first-charge.form"));
        shop.receive(&Ping::fixture("membership-recurring-charge.form"));
        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_hours(1));
        shop.letter_once("accepted");
        let letters = shop.letters();
        assert_eq!(kinds(&letters), [("license", "accepted")]);
        assert!(shop.postbox.texts()[0].contains(shop.license()["blob"].as_str().unwrap()));
    }

    fn several_keys_of_an_order_are_told_of_in_one_letter(database: TestDatabase) {
        let terms = "tier: core, keys: quantity, notify: [revocation]";
        let shop = Shop::on(&database).selling(&format!("gumroad: {{ datatools-core: {{ {terms} }} }}")).opened();
        shop.receive(&Ping::sale().with("quantity", "3"));
        assert_eq!(shop.receive(&event("refund").with("quantity", "3")), "revoked");
        shop.postbox.wait_for(2);
        shop.clock.advance(SignedDuration::from_hours(1));
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 2);
        let letter = shop.postbox.texts().remove(1);
        for license in shop.licenses() {
            assert!(letter.contains(license["key"].as_str().unwrap()), "{letter}");
            assert_eq!(license["letter"], "accepted");
        }
    }

    fn several_keys_of_an_order_are_sent_again_in_one_letter(database: TestDatabase) {
        let terms = "tier: core, keys: quantity";
        let shop = Shop::on(&database).selling(&format!("gumroad: {{ datatools-core: {{ {terms} }} }}")).opened();
        shop.receive(&Ping::sale().with("quantity", "3"));
        shop.receive(&Ping::sale().with("sale_id", "sale-2"));
        let licenses = shop.fulfillment.records().licenses_named("ada@example.com").unwrap();
        let resent = shop.fulfillment.resend(&licenses, None, None, shop.clock.now()).unwrap();
        let letters: Vec<i64> = resent.iter().map(|resent| resent.letter).collect();
        assert_eq!(letters, [letters[0], letters[1], letters[1], letters[1]]);
        shop.postbox.wait_for(4);
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 4);
        let texts = shop.postbox.texts();
        assert!(licenses[1..].iter().all(|license| texts[2..].iter().any(|text| text.contains(&license.terms.key))));
    }

    fn a_refund_of_a_bundle_is_told_in_one_letter(database: TestDatabase) {
        let terms = "tier: core, free: false, notify: [revocation]";
        let shop = Shop::on(&database)
            .selling(&format!(
                "gumroad:\n  {NOTES}: {{ {terms} }}\n  {OTHER}: {{ {terms} }}\n  {BUNDLE}: {{ bundle: [{NOTES}, {OTHER}] }}\n"
            ))
            .opened();
        let piece = Ping::fixture("bundle-child-1.form");
        shop.receive(&piece);
        shop.receive(&Ping::fixture("bundle-parent.form"));
        shop.receive(&piece.with("sale_id", "piece-2==").with("product_id", OTHER));
        shop.clock.advance(SignedDuration::from_secs(21));
        shop.postbox.wait_for(1);
        shop.letter_once("accepted");
        assert_eq!(shop.receive(&Ping::fixture("refund-bundle-parent.form")), "revoked");
        shop.postbox.wait_for(2);
        shop.clock.advance(SignedDuration::from_hours(1));
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 2);
        let letter = shop.postbox.texts().remove(1);
        assert_eq!(shop.licenses().len(), 2);
        for license in shop.licenses() {
            assert!(letter.contains(license["key"].as_str().unwrap()), "{letter}");
        }
    }

    fn a_person_sends_what_the_license_is_now(database: TestDatabase) {
        let shop = telling(&database);
        shop.receive(&Ping::sale());
        shop.receive(&event("dispute"));
        let resend = |template: &str| {
            let licenses = shop.fulfillment.records().licenses_named("sale-1").unwrap();
            shop.fulfillment.resend(&licenses, None, None, shop.clock.now()).unwrap();
            assert_eq!(shop.letters().last().unwrap()["kind"], template);
        };
        resend("suspension");
        shop.receive(&event("dispute_won"));
        resend("license");
    }

    fn the_story_of_a_license_names_what_caused_each_change(database: TestDatabase) {
        let shop = telling(&database);
        shop.receive(&Ping::sale().with("quantity", "2"));
        shop.receive(&event("dispute").with("quantity", "2"));
        let records = shop.fulfillment.records();
        let story = records.license_story_json(&records.licenses_named("sale-1").unwrap()[0]).unwrap();
        let told = |event: &Value| {
            ["event", "kind", "source", "origin"].map(|name| event[name].as_str().unwrap().to_owned()).join(" ")
        };
        let history: Vec<String> = story["history"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(history, ["minted sale gumroad ping", "suspended dispute gumroad ping"]);
        assert_eq!((&story["sale"]["price_usd_cents"], &story["sale"]["quantity"]), (&4900.into(), &2.into()));
        assert_eq!((&story["cancelled_at"], &story["void_below"]), (&Value::Null, &1.into()));
        let deliveries: Vec<&Value> =
            story["deliveries"].as_array().unwrap().iter().map(|row| &row["outcome"]).collect();
        assert_eq!(deliveries, ["minted", "suspended"]);
    }
}
