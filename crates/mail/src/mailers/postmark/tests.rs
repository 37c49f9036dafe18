//! Postmark against a service that answers as scripted.

use std::{net::TcpListener, time::Duration};

use serde_json::Value;

use super::Postmark;
use crate::{
    Error, FailureClass, Inquiry, Mailer, PostmarkSettings, Receipt, SendError,
    doubles::{Answer, HttpDouble, letter, sender},
};

const TOKEN: &str = "d3adbeef-token";

fn settings(url: &str) -> PostmarkSettings {
    PostmarkSettings { token: TOKEN.into(), api_base: url.parse().unwrap() }
}

fn postmark(url: &str) -> Postmark {
    Postmark::new(sender(), &settings(url)).unwrap()
}

fn failure(answer: Answer) -> SendError {
    let service = HttpDouble::start(vec![answer]);
    let failure = postmark(service.url()).send(&letter()).unwrap_err();
    for secret in [TOKEN, "jane.doe@example.com"] {
        assert!(!failure.message.contains(secret), "{failure:?}");
    }
    failure
}

fn classes(answers: Vec<Answer>) -> Vec<(FailureClass, Option<String>, String)> {
    let failures = answers.into_iter().map(failure);
    failures.map(|failure| (failure.class, failure.code, failure.message)).collect()
}

