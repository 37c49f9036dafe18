//! Letters: what they carry, and what becomes of a sale whose letter cannot be sent.

use crate::support::{Ping, Postbox, Shop, trouble};
use jiff::SignedDuration;
use mintmark_fulfillment::{Address, LetterState, Outcome, Replayed, Role};
use mintmark_mail::FailureClass;
use mintmark_storage::on_both_databases;

on_both_databases! {
    fn a_letter_that_cannot_be_sent_leaves_the_license_in_place(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        // A configuration trouble comes last: it pauses the channel.
        let classes = [
            FailureClass::Transient,
            FailureClass::Recipient,
            FailureClass::Content,
            FailureClass::Configuration,
        ];
        for (number, class) in classes.into_iter().enumerate() {
            shop.postbox.memory.fail(trouble(class));
            shop.clock.advance(SignedDuration::from_secs(1));
            let sale = Ping::sale().with("sale_id", &format!("sale-{class}"));
            assert_eq!(shop.receive(&sale), format!("failed: {class} trouble"));
            let row = shop.row();
            assert_eq!((row.processed, row.outcome), (true, Some(Outcome::Minted)));
            assert_eq!(row.error, Some(format!("email error: {class} trouble")));
            assert_eq!(shop.licenses().len(), number + 1);
            assert_eq!(shop.receive(&sale), format!("failed: {class} trouble"));
        }
        let states: Vec<_> = shop.licenses().iter().map(|license| license["letter"].clone()).collect();
        assert_eq!(states, ["queued", "failed", "failed", "queued"]);
        assert_eq!(shop.postbox.memory.attempts(), 4);
    }

    fn a_replay_sends_the_same_letter_again_and_the_error_goes(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Recipient));
        shop.receive(&Ping::sale());
        let failed = shop.letters();

        shop.postbox.memory.recover();
        assert_eq!(shop.replay(), Replayed::LetterQueued);
        shop.postbox.wait_for(2);
        shop.fulfillment.outbox().unwrap().stop();
        let sent = shop.letters();
        assert_eq!((sent.len(), &sent[0]["id"]), (1, &failed[0]["id"]));
        assert_eq!(sent[0]["state"], "accepted");
        assert_eq!((shop.row().error, shop.replay()), (None, Replayed::NothingToDo));
    }

    fn a_letter_that_reached_its_provider_is_never_sent_again(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let shop = shop.restarted();
        assert_eq!(shop.receive(&Ping::sale().with("retry_count", "1")), "accepted");
        shop.fulfillment.stop();
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn an_address_that_cannot_be_mailed_holds_the_letter_and_not_the_license(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let sale = Ping::sale().with("email", "ada@localhost");
        for _ in 0..2 {
            assert_eq!(shop.receive(&sale), "failed: the domain cannot be mailed to");
        }
        let row = shop.rows().remove(0);
        assert_eq!((row.processed, row.outcome), (true, Some(Outcome::Minted)));
        assert_eq!(row.error.as_deref(), Some("email error: the domain cannot be mailed to"));
        assert_eq!((&shop.license()["letter"], shop.replay()), (&"held".into(), Replayed::FailedAgain));
        assert_eq!(shop.postbox.memory.attempts(), 0);
    }

    fn a_resent_letter_takes_the_place_of_the_held_one(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale().with("email", "ada@localhost"));
        let license = shop.fulfillment.records().licenses_named("sale-1").unwrap().remove(0);
        let address = Address::parse("ada@example.org").unwrap();
        let licenses = std::slice::from_ref(&license);
        let resent = shop.fulfillment.resend(licenses, Some(&address), None, shop.clock.now()).unwrap().remove(0);
        assert_eq!((resent.recipient.as_str(), resent.held), ("ada@example.org", None));
        shop.postbox.wait_for(1);
        shop.fulfillment.outbox().unwrap().stop();
        assert_eq!((shop.row().error, &shop.license()["letter"]), (None, &"accepted".into()));
        assert!(shop.postbox.texts()[0].contains(&license.terms.blob));
        let story = shop.fulfillment.records().license_story_json(&license).unwrap();
        assert_eq!(story["history"][1]["detail"], "to a***@e***.org");
    }

    fn a_hostile_name_is_only_a_name(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let names = [
            ("lines", "Ada\r\nBcc: eve@example.com".to_owned()),
            ("direction", "\u{202e}moc.elpmaxe\u{2066}".to_owned()),
            ("length", "Ü".repeat(500)),
            ("markup", "<script>{{ blob }}</script>".to_owned()),
        ];
        for (order, name) in names {
            let sale = Ping::sale().with("sale_id", order).with("full_name", &name);
            assert_eq!(shop.receive(&sale), "accepted", "{order}");
        }
        let names: Vec<String> =
            shop.licenses().iter().map(|license| license["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| name.chars().count() <= 128 && !name.chars().any(char::is_control)));
        assert!(names.contains(&"moc.elpmaxe".to_owned()), "{names:?}");
    }

    fn without_a_provider_letters_become_files(database: TestDatabase) {
        let builder = Shop::on(&database);
        drop(builder.open(Role::Setup).unwrap());
        let mut fulfillment = builder.open(Role::Server).unwrap();
        let clock = crate::support::TestClock::default();
        fulfillment.start_outbox(clock.as_clock()).unwrap();
        let folder = builder.data_folder().join("letters");
        let shop = Shop { fulfillment, postbox: Postbox::default(), fallback: None, clock, builder };
        assert_eq!(shop.receive(&Ping::sale()), "accepted");
        assert_eq!(shop.license()["letter"], LetterState::Logged.as_str());
        let file = folder.join(format!("{}.eml", shop.letters()[0]["id"]));
        assert!(std::fs::read_to_string(file).unwrap().contains("To: ada@example.com"));
        assert_eq!(shop.fulfillment.licenses_never_mailed().unwrap().len(), 1);
    }
}
