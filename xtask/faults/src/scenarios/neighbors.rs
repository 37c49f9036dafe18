//! Two servers on one PostgreSQL, and a third: one is killed and one frozen with letters in hand, the last takes over.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustix::process::Signal;
use xtask::port;
use xtask::process::wait_for;

use crate::context::Context;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::server::Server;
use crate::sink::{Reply, Sink};

/// Letters that a server sends at once, each over a connection of its own.
const IN_HAND: i64 = 2;
/// A lease, two questions to the provider, and what lies between.
const TAKEN_OVER: Duration = Duration::from_secs(60);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    installation.set("MINTMARK_MAIL__WAIT", "0s");
    sink.behave(|request| if request.method == "POST" { Reply::Silence } else { Reply::Well });
    let doomed = Neighbor::start(&mut installation)?;
    doomed.sell(&ledger, IN_HAND)?;
    await_in_hand(&installation, IN_HAND)?;
    let frozen = Neighbor::start(&mut installation)?;
    frozen.sell(&ledger, IN_HAND)?;
    await_in_hand(&installation, 2 * IN_HAND)?;
    frozen.server.signal(Signal::STOP)?;
    doomed.server.kill()?;
    // From here on letters are accepted, and the one that is left has to send all four.
    sink.behave(|_| Reply::Well);
    let heir = Neighbor::start(&mut installation)?;
    heir.sell(&ledger, 10)?;
    let taken_over = await_all_accepted(context, &installation)?;
    context.figure(format!("taken over within {taken_over} s"));
    let before = sent(&installation)?;
    frozen.server.signal(Signal::CONT)?;
    frozen.sell(&ledger, 10)?;
    context.hasten(&installation)?;
    let summary = ledger.check(&installation, &sink, usize::try_from(IN_HAND)?)?;
    let after = sent(&installation)?;
    ensure!(after.starts_with(&before), "a stale result was written down: {before:?} became {after:?}");
    context.figure(summary);
    for neighbor in [frozen, heir] {
        ensure!(neighbor.server.stop()?.success(), "a server did not stop in good order");
    }
    Ok(())
}

/// One of several servers of one installation.
struct Neighbor {
    server: Server,
    address: String,
}

impl Neighbor {
    fn start(installation: &mut Installation<'_>) -> anyhow::Result<Self> {
        let address = installation.move_to(port::free()?);
        Ok(Self { server: installation.start()?, address })
    }

    fn sell(&self, ledger: &Arc<Ledger>, count: i64) -> anyhow::Result<()> {
        let store = Store::new(&self.address, Arc::clone(ledger));
        for _ in 0..count {
            ensure!(store.tell(&Sale::new()) == Some(200), "a sale is not taken");
        }
        Ok(())
    }
}

fn await_in_hand(installation: &Installation<'_>, count: i64) -> anyhow::Result<()> {
    let mut witness = installation.witness()?;
    wait_for("letters in hand", Duration::from_secs(5), || {
        let sending = witness.number("SELECT count(*) AS value FROM letters WHERE state = 'sending'")?;
        Ok((sending == count).then_some(()))
    })
}

/// Seconds until nothing is left to send.
fn await_all_accepted(context: &Context<'_>, installation: &Installation<'_>) -> anyhow::Result<u64> {
    let begin = std::time::Instant::now();
    context.hasten(installation)?;
    let mut witness = installation.witness()?;
    wait_for("the letters of the others", 2 * TAKEN_OVER, || {
        let left = witness.number("SELECT count(*) AS value FROM letters WHERE state <> 'accepted'")?;
        Ok((left == 0).then_some(()))
    })?;
    let took = begin.elapsed();
    ensure!(took <= TAKEN_OVER, "the letters of the others lay for {} s", took.as_secs());
    Ok(took.as_secs())
}

/// Each letter, the provider's id of it, and when it was sent, in order.
fn sent(installation: &Installation<'_>) -> anyhow::Result<Vec<String>> {
    let question = "SELECT id || ' ' || coalesce(message_id, '') || ' ' || coalesce(sent_at, 0) AS value \
                    FROM letters ORDER BY id";
    installation.witness()?.words(question).context("cannot read the letters")
}
