//! SMTP against a server that replies as scripted.

use std::{net::TcpListener, path::PathBuf, thread, time::Duration};

use super::Smtp;
use crate::{
    FailureClass, Mailer, Receipt, SendError, SmtpSettings,
    doubles::{Certificates, Script, SmtpDouble, Wire, letter, sender},
};

fn smtp(url: &str, ca_file: Option<PathBuf>) -> Smtp {
    Smtp::new(sender(), &SmtpSettings { url: url.parse().unwrap(), ca_file }).unwrap()
}

fn plain(server: &SmtpDouble) -> Smtp {
    smtp(&format!("smtp://127.0.0.1:{}", server.port()), None)
}

fn failure(script: Script) -> SendError {
    let server = SmtpDouble::start(Wire::Plain, script);
    let url = format!("smtp://jane:hunter2@127.0.0.1:{}", server.port());
    let failure = smtp(&url, None).send(&letter()).unwrap_err();
    assert!(!failure.message.contains("hunter2") && !failure.message.contains("jane.doe"), "{failure:?}");
    failure
}

fn accepted() -> Result<Receipt, SendError> {
    let message_id = "<0198f0c2-7b1e-4c3a-9d55-3f1c2a7be0d4@acme.example>".to_owned();
    Ok(Receipt::Accepted { message_id: Some(message_id) })
}

fn count(lines: &[String], start: &str) -> usize {
    lines.iter().filter(|line| line.starts_with(start)).count()
}

#[test]
fn letters_share_a_connection_and_each_has_its_message_id() {
    let server = SmtpDouble::start(Wire::Plain, Script::default());
    let mailer = plain(&server);
    assert_eq!(mailer.send(&letter()), accepted());
    assert_eq!(mailer.send(&letter()), accepted());

    let lines = server.lines();
    assert_eq!((count(&lines, "CONNECTED"), count(&lines, "DATA")), (1, 2));
    assert_eq!(count(&lines, "MAIL FROM:<licenses@acme.example>"), 2);
    assert_eq!(count(&lines, "RCPT TO:<jane.doe@example.com>"), 2);
    assert_eq!(count(&lines, "Message-ID: <0198f0c2-7b1e-4c3a-9d55-3f1c2a7be0d4@acme.example>"), 2);
    assert_eq!(count(&lines, ".."), 2, "a dot that begins a line is doubled");
    assert_eq!(count(&lines, "AUTH"), 0);
}

#[test]
fn credentials_are_used_when_given() {
    let server = SmtpDouble::start(Wire::Plain, Script::default());
    let url = format!("smtp://jane%40acme:p%3Ass@127.0.0.1:{}", server.port());
    assert_eq!(smtp(&url, None).send(&letter()), accepted());
    assert_eq!(count(&server.lines(), "AUTH PLAIN AGphbmVAYWNtZQBwOnNz"), 1);
}

#[test]
fn starttls_comes_before_anything_secret() {
    let certificates = Certificates::new();
    let server = SmtpDouble::start(Wire::StartTls(certificates.server()), Script::default());
    let url = format!("smtp://jane:hunter2@localhost:{}?tls=required", server.port());
    assert_eq!(smtp(&url, Some(certificates.file().to_owned())).send(&letter()), accepted());

    let lines = server.lines();
    let position = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
    assert!(position("STARTTLS") < position("TLS"));
    assert!(position("TLS") < position("AUTH"));
}

#[test]
fn implicit_tls_is_spoken_from_the_first_byte() {
    let certificates = Certificates::new();
    let server = SmtpDouble::start(Wire::Implicit(certificates.server()), Script::default());
    let url = format!("smtps://localhost:{}", server.port());
    assert_eq!(smtp(&url, Some(certificates.file().to_owned())).send(&letter()), accepted());
}

#[test]
fn a_certificate_of_a_stranger_is_not_trusted() {
    let certificates = Certificates::new();
    for (wire, scheme, options) in [
        (Wire::Implicit(certificates.server()), "smtps", ""),
        (Wire::StartTls(certificates.server()), "smtp", "?tls=required"),
    ] {
        let server = SmtpDouble::start(wire, Script::default());
        let url = format!("{scheme}://jane:hunter2@localhost:{}{options}", server.port());
        let failure = smtp(&url, None).send(&letter()).unwrap_err();
        assert_eq!(failure.class, FailureClass::Transient, "{failure:?}");
        assert_eq!(count(&server.lines(), "AUTH"), 0);
    }
}

#[test]
fn a_server_without_the_required_starttls_gets_nothing() {
    let server = SmtpDouble::start(Wire::Plain, Script::default());
    let url = format!("smtp://jane:hunter2@127.0.0.1:{}?tls=required", server.port());
    assert_eq!(smtp(&url, None).send(&letter()).unwrap_err().class, FailureClass::Configuration);
    assert_eq!(count(&server.lines(), "AUTH") + count(&server.lines(), "MAIL"), 0);
}