#[test]
fn an_accepted_letter_has_postmarks_id() {
    let answer =
        r#"{"To":"x","SubmittedAt":"2026-01-01T00:00:00Z","MessageID":"abc-1","ErrorCode":0,"Message":"OK"}"#;
    let service = HttpDouble::start(vec![Answer::Say(200, answer), Answer::Say(200, answer)]);
    let postmark = postmark(service.url());
    let accepted = Receipt::Accepted { message_id: Some("abc-1".to_owned()) };
    assert_eq!(postmark.send(&letter()), Ok(accepted.clone()));
    assert_eq!(postmark.send(&letter()), Ok(accepted));

    let (first, second) = (service.received(), service.received());
    assert_eq!(first.body, second.body, "a retry is the same request");
    let head = first.head.to_lowercase();
    assert!(head.starts_with("post /email http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("x-postmark-server-token: {TOKEN}\r\n")), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    settings.bind(|| insta::assert_json_snapshot!(serde_json::from_str::<Value>(&first.body).unwrap()));
}

#[test]
fn a_letter_is_found_by_its_uid_or_is_not_there() {
    let found = r#"{"TotalCount":1,"Messages":[{"MessageID":"abc-1","Status":"Sent","Metadata":{}}]}"#;
    let missing = r#"{"TotalCount":0,"Messages":[]}"#;
    let service = HttpDouble::start(vec![Answer::Say(200, found), Answer::Say(200, missing)]);
    let postmark = postmark(service.url());

    let receipt = Receipt::Accepted { message_id: Some("abc-1".to_owned()) };
    assert_eq!(postmark.find(&letter().uid), Ok(Some(receipt)));
    assert_eq!(postmark.find(&letter().uid), Ok(None));

    let question = service.received();
    let head = question.head.to_lowercase();
    let path = "/messages/outbound?count=1&offset=0&metadata_mail_uid=0198f0c2-7b1e-4c3a-9d55-3f1c2a7be0d4";
    assert!(head.starts_with(&format!("get {path} http/1.1\r\n")), "{head}");
    assert!(head.contains(&format!("x-postmark-server-token: {TOKEN}\r\n")), "{head}");
    assert!(!head.contains("content-length") && !head.contains("transfer-encoding"), "{head}");
}

#[test]
fn a_question_without_an_answer_says_nothing_of_the_letter() {
    let cases = [
        (Answer::Say(429, ""), FailureClass::Throttle),
        (Answer::Say(401, r#"{"ErrorCode":10,"Message":"bad token"}"#), FailureClass::Configuration),
        (Answer::Say(500, ""), FailureClass::Transient),
        (Answer::Say(200, "<html>welcome to the hotel"), FailureClass::Transient),
        (Answer::HangUp, FailureClass::Transient),
        (Answer::Silence, FailureClass::Transient),
    ];
    for (answer, class) in cases {
        let service = HttpDouble::start(vec![answer]);
        let timeout = Duration::from_millis(200);
        let postmark = Postmark::with_timeout(sender(), &settings(service.url()), timeout).unwrap();
        let failure = postmark.find(&letter().uid).unwrap_err();
        assert_eq!(failure.class, class, "{failure:?}");
        assert!(!failure.message.contains(TOKEN), "{failure:?}");
    }
}

#[test]
fn every_refusal_has_its_class() {
    let inactive = r#"{"ErrorCode":406,"Message":"Found inactive addresses: jane.doe@example.com."}"#;
    let token = r#"{"ErrorCode":10,"Message":"No Account or Server API tokens: d3adbeef-token"}"#;
    let classes = classes(vec![
        Answer::Say(401, token),
        Answer::Say(422, r#"{"ErrorCode":300,"Message":"Invalid email request"}"#),
        Answer::Say(422, inactive),
        Answer::Say(429, ""),
        Answer::Say(500, "<html>oops"),
        Answer::Say(503, r#"{"ErrorCode":100,"Message":"Maintenance"}"#),
        Answer::Say(200, r#"{"ErrorCode":406,"Message":"Inactive recipient"}"#),
        Answer::Say(200, r#"{"ErrorCode":9999,"Message":"Something new"}"#),
        Answer::Say(200, "<html>welcome to the hotel"),
        Answer::Say(302, ""),
        Answer::Say(413, ""),
        Answer::Say(200, ""),
        Answer::Say(200, r#"{"ErrorCode":100,"Message":"Maintenance"}"#),
        Answer::Say(200, r#"{"ErrorCode":401,"Message":"Sender signature not confirmed"}"#),
    ]);
    insta::assert_debug_snapshot!(classes);
}

#[test]
fn a_name_that_nobody_knows_is_surely_not_sent() {
    let failure = postmark("https://postmark.invalid").send(&letter()).unwrap_err();
    assert_eq!(failure.class, FailureClass::Transient, "{failure:?}");
}

#[test]
fn a_refused_connection_is_surely_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(postmark(&url).send(&letter()).unwrap_err().class, FailureClass::Transient);
}

#[test]
fn silence_after_the_request_is_unknown() {
    let service = HttpDouble::start(vec![Answer::Silence]);
    let timeout = Duration::from_millis(200);
    let postmark = Postmark::with_timeout(sender(), &settings(service.url()), timeout).unwrap();
    assert_eq!(postmark.send(&letter()).unwrap_err().class, FailureClass::Unknown);
}

#[test]
fn a_connection_lost_after_the_request_is_unknown() {
    assert_eq!(failure(Answer::HangUp).class, FailureClass::Unknown);
}

#[test]
fn a_handshake_that_fails_is_surely_not_sent() {
    // The service speaks no TLS, and answers the hello with plain HTTP or not at all.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || drop(listener.accept()));
    assert_eq!(postmark(&url).send(&letter()).unwrap_err().class, FailureClass::Transient);
}

#[test]
fn a_token_with_a_line_end_is_refused_without_showing_it() {
    let mut settings = settings("https://api.postmarkapp.com");
    settings.token = "d3ad\nbeef".into();
    let error = Postmark::new(sender(), &settings).unwrap_err();
    assert!(matches!(error, Error::Token) && !format!("{error} {error:?}").contains("d3ad"));
}

#[test]
fn debug_output_hides_the_token() {
    assert!(!format!("{:?}", postmark("https://api.postmarkapp.com")).contains(TOKEN));
}

#[test]
fn an_examination_tells_a_live_server_from_one_that_delivers_nothing() {
    let stream = r#"{"ID":"outbound","ArchivedAt":null}"#;
    let live = r#"{"ID":1,"Name":"Shop","ApiTokens":["d3adbeef-token"],"DeliveryType":"Live"}"#;
    let service = HttpDouble::start(vec![Answer::Say(200, live), Answer::Say(200, stream)]);
    let examined = postmark(service.url()).examine().unwrap();
    assert_eq!(examined.words, "Postmark knows the token: server Shop, stream outbound");
    assert!(examined.doubts.is_empty());
    assert!(service.received().head.starts_with("GET /server HTTP/1.1\r\n"));

    let sandbox = r#"{"ID":1,"Name":"Shop","ApiTokens":[],"DeliveryType":"Sandbox"}"#;
    let archived = r#"{"ID":"outbound","ArchivedAt":"2026-01-01T00:00:00Z"}"#;
    let service = HttpDouble::start(vec![Answer::Say(200, sandbox), Answer::Say(200, archived)]);
    let doubts = postmark(service.url()).examine().unwrap().doubts;
    assert!(doubts[0].reason.contains("sandbox") && doubts[1].reason.contains("archived"), "{doubts:?}");

    let refused =
        r#"{"ErrorCode":10,"Message":"Request does not contain a valid Server token d3adbeef-token"}"#;
    let service = HttpDouble::start(vec![Answer::Say(401, refused)]);
    let failure = postmark(service.url()).examine().unwrap_err();
    assert_eq!((failure.class, failure.code.as_deref()), (FailureClass::Configuration, Some("401/10")));
    assert!(!failure.message.contains(TOKEN), "{failure:?}");
}
