//! Deliveries, licenses and letters to try things with.

use jiff::{SignedDuration, Timestamp};
use mintmark_storage::testing::{TestDatabase, begin_log};
use mintmark_storage::{
    Access, Attempt, Claim, Conclusion, Delivery, Issue, Issued, Letter, LetterKind, LetterResult,
    LetterState, License, NewDelivery, NewLetter, NewLicense, Origin, Store, Subject,
};

pub(crate) fn open(database: &TestDatabase) -> Store {
    open_as(database, Access::FirstRun)
}

pub(crate) fn open_as(database: &TestDatabase, access: Access) -> Store {
    let store = Store::open(&database.url, access).expect("the store opens");
    begin_log(&store);
    store
}

/// So many seconds after the beginning of the test's time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).expect("a time")
}

pub(crate) fn ping(received: i64) -> NewDelivery {
    NewDelivery {
        source: "gumroad".to_owned(),
        origin: Origin::Ping,
        received_at: at(received),
        remote_address: Some("203.0.113.7".to_owned()),
        secret_label: Some("secret 1".to_owned()),
        content_type: Some("application/x-www-form-urlencoded".to_owned()),
        headers: r#"[["user-agent","Gumroad"]]"#.to_owned(),
        body: b"sale_id=S1&full_name=%00\xff\x00".to_vec(),
        declared_size: None,
    }
}

pub(crate) fn record(store: &Store, received: i64) -> Delivery {
    store.record(ping(received)).wait().expect("the delivery is on record")
}

/// The end of an attempt that is processed, at `order`.
pub(crate) fn conclusion(delivery: &Delivery, order: &str) -> Conclusion {
    Conclusion {
        delivery_id: delivery.id,
        attempt: delivery.attempt,
        at: at(101),
        subject: Subject {
            kind: "sale".to_owned(),
            mode: "live".to_owned(),
            order_id: Some(order.to_owned()),
            sale_id: Some(order.to_owned()),
            product_id: Some("P1".to_owned()),
            email: Some("ada@example.com".to_owned()),
        },
        processed: true,
        outcome: None,
        error: None,
        reason: None,
    }
}

/// The end of an attempt that leaves something to mend.
pub(crate) fn failure(delivery: &Delivery, order: &str, error: &str) -> Conclusion {
    let error = Some(error.to_owned());
    Conclusion { processed: false, reason: error.clone(), error, ..conclusion(delivery, order) }
}

pub(crate) fn new_license(order: &str) -> NewLicense {
    NewLicense {
        id: format!("license-{order}"),
        key: format!("DT1-CORE-{order}"),
        blob: format!("DTLIC2:{order}"),
        line: "dt".to_owned(),
        product_id: "P1".to_owned(),
        product_name: "DataTools".to_owned(),
        tier: "core".to_owned(),
        seats: 1,
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        source: "gumroad".to_owned(),
        origin: Origin::Ping,
        mode: "live".to_owned(),
        source_order_id: order.to_owned(),
        item: 0,
        issued_at: at(0),
        expires_at: None,
        updates_until: Some(at(1_000)),
        seq: 1,
    }
}

pub(crate) fn new_letter(uid: &str) -> NewLetter {
    NewLetter {
        kind: LetterKind::License,
        mail_uid: uid.to_owned(),
        template: "license".to_owned(),
        download: None,
        recipient: "ada@example.com".to_owned(),
        unmailable: None,
        not_before: at(130),
    }
}

/// What `delivery` asks for when it tells of `order`. Every delivery draws another name for its letter.
pub(crate) fn issue(delivery: &Delivery, order: &str) -> Issue {
    let uid = format!("letter-{}-{}", delivery.id, delivery.attempt);
    Issue { license: new_license(order), letter: new_letter(&uid), conclusion: conclusion(delivery, order) }
}

/// A license that was made just now.
pub(crate) fn mint(store: &Store, order: &str) -> (License, Letter) {
    let delivery = record(store, 0);
    match store.issue(issue(&delivery, order)).wait().expect("the license is issued") {
        Issued::Now(license, letter) => (license, letter),
        Issued::Before(..) | Issued::Contested => panic!("{order} was known"),
    }
}

/// A further letter for a license.
pub(crate) fn resend(store: &Store, license: &str, letter: NewLetter, second: i64) -> Letter {
    let letters = vec![(license.to_owned(), letter)];
    store.resend(letters, None, at(second)).wait().expect("resent").remove(0)
}

/// A claim that holds for half a minute.
pub(crate) fn claim(id: &str) -> Claim {
    Claim { id: id.to_owned(), provider: "postmark".to_owned(), lease: SignedDuration::from_secs(30) }
}

/// A claim that has run out when it is made, as if its holder had been frozen for that long.
pub(crate) fn frozen(id: &str) -> Claim {
    Claim { lease: SignedDuration::ZERO, ..claim(id) }
}

pub(crate) fn sent(state: LetterState) -> LetterResult {
    LetterResult {
        state,
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

pub(crate) fn refused(state: LetterState, due_at: Option<i64>) -> LetterResult {
    LetterResult {
        message_id: None,
        failure_class: Some("transient".to_owned()),
        error: Some("421 try again".to_owned()),
        due_at: due_at.map(at),
        ..sent(state)
    }
}

pub(crate) fn numbers(attempts: &[Attempt]) -> Vec<i64> {
    attempts.iter().map(|attempt| attempt.number).collect()
}