#[test]
fn opportunistic_encryption_does_without() {
    let server = SmtpDouble::start(Wire::Plain, Script::default());
    let url = format!("smtp://127.0.0.1:{}?tls=opportunistic", server.port());
    assert_eq!(smtp(&url, None).send(&letter()), accepted());
}

#[test]
fn every_refusal_has_its_class() {
    let script = Script::default();
    let spam = "554 5.7.1 looks like spam to jane.doe@example.com";
    let failures: Vec<SendError> = [
        Script { greeting: "421 4.3.2 closing", ..script.clone() },
        Script { login: "535 5.7.8 bad credentials hunter2", ..script.clone() },
        Script { sender: "550 5.7.1 not your domain", ..script.clone() },
        Script { recipient: "450 4.2.0 greylisted", ..script.clone() },
        Script { recipient: "550-5.1.1 no such user\r\n550 5.1.1 <jane.doe@example.com>", ..script.clone() },
        Script { data: "451 later", ..script.clone() },
        Script { message: "552 5.3.4 too large", ..script.clone() },
        Script { message: spam, ..script.clone() },
        Script { greeting: "", ..script.clone() },
        Script { login: "", ..script.clone() },
        Script { sender: "", ..script.clone() },
        Script { recipient: "", ..script.clone() },
        Script { data: "", ..script.clone() },
        Script { message: "", ..script },
    ]
    .into_iter()
    .map(failure)
    .collect();
    insta::assert_debug_snapshot!(failures);
}

#[test]
fn a_refused_letter_does_not_spoil_the_next_one() {
    let server = SmtpDouble::start(Wire::Plain, Script { recipient: "550 5.1.1 no", ..Script::default() });
    let mailer = plain(&server);
    for _ in 0..2 {
        assert_eq!(mailer.send(&letter()).unwrap_err().class, FailureClass::Recipient);
    }
    assert_eq!(count(&server.lines(), "CONNECTED"), 2);
}

#[test]
fn a_refused_connection_is_surely_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(smtp(&url, None).send(&letter()).unwrap_err().class, FailureClass::Transient);
}

#[test]
fn a_silent_server_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap()).parse().unwrap();
    let settings = SmtpSettings { url, ca_file: None };
    let mailer = Smtp::with_timeout(sender(), &settings, Duration::from_millis(200)).unwrap();
    assert_eq!(mailer.send(&letter()).unwrap_err().class, FailureClass::Transient);
}

#[test]
fn silence_is_unknown_only_after_the_final_dot() {
    let hush = "hush";
    let script = Script::default();
    let cases = [
        (Script { sender: hush, ..script.clone() }, FailureClass::Transient),
        (Script { recipient: hush, ..script.clone() }, FailureClass::Transient),
        (Script { data: hush, ..script.clone() }, FailureClass::Transient),
        (Script { message: hush, ..script }, FailureClass::Unknown),
    ];
    for (script, class) in cases {
        let server = SmtpDouble::start(Wire::Plain, script);
        let url = format!("smtp://127.0.0.1:{}", server.port()).parse().unwrap();
        let settings = SmtpSettings { url, ca_file: None };
        let mailer = Smtp::with_timeout(sender(), &settings, Duration::from_millis(300)).unwrap();
        let failure = mailer.send(&letter()).unwrap_err();
        assert_eq!(failure.class, class, "{failure:?}");
    }
}

#[test]
fn a_name_that_nobody_knows_is_surely_not_sent() {
    let failure = smtp("smtps://mail.invalid", None).send(&letter()).unwrap_err();
    assert_eq!(failure.class, FailureClass::Transient, "{failure:?}");
}

#[test]
fn ten_threads_share_two_connections() {
    let server = SmtpDouble::start(Wire::Plain, Script::default());
    let mailer = plain(&server);
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| assert_eq!(mailer.send(&letter()), accepted()));
        }
    });
    assert!(count(&server.lines(), "CONNECTED") <= 2);
}

#[test]
fn debug_output_hides_the_password() {
    let mailer = smtp("smtps://jane:hunter2@mail.example.com", None);
    assert!(!format!("{mailer:?}").contains("hunter2"));
}

#[test]
fn an_examination_logs_in_and_sends_nothing() {
    let server = SmtpDouble::start(Wire::Plain, Script::default());
    let url = format!("smtp://jane:hunter2@127.0.0.1:{}", server.port());
    let examined = smtp(&url, None).examine().unwrap();
    assert!(examined.words.ends_with("and takes the login"), "{examined:?}");
    let lines = server.lines();
    assert_eq!((count(&lines, "AUTH PLAIN"), count(&lines, "MAIL FROM")), (1, 0));

    let server = SmtpDouble::start(Wire::Plain, Script { login: "535 5.7.8 no", ..Script::default() });
    let url = format!("smtp://jane:hunter2@127.0.0.1:{}", server.port());
    let failure = smtp(&url, None).examine().unwrap_err();
    assert_eq!(failure.class, FailureClass::Configuration);
    assert!(!failure.message.contains("hunter2"), "{failure:?}");
}
