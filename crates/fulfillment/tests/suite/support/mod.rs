//! A shop to try things out in: a whole installation with one store in front of it and one mailer behind it.

mod books;
mod builder;
mod clock;
mod hook;
mod ping;
mod postbox;

pub(crate) use books::{ping_of, sold};
pub(crate) use builder::ShopBuilder;
pub(crate) use clock::TestClock;
pub(crate) use hook::Hook;
pub(crate) use ping::Ping;
pub(crate) use postbox::{Postbox, trouble};

use jiff::Timestamp;
use mintmark_fulfillment::{
    Admitted, Arrival, ArrivedBody, AuditFilter, AuditRow, Delivery, Fulfilled, Fulfillment, LicenseFilter,
    Mailing, Replayed, Request,
};
use mintmark_licensing::{Keyring, License, Verified, Verifier};
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Far longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the shop's store knows.
pub(crate) const SECRET: &str = "a-secret-of-the-shop";

/// A running installation.
pub(crate) struct Shop {
    pub(crate) fulfillment: Fulfillment,
    pub(crate) postbox: Postbox,
    pub(crate) fallback: Option<Postbox>,
    pub(crate) clock: TestClock,
    pub(crate) builder: ShopBuilder,
}

impl Shop {
    /// A shop whose records are in `database`, about to be described.
    pub(crate) fn on(database: &TestDatabase) -> ShopBuilder {
        ShopBuilder::on(database)
    }

    /// Does with a request what the server does: authenticate, accept, fulfill, and wait for the letter's first result.
    pub(crate) fn receive(&self, ping: &Ping) -> String {
        self.finish(&self.record(ping))
    }

    /// Authenticates and accepts, and then the power fails.
    pub(crate) fn record(&self, ping: &Ping) -> Delivery {
        let admitted = self.admit(SECRET).expect("the secret is the shop's");
        let arrival = Arrival {
            headers: vec![("Content-Type".to_owned(), ping.content_type.clone())],
            remote_address: Some("203.0.113.7".to_owned()),
            body: ArrivedBody::Whole(ping.body()),
        };
        self.fulfillment.accept(admitted, arrival, self.clock.now()).wait().unwrap()
    }

    /// The door, with this secret in the address.
    pub(crate) fn admit(&self, secret: &str) -> Option<Admitted> {
        let query = format!("secret={secret}");
        let request = Request { query: Some(&query), headers: &[], body: None };
        self.fulfillment.authenticate("gumroad", &request, self.clock.now())
    }

    /// Fulfills what is on record; answers in a few words.
    pub(crate) fn finish(&self, delivery: &Delivery) -> String {
        let fulfilled = pollster::block_on(self.fulfillment.fulfill(delivery, self.clock.now())).unwrap();
        match fulfilled {
            Fulfilled::Changed { outcome, .. } => outcome.as_str().to_owned(),
            Fulfilled::Noted => "noted".to_owned(),
            Fulfilled::NotMinted { reason } => format!("not minted: {reason}"),
            Fulfilled::Licensed { mailing: Mailing::Queued, new_letter: Some(letter), .. } => {
                words(&self.first_sending(letter))
            }
            Fulfilled::Licensed { mailing, .. } => words(&mailing),
        }
    }

    fn first_sending(&self, letter: i64) -> Mailing {
        let sending = self.fulfillment.outbox().and_then(|outbox| outbox.send_now(letter));
        let letter = sending.and_then(|sending| pollster::block_on(sending).ok());
        letter.map_or(Mailing::Queued, |letter| Mailing::of(Some(&letter)))
    }

    /// The audit rows, oldest first.
    pub(crate) fn rows(&self) -> Vec<AuditRow> {
        let mut rows = self.fulfillment.records().rows(&AuditFilter::default()).unwrap();
        rows.reverse();
        rows
    }

    /// The newest audit row.
    pub(crate) fn row(&self) -> AuditRow {
        self.rows().pop().expect("something was received")
    }

    /// Every license as `--json` prints it, oldest first.
    pub(crate) fn licenses(&self) -> Vec<Value> {
        let records = self.fulfillment.records();
        let mut licenses = records.licenses(&LicenseFilter::default()).unwrap();
        licenses.reverse();
        licenses.iter().map(|license| records.license_json(license).unwrap()).collect()
    }

    /// The only license.
    pub(crate) fn license(&self) -> Value {
        let mut licenses = self.licenses();
        assert_eq!(licenses.len(), 1, "{licenses:?}");
        licenses.remove(0)
    }

    /// The letters of the newest row's license, oldest first.
    pub(crate) fn letters(&self) -> Vec<Value> {
        let shown = self.fulfillment.records().delivery_json(self.row().id).unwrap();
        shown["letters"].as_array().unwrap().clone()
    }

    /// The only letter, once it is as it should be; only a failing test waits long.
    pub(crate) fn letter_when(&self, is_ready: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let letter = self.letters().remove(0);
            if is_ready(&letter) {
                return letter;
            }
            assert!(since.elapsed() < PATIENCE, "it never was: {letter}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The only letter, once it is in this state.
    pub(crate) fn letter_once(&self, state: &str) -> Value {
        self.letter_when(|letter| letter["state"] == state)
    }

    /// Whether the only letter waits for so many seconds from now.
    pub(crate) fn waits(&self, letter: &Value, seconds: std::ops::RangeInclusive<i64>) -> bool {
        let next = letter["next_at"].as_str().and_then(|next| next.parse::<Timestamp>().ok());
        next.is_some_and(|next| seconds.contains(&next.duration_since(self.clock.now()).as_secs()))
    }

    /// The only license's blob, as an app sees it that trusts this installation.
    pub(crate) fn proved(&self) -> Verified<License> {
        let ring = Keyring::new([self.fulfillment.public_key()]).unwrap();
        let verifier = Verifier::new(&ring, "DT1".parse().unwrap()).accepting_test_licenses();
        verifier.verify(self.license()["blob"].as_str().unwrap()).unwrap()
    }

    /// Replays the newest row.
    pub(crate) fn replay(&self) -> Replayed {
        self.fulfillment.replay(&[self.row().id], self.clock.now()).unwrap().remove(0).unwrap().0
    }

    /// The power fails, and comes back.
    pub(crate) fn restarted(self) -> Shop {
        let Self { fulfillment, postbox, fallback, clock, builder } = self;
        fulfillment.stop();
        drop(fulfillment);
        builder.opened_again(postbox, fallback, clock)
    }
}

fn words(mailing: &Mailing) -> String {
    match mailing {
        Mailing::Accepted => "accepted".to_owned(),
        Mailing::Queued => "queued".to_owned(),
        Mailing::Failed { reason } => format!("failed: {reason}"),
    }
}
