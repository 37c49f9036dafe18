//! A store with licenses and no letters, and what is done with letters in transactions of their own.

use crate::letters::{Claim, ClaimedLetter, Finish, Letter, LetterResult, NewLetter, Share};
use crate::letters::{add, withheld};
use crate::schema::licenses;
use crate::testing::{self, TestDatabase};
use crate::{Access, LetterKind, LetterState, LicenseStatus, Store};
use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};

const THREE_LICENSES: &str = "\
    INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, email, name, source, \
        origin, mode, source_order_id, item, issued_at, seq, created_at) VALUES \
    ('L1', 'K1', 'B1', '', '', '', '', 'active', 1, '', '', 'gumroad', 'ping', 'live', 'S', 0, 0, 1, 0), \
    ('L2', 'K2', 'B2', '', '', '', '', 'active', 1, '', '', 'gumroad', 'ping', 'live', 'S', 1, 0, 1, 0), \
    ('L3', 'K3', 'B3', '', '', '', '', 'active', 1, '', '', 'gumroad', 'ping', 'live', 'S', 2, 0, 1, 0);";

pub(super) struct Desk {
    pub(super) store: Store,
}

/// A letter in as many words as a test needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown(pub(super) LetterKind, pub(super) LetterState, pub(super) Option<i64>);

impl Desk {
    pub(super) fn open(database: &TestDatabase) -> Self {
        let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
        testing::begin_log(&store);
        store.write(|connection| Ok(connection.batch_execute(THREE_LICENSES)?)).wait().expect("licenses");
        Self { store }
    }

    /// A letter about license 1, 2 or 3, due at second 100.
    pub(super) fn add(&self, license: i64, kind: LetterKind, enclosed_in: Option<&Letter>) -> Letter {
        self.add_as(license, new(kind), enclosed_in)
    }

    pub(super) fn add_as(&self, license: i64, new: NewLetter, enclosed_in: Option<&Letter>) -> Letter {
        let leader = enclosed_in.map(|letter| letter.id);
        let id = format!("L{license}");
        let add = move |connection: &mut _| add::add(connection, license, &id, new, leader, at(50));
        self.store.write(add).wait().expect("a letter serves")
    }

    /// Three licenses in one letter.
    pub(super) fn group(&self) -> [Letter; 3] {
        let leader = self.add(1, LetterKind::License, None);
        let second = self.add(2, LetterKind::License, Some(&leader));
        let third = self.add(3, LetterKind::License, Some(&leader));
        [leader, second, third]
    }

    pub(super) fn resend(&self, licenses: &[i64]) -> Vec<Letter> {
        let letters = licenses.iter().map(|license| (format!("L{license}"), new(LetterKind::License)));
        self.store.resend(letters.collect(), None, at(150)).wait().expect("resent")
    }

    pub(super) fn withhold(&self, license: i64) -> usize {
        self.store
            .write(move |connection| withheld::withhold(connection, license, at(60)))
            .wait()
            .expect("held")
    }

    pub(super) fn release(&self, license: i64) -> Option<i64> {
        self.store
            .write(move |connection| withheld::release(connection, license, at(70)))
            .wait()
            .expect("free")
    }

    pub(super) fn set_status(&self, license: i64, status: LicenseStatus) {
        let set = move |connection: &mut _| {
            let license = diesel::update(licenses::table.find(license));
            Ok(license.set(licenses::status.eq(status.as_str())).execute(connection)?)
        };
        assert_eq!(self.store.write(set).wait().expect("it is set"), 1);
    }

    pub(super) fn take(&self, second: i64) -> Vec<ClaimedLetter> {
        self.store.claim_letters(Share::All, claim(), at(second), 9).wait().expect("claimed")
    }

    /// The one letter that is due, with the licenses it brings.
    pub(super) fn take_one(&self, second: i64) -> (Letter, Vec<String>) {
        let mut taken = self.take(second);
        assert_eq!(taken.len(), 1, "{taken:?}");
        let ClaimedLetter { letter, licenses, .. } = taken.remove(0);
        (letter, licenses.into_iter().map(|enclosed| enclosed.license.terms.id).collect())
    }

    pub(super) fn finish(&self, letter: &Letter, result: LetterResult) -> Letter {
        let finish = Finish { letter: letter.id, claim: claim().id, result };
        let mut ended = self.store.finish_letters(vec![finish], at(300)).wait().expect("written down");
        ended.remove(0).expect("the claim holds")
    }

    /// The newest letter of license 1, 2 or 3.
    pub(super) fn newest(&self, license: i64) -> Letter {
        self.store.newest_letter(&format!("L{license}")).expect("an answer").expect("a letter")
    }

    /// The newest letters of all licenses.
    pub(super) fn shown(&self) -> [Shown; 3] {
        [1, 2, 3].map(|license| {
            let Letter { kind, state, enclosed_in, .. } = self.newest(license);
            Shown(kind, state, enclosed_in)
        })
    }
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("a time")
}

pub(super) fn claim() -> Claim {
    let lease = SignedDuration::from_secs(30);
    Claim { id: "worker".to_owned(), provider: "postmark".to_owned(), lease }
}

pub(super) fn new(kind: LetterKind) -> NewLetter {
    NewLetter {
        kind,
        mail_uid: format!("a {kind} letter"),
        template: kind.to_string(),
        download: None,
        recipient: "ada@example.com".to_owned(),
        unmailable: None,
        not_before: at(100),
    }
}

pub(super) fn accepted() -> LetterResult {
    LetterResult {
        state: LetterState::Accepted,
        provider: "postmark".to_owned(),
        message_id: Some("m-1".to_owned()),
        failure_class: None,
        error: None,
        due_at: None,
        attempts: 1,
        channel: None,
        doubt: None,
        doubts: 0,
    }
}

pub(super) fn refused(state: LetterState) -> LetterResult {
    LetterResult {
        state,
        message_id: None,
        failure_class: Some("transient".to_owned()),
        error: Some("421 try again".to_owned()),
        due_at: (state == LetterState::Queued).then(|| at(400)),
        ..accepted()
    }
}
