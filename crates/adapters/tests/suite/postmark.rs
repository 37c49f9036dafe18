//! What Postmark reports, and what is made of it.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use mintmark_adapters::{Body, Fate, Interpretation, Kind, Request, SourceSettings, Sources, Verdict};

use super::common::{JSON, judged};

const SECRET: &str = "a-secret-for-postmark";

fn sources() -> Sources {
    let settings = SourceSettings { secrets: vec![SECRET.parse().unwrap()], ..SourceSettings::default() };
    Sources::new(&[("postmark", settings)].into()).unwrap()
}

fn interpret(bytes: &[u8]) -> Interpretation {
    sources().get("postmark").unwrap().interpret(&Body { content_type: Some(JSON), bytes })
}

/// The bodies of the folder by name, in order.
fn bodies() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/postmark");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

#[test]
fn each_report_is_judged_like_this() {
    let lines = bodies().into_iter().map(|(name, bytes)| format!("{name}: {}", judged(&interpret(&bytes))));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_report_names_its_letter_its_sending_its_address_and_its_time() {
    let (_, bytes) = bodies().into_iter().find(|(name, _)| name == "bounce-hard").unwrap();
    let interpretation = interpret(&bytes);
    assert_eq!((interpretation.kind, interpretation.order_id), (Kind::MailReport, None));
    let Verdict::Reported(report) = interpretation.verdict else { panic!("a report") };
    assert_eq!(report.mail_uid.as_deref(), Some("0199f3a2-7c1e-7d4b-9a55-3f1e6c0b7a42"));
    assert_eq!(report.message_id.as_deref(), Some("883953f4-6105-42a2-a16a-77a8eac79483"));
    assert_eq!((report.recipient.as_deref(), report.fate), (Some("john@example.com"), Fate::Bounced));
    assert_eq!(report.at.unwrap().as_second(), 1_773_489_607);
}

#[test]
fn the_words_of_a_report_quote_neither_the_receiving_server_nor_the_address() {
    for (name, bytes) in bodies() {
        let said = judged(&interpret(&bytes));
        assert!(!said.contains('@') && !said.contains("smtp;"), "{name}: {said}");
    }
}

#[test]
fn a_body_that_breaks_off_anywhere_is_judged_and_is_never_a_bounce() {
    let (_, bytes) = bodies().into_iter().find(|(name, _)| name == "bounce-hard").unwrap();
    let whole = bytes.trim_ascii_end();
    for end in 0..whole.len() {
        let verdict = interpret(&whole[..end]).verdict;
        assert!(matches!(verdict, Verdict::Unreadable(_)), "{end}: {verdict:?}");
    }
}

#[test]
fn only_the_secret_opens_and_without_one_nobody_gets_in() {
    let opens = |sources: &Sources, query: &str| {
        let request = Request { query: Some(query), headers: &[], body: None };
        sources.get("postmark").unwrap().authenticate(&request, Timestamp::UNIX_EPOCH).is_ok()
    };
    assert!(opens(&sources(), &format!("secret={SECRET}")));
    assert!(!opens(&sources(), "secret=a-secret-for-gumroad"));
    let closed = Sources::new(&Default::default()).unwrap();
    assert!(!opens(&closed, "secret=") && !opens(&closed, &format!("secret={SECRET}")));
}
