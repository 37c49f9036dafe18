//! One failure of a provider, and what has to become of the letter.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use xtask::process::wait_for;

use crate::binaries::Binaries;
use crate::command_lines::{seconds_until, show};
use crate::database::Database;
use crate::doubles::smtp::{Script, Smtp};
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::sink::{Reply, Request, Sink};

/// One case: a provider, and the letter's fate.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) provider: Provider,
    pub(super) fate: Fate,
    /// Left out of the short form.
    pub(super) takes_long: bool,
}

/// Who is asked to send the letter.
pub(super) enum Provider {
    /// A double of Postmark, that answers each request as this function says; it is told the number of the request.
    Postmark(fn(&Request, usize) -> Reply),
    Smtp(Script),
    /// Nobody listens there.
    Absent,
    /// Somebody listens there who speaks no TLS, and is asked to.
    WithoutTls,
}

/// The letter as `mintmark-replay show --json` has it, some time after its first sending.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) state: &'static str,
    pub(super) class: Option<&'static str>,
    /// Those that count.
    pub(super) attempts: i64,
    /// When it is tried again, in seconds after the failure.
    pub(super) again: Option<(i64, i64)>,
    /// Copies that the provider accepted.
    pub(super) copies: usize,
}

/// A sending is given up after 10 s, and one that waits for a search's second look takes 20 s more.
const PATIENCE: Duration = Duration::from_secs(60);
/// The answer to the store is not kept waiting by any of this.
const PROMPT: Duration = Duration::from_secs(2);
/// A stop is not kept waiting for longer.
const STOP: Duration = Duration::from_secs(10);

/// A double that runs as long as its case.
enum Double {
    Postmark(Sink),
    Smtp(Smtp),
    None,
}

impl Case {
    pub(super) fn run(&self, binaries: &Binaries, database: Database<'_>) -> anyhow::Result<()> {
        let mut installation = Installation::open(binaries, database)?;
        let double = self.provider.set_up(&mut installation)?;
        installation.set("MINTMARK_MAIL__WAIT", "0s");
        let server = installation.start()?;
        let store = Store::new(&installation.address(), Arc::new(Ledger::default()));
        let told = Instant::now();
        ensure!(store.tell(&Sale::new()) == Some(200), "the sale is not taken");
        ensure!(told.elapsed() < PROMPT, "the store waited for {} ms", told.elapsed().as_millis());
        let letter = self.await_fate(&installation)?;
        self.fate.judge(&letter)?;
        let copies = double.copies();
        ensure!(copies == self.fate.copies, "the provider accepted {copies} copies: {letter}");
        let stopped = Instant::now();
        ensure!(server.stop()?.success(), "the server did not stop in good order");
        ensure!(stopped.elapsed() <= STOP, "the stop took {} ms", stopped.elapsed().as_millis());
        Ok(())
    }

    /// Waits for the end of the sending. A letter that is adopted after all has a class on its way there.
    fn await_fate(&self, installation: &Installation<'_>) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        let waited = wait_for("the end of the sending", PATIENCE, || {
            let shown = show(installation, 1)?;
            last = shown["letters"][0].clone();
            let ended =
                last["state"] != "sending" && (last["state"] != "queued" || !last["failure_class"].is_null());
            let expected = last["state"] == self.fate.state || self.fate.state == "queued";
            Ok((ended && expected).then_some(()))
        });
        waited.with_context(|| format!("{last}"))?;
        Ok(last)
    }
}

impl Provider {
    fn set_up(&self, installation: &mut Installation<'_>) -> anyhow::Result<Double> {
        match self {
            Self::Postmark(behavior) => {
                let sink = Sink::start()?;
                sink.behave_in_turn(*behavior);
                installation.mail_to(&sink);
                Ok(Double::Postmark(sink))
            }
            Self::Smtp(script) => {
                let smtp = Smtp::start(*script)?;
                installation.set("MINTMARK_MAIL__FROM", "licenses@example.com");
                installation.set("MINTMARK_MAIL__SMTP__URL", &smtp.url("canary-smtp-password"));
                Ok(Double::Smtp(smtp))
            }
            Self::Absent => {
                let absent = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
                mail_to(installation, "http", absent);
                Ok(Double::None)
            }
            Self::WithoutTls => {
                let smtp = Smtp::start(Script::default())?;
                mail_to(installation, "https", smtp.address());
                Ok(Double::None)
            }
        }
    }
}

fn mail_to(installation: &mut Installation<'_>, scheme: &str, address: SocketAddr) {
    installation.set("POSTMARK_TOKEN", crate::installation::TOKEN);
    installation.set("MINTMARK_MAIL__FROM", "licenses@example.com");
    installation.set("MINTMARK_MAIL__POSTMARK__API_BASE", &format!("{scheme}://{address}"));
}

impl Double {
    fn copies(&self) -> usize {
        match self {
            Self::Postmark(sink) => sink.letters().len(),
            Self::Smtp(smtp) => smtp.accepted().len(),
            Self::None => 0,
        }
    }
}

impl Fate {
    /// Accepted, however long it took to be known.
    pub(super) const ACCEPTED: Self =
        Self { state: "accepted", class: None, attempts: 1, again: None, copies: 1 };
    /// Accepted at the second sending, after the provider was asked for the first in vain.
    pub(super) const RESENT: Self =
        Self { state: "accepted", class: None, attempts: 2, again: None, copies: 1 };
    /// Surely not sent: tried again after 10 s, a fifth more or less.
    pub(super) const TRANSIENT: Self =
        Self { state: "queued", class: Some("transient"), attempts: 1, again: Some((7, 12)), copies: 0 };
    /// The channel pauses for 30 s, a fifth more or less, and no attempt is spent.
    pub(super) const THROTTLE: Self =
        Self { state: "queued", class: Some("throttle"), attempts: 0, again: Some((22, 37)), copies: 0 };
    /// A person has to mend it: the channel pauses for 5 min, and no attempt is spent.
    pub(super) const CONFIGURATION: Self = Self {
        state: "queued",
        class: Some("configuration"),
        attempts: 0,
        again: Some((230, 361)),
        copies: 0,
    };

    /// Given up at once, because another attempt would end the same way.
    pub(super) const fn given_up(class: &'static str) -> Self {
        Self { state: "failed", class: Some(class), attempts: 1, again: None, copies: 0 }
    }

    /// It may have been sent: not again before this window.
    pub(super) const fn unknown(again: (i64, i64), copies: usize) -> Self {
        Self { state: "queued", class: Some("unknown"), attempts: 1, again: Some(again), copies }
    }

    fn judge(&self, letter: &Value) -> anyhow::Result<()> {
        let found = (&letter["state"], &letter["failure_class"], &letter["attempts"]);
        let class = self.class.map_or(Value::Null, Value::from);
        let (state, attempts) = (Value::from(self.state), Value::from(self.attempts));
        // What was adopted after an unknown end may keep a memory of it.
        let same_class = *found.1 == class || self.state == "accepted";
        ensure!(*found.0 == state && same_class && *found.2 == attempts, "expected {self:?}, found {letter}");
        let Some((earliest, latest)) = self.again else { return Ok(()) };
        let next = letter["next_at"].as_str().context("no next_at")?;
        let pause = seconds_until(next)?;
        ensure!(
            (earliest..=latest).contains(&pause),
            "again in {pause} s, not within {earliest} to {latest}"
        );
        Ok(())
    }
}
