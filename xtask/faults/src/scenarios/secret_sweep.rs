//! Every secret is a canary, every log is at its loudest, and everything goes wrong that could make someone talk.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use rustix::process::Signal;
use xtask::process::output;

use crate::canary::Canary;
use crate::command_lines::run as run_program;
use crate::context::Context;
use crate::database::Kind;
use crate::doubles::smtp::{Reply as Say, Script, Smtp};
use crate::installation::{Installation, SECRET, TOKEN};
use crate::ledger::Ledger;
use crate::load::{BUYER, Sale, Store};
use crate::raw_http::{Connection, Head};
use crate::sink::{Reply, Sink};

const SMTP_PASSWORD: &str = "canary-smtp-password-4711";
const DATABASE_PASSWORD: &str = "canary-database-password-4711";
const ACCESS_TOKEN: &str = "canary-access-token-4711";
const PANIC_WORDS: &str = "canary-panic-words-4711";

/// What was said, and by whom.
type Said = Vec<(&'static str, String)>;

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let mut said = Said::new();
    let mut installation = loud_installation(context)?;
    through_postmark(&mut installation, &mut said).context("through Postmark")?;
    through_smtp(&mut installation, &mut said).context("through SMTP")?;
    misconfigured(&mut installation, &mut said)?;
    said.push(("the logs", installation.logs()?));
    for canary in canaries(&installation)? {
        for (who, words) in &said {
            let line = canary.find(words);
            ensure!(line.is_none(), "{who} gave away {}: {}", canary.name, line.unwrap_or_default());
        }
    }
    personal_data_stays_out_of_logs(&installation.logs()?)?;
    let bytes: usize = said.iter().map(|(_, words)| words.len()).sum();
    context.figure(format!("{} KiB from {} speakers searched", bytes / 1024, said.len()));
    Ok(())
}

fn loud_installation<'a>(context: &Context<'a>) -> anyhow::Result<Installation<'a>> {
    let mut installation = context.installation()?;
    installation.set("RUST_LOG", "trace");
    installation.set("RUST_BACKTRACE", "full");
    installation.set("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", ACCESS_TOKEN);
    if context.kind == Kind::Postgres {
        let url = installation.variable("MINTMARK_DATABASE__URL").context("no database is set")?;
        installation.set("MINTMARK_DATABASE__URL", &with_password(&url));
    }
    Ok(installation)
}

/// A cluster that trusts everyone on loopback takes any password.
fn with_password(url: &str) -> String {
    match url.split_once('@') {
        Some((user, place)) if user.matches(':').count() == 1 => {
            format!("{user}:{DATABASE_PASSWORD}@{place}")
        }
        _ => url.to_owned(),
    }
}

