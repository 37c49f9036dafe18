//! What takes long: a sending that outlasts its claim, a letter that waits for hours.

use super::{Office, Outbox, Term};
use crate::meter::Meter;
use crate::{Fulfillment, Mint, Role, Settings};
use jiff::{SignedDuration, Timestamp};
use mintmark_mail::{Channels, Letter, Mailer, Receipt, Recourse, SendError, Templates};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Three times as long as a claim holds.
const LONG: Duration = Duration::from_millis(1_500);

on_both_databases! {
    fn a_sending_that_takes_long_keeps_its_claim(database: TestDatabase) {
        let fulfillment = opened(&database);
        let (arrival, arrived) = channel();
        let (open, gate) = channel();
        let mailer = Box::new(Slow { arrival, gate: Mutex::new(gate) });
        let outbox = Outbox::start(office(&fulfillment), Channels::only(mailer)).expect("it starts");
        // Dropped before the outbox: a test that fails must not wait for the letter.
        let open = open;
        fulfillment.mint_by_hand(&mint(), now()).expect("a license with its letter");

        arrived.recv().expect("the letter is being sent");
        let since = Instant::now();
        while since.elapsed() < LONG {
            assert!(!fulfillment.records.store.has_expired_claims().expect("an answer"));
        }
        assert!(arrived.try_recv().is_err(), "nobody else has it");

        drop(open);
        outbox.stop();
        assert_eq!(fulfillment.records.store.oldest_waiting_letter().expect("an answer"), None);
    }

    fn a_server_that_was_asleep_does_not_take_its_own_letters_for_those_of_a_dead_one(database: TestDatabase) {
        let fulfillment = opened(&database);
        let (arrival, arrived) = channel();
        let (open, gate) = channel();
        let mailer = Box::new(Slow { arrival, gate: Mutex::new(gate) });
        let asleep = Term { lease: SignedDuration::from_millis(400), heartbeat: Duration::from_hours(1) };
        let office = Office { term: asleep, ..office(&fulfillment) };
        let outbox = Outbox::start(office, Channels::only(mailer)).expect("it starts");
        // Dropped before the outbox: a test that fails must not wait for the letter.
        let open = open;
        fulfillment.mint_by_hand(&mint(), now()).expect("a license with its letter");
        arrived.recv().expect("the letter is being sent");
        let license = fulfillment.records.licenses_named("order-1").expect("the license").remove(0).terms.id;
        let since = Instant::now();
        while since.elapsed() < LONG {
            let letter = fulfillment.records.store.newest_letter(&license).expect("an answer");
            assert_eq!(letter.expect("the letter").doubt, None);
        }
        drop(open);
        outbox.stop();
    }

    fn letters_are_late_from_a_quarter_of_an_hour_on_until_the_last_is_sent(database: TestDatabase) {
        let fulfillment = opened(&database);
        let (arrival, arrived) = channel();
        let (open, gate) = channel();
        let mailer = Box::new(Slow { arrival, gate: Mutex::new(gate) });
        let outbox = Outbox::start(office(&fulfillment), Channels::only(mailer)).expect("it starts");
        // Dropped before the outbox: a test that fails must not wait for the letter.
        let open = open;
        fulfillment.mint_by_hand(&mint(), now()).expect("a license with its letter");
        arrived.recv().expect("the letter is being sent");
        let is_late = |minutes| {
            let then = now() + SignedDuration::from_mins(minutes);
            outbox.shared.sound_alarm(then, false).expect("an answer")
        };
        assert_eq!((is_late(15), is_late(16)), (false, true));
        drop(open);
        outbox.stop();
        assert!(!is_late(16));
    }
}

/// Takes every letter, once it is let to.
#[derive(Debug)]
struct Slow {
    arrival: Sender<()>,
    gate: Mutex<Receiver<()>>,
}

impl Mailer for Slow {
    fn provider(&self) -> &'static str {
        "slow"
    }

    fn send(&self, _letter: &Letter) -> Result<Receipt, SendError> {
        self.arrival.send(()).expect("the test listens");
        self.gate.lock().expect("no panic").recv().unwrap_or_default();
        Ok(Receipt::Logged)
    }

    fn recourse(&self) -> Recourse<'_> {
        Recourse::Repeat
    }
}

fn opened(database: &TestDatabase) -> Fulfillment {
    let folder = database.folder();
    let path = |name: &str| folder.join(name).display().to_string();
    std::fs::write(path("products.yaml"), "manual:\n  tool: core\n").expect("a catalog");
    let environment = [
        ("MINTMARK_DATA_DIR", path("data")),
        ("MINTMARK_PRODUCTS_FILE", path("products.yaml")),
        ("DATABASE_URL", database.url_text()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value));
    let settings = Settings::from_layers(None, environment).expect("sound settings");
    drop(crate::initialize(settings.clone(), now()).expect("a first run"));
    Fulfillment::open(settings, Role::Server, now()).expect("it opens")
}

fn office(fulfillment: &Fulfillment) -> Office {
    Office {
        records: fulfillment.records.clone(),
        templates: Arc::new(Templates::load(None).expect("the built-in ones")),
        seller: None,
        patience: Duration::from_secs(1),
        clock: Arc::new(now),
        meter: Arc::new(Meter::silent()),
        term: Term { lease: SignedDuration::from_millis(500), heartbeat: Duration::from_millis(50) },
    }
}

fn mint() -> Mint {
    let email = "ada@example.com".to_owned();
    let (order_id, product_id) = ("order-1".to_owned(), "tool".to_owned());
    Mint { order_id, product_id, email, name: None, quantity: None, sold_at: None, note: None }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_773_489_600).expect("a time")
}