/// The provider repeats what it was sent, and the handler panics with a secret on its lips.
fn through_postmark(installation: &mut Installation<'_>, said: &mut Said) -> anyhow::Result<()> {
    let sink = Sink::start()?;
    let url = sink.url();
    sink.behave_in_turn(move |_, number| match number {
        0 => Reply::Say(
            422,
            format!(r#"{{"ErrorCode": 300, "Message": "{TOKEN} at {url}/email?token={TOKEN}"}}"#),
        ),
        1 => Reply::Say(401, format!(r#"{{"ErrorCode": 10, "Message": "no token {TOKEN}"}}"#)),
        _ => Reply::Say(500, format!("<html>{TOKEN}</html>")),
    });
    installation.mail_to(&sink);
    installation.set("MINTMARK_TEST_PANIC_AT", &format!("after-body:3:{PANIC_WORDS}"));
    let server = installation.start()?;
    let store = Store::new(&installation.address(), Arc::new(Ledger::default()));
    for _ in 0..4 {
        store.tell(&Sale::new());
    }
    said.push(("an answer", odd_requests(installation)?));
    server.signal(Signal::HUP)?;
    said.push((
        "ps",
        output(Command::new("ps").args(["-o", "args=", "-p", &server.process_id().to_string()]))?,
    ));
    said.push(("the command lines", command_lines(installation)?));
    installation.unset("MINTMARK_TEST_PANIC_AT");
    server.stop().map(drop)
}

fn through_smtp(installation: &mut Installation<'_>, said: &mut Said) -> anyhow::Result<()> {
    let login = Say::Say(concat!(
        "535 5.7.8 wrong password canary-smtp-password-4711 ",
        "Y2FuYXJ5LXNtdHAtcGFzc3dvcmQtNDcxMQ=="
    ));
    let smtp = Smtp::start(Script { login, ..Script::default() })?;
    for name in ["POSTMARK_TOKEN", "MINTMARK_MAIL__POSTMARK__API_BASE"] {
        installation.unset(name);
    }
    installation.set("MINTMARK_MAIL__SMTP__URL", &smtp.url(SMTP_PASSWORD));
    let server = installation.start()?;
    let store = Store::new(&installation.address(), Arc::new(Ledger::default()));
    ensure!(store.tell(&Sale::new()) == Some(200), "a sale is not taken");
    said.push(("the command lines", command_lines(installation)?));
    server.stop().map(drop)
}

/// Requests that make a server quote what it was sent.
fn odd_requests(installation: &Installation<'_>) -> anyhow::Result<String> {
    let address = installation.address().parse()?;
    let target = format!("/webhooks/gumroad?secret={SECRET}");
    let basic = format!(
        "Basic {}",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("store:{SECRET}"))
    );
    let heads = [
        Head::post(&target).with("content-length", "x"),
        Head::post(&target).with("content-length", "1").with("transfer-encoding", "chunked"),
        Head::post(&format!("{target}%zz&secret={SECRET}")).with("content-length", "1"),
        Head::post("/webhooks/gumroad").with("authorization", &basic).with("content-length", "1"),
        Head::post(&format!("/{SECRET}/{TOKEN}")).with("content-length", "1"),
    ];
    let mut answers = String::new();
    for head in heads {
        let mut connection = Connection::open(address)?;
        connection.send(&head.end())?;
        drop(connection.send(b"x"));
        answers.push_str(&connection.answer()?.body);
        answers.push('\n');
    }
    Ok(answers)
}

/// Everything that the command lines print, but for the command that is there to show the secret.
fn command_lines(installation: &Installation<'_>) -> anyhow::Result<String> {
    let commands: [(&str, &[&str]); 8] = [
        ("mintmark-replay", &["list"]),
        ("mintmark-replay", &["list", "--json"]),
        ("mintmark-replay", &["show", "1"]),
        ("mintmark-replay", &["show", "1", "--json"]),
        ("mintmark-replay", &["run", "--failed", "--yes"]),
        ("mintmark-admin", &["doctor"]),
        ("mintmark-admin", &["config", "check"]),
        ("mintmark-admin", &["license", "list"]),
    ];
    let mut printed = String::new();
    for (program, arguments) in commands {
        let said = run_program(installation.program(program).args(arguments))?;
        printed.push_str(&said.output);
        printed.push_str(&said.complaints);
    }
    Ok(printed)
}

/// Every secret is in a place where it is a mistake, and none is repeated.
fn misconfigured(installation: &mut Installation<'_>, said: &mut Said) -> anyhow::Result<()> {
    let mistakes = [
        ("MINTMARK_DATABASE__URL", format!("postgers://u:{DATABASE_PASSWORD}@h/d")),
        ("MINTMARK_DATABASE__URL", format!("postgres://u:{DATABASE_PASSWORD}%zz@127.0.0.1:1/d")),
        ("MINTMARK_MAIL__SMTP__URL", format!("smtp://u:{SMTP_PASSWORD}@mail.example.com/path")),
        ("MINTMARK_MAIL__POSTMARK__TOKN", TOKEN.to_owned()),
        ("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKN", ACCESS_TOKEN.to_owned()),
        ("MINTMARK_HTTP__BIND", SECRET.to_owned()),
    ];
    for (name, value) in mistakes {
        let before = installation.variable(name);
        installation.set(name, &value);
        for program in ["mintmark-server", "mintmark-replay", "mintmark-admin"] {
            let arguments: &[&str] = match program {
                "mintmark-server" => &[],
                "mintmark-replay" => &["list"],
                _ => &["config", "check"],
            };
            let ended = run_program(installation.program(program).args(arguments))?;
            ensure!(ended.code != Some(0), "{program} takes a wrong {name}");
            said.push(("a complaint", ended.output + &ended.complaints));
        }
        match before {
            Some(before) => installation.set(name, &before),
            None => installation.unset(name),
        }
    }
    Ok(())
}

fn canaries(installation: &Installation<'_>) -> anyhow::Result<Vec<Canary>> {
    let data = installation.data_folder();
    let signing_key = fs::read(data.join("signing-key.pk8"))?;
    let revocation_key = fs::read(data.join("revocation-key.pk8"))?;
    let decoded = |file: &str| -> anyhow::Result<Vec<u8>> {
        let text = fs::read_to_string(data.join(file))?;
        Ok(base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text.trim())?)
    };
    // Of PKCS#8 for Ed25519 the private half is the 32 bytes after the first 16.
    let seed = |key: &[u8]| Some(key.get(16..48)?.to_owned());
    let signing_seed = seed(&signing_key).context("the signing key is too short")?;
    let revocation_seed = seed(&revocation_key).context("the revocation key is too short")?;
    Ok(vec![
        Canary::new("the webhook secret", SECRET.as_bytes()),
        Canary::new("the provider's token", TOKEN.as_bytes()),
        Canary::new("the SMTP password", SMTP_PASSWORD.as_bytes()),
        Canary::new("the database's password", DATABASE_PASSWORD.as_bytes()),
        Canary::new("the access token", ACCESS_TOKEN.as_bytes()),
        Canary::new("the words of a panic", PANIC_WORDS.as_bytes()),
        Canary::new("the signing key", &signing_seed),
        Canary::new("the revocation key", &revocation_seed),
        Canary::new("the license-key secret", &decoded("license-key-secret")?),
        Canary::new("the audit key", &decoded("audit-key")?),
    ])
}

/// Addresses and keys are for the command lines; a log has neither.
fn personal_data_stays_out_of_logs(logs: &str) -> anyhow::Result<()> {
    for (what, beginning) in [("an address", BUYER), ("a license key", "DT1-CORE-"), ("a license", "DTLIC2:")]
    {
        let line = logs.lines().find(|line| line.contains(beginning));
        ensure!(line.is_none(), "a log holds {what}: {}", line.unwrap_or_default());
    }
    Ok(())
}
