//! Dead at each step of the first migration, and again after each call that fails: the next start takes it up.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::context::{Context, Length};
use crate::database::{self, Kind};
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::server::Server;
use crate::shims::Shim;
use crate::sink::Sink;

/// More steps than any migration has.
const MOST_STEPS: usize = 500;
/// Until it is ready or dead.
const DECIDED_WITHIN: Duration = Duration::from_secs(10);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let steps = every_step(context, |_, installation, step| {
        installation.set("MINTMARK_TEST_CRASH_AT", &format!("mid-migration:{step}"));
        Ok(())
    })?;
    ensure!(steps > 3, "a migration of {steps} steps is none");
    context.figure(format!("{steps} steps"));
    if context.kind == Kind::Sqlite {
        let calls = every_step(context, fail_a_write)?;
        context.figure(format!("{calls} writes"));
    }
    Ok(())
}

fn fail_a_write(
    context: &Context<'_>,
    installation: &mut Installation<'_>,
    step: usize,
) -> anyhow::Result<()> {
    let file = database::file(&installation.data_folder());
    Shim::InputOutputError.load(context, installation)?;
    installation.set("MINTMARK_TEST_SHIM_FILE", &file.display().to_string());
    installation.set("MINTMARK_TEST_SHIM_FAIL", &format!("write:{step}"));
    Ok(())
}

/// Sets the fault for the first start of a new installation, step by step, until a server starts in spite of it.
/// Answers how often one did not.
fn every_step(
    context: &Context<'_>,
    fault: fn(&Context<'_>, &mut Installation<'_>, usize) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let mut step = 1;
    let mut tries = 0;
    while step < MOST_STEPS {
        let sink = Sink::start()?;
        let mut installation = context.installation()?;
        installation.mail_to(&sink);
        fault(context, &mut installation, step)?;
        let mut server = installation.spawn()?;
        if lives(&mut server)? {
            return Ok(tries);
        }
        installation.unset("MINTMARK_TEST_CRASH_AT");
        Shim::unload(&mut installation);
        taken_up(&installation, &sink).with_context(|| format!("after step {step}"))?;
        tries += 1;
        // In short every step at first, then fewer and fewer.
        step += if context.bench.length == Length::Short { 1 + step / 3 } else { 1 };
    }
    anyhow::bail!("no server starts after {MOST_STEPS} steps")
}

/// Either it is ready, or it has ended; half of a schema serves nobody.
fn lives(server: &mut Server) -> anyhow::Result<bool> {
    xtask::process::wait_for("a start or an end", DECIDED_WITHIN, || {
        Ok(match server.end(Duration::ZERO)? {
            Some(_) => Some(false),
            None => (server.readiness() == Some(200)).then_some(true),
        })
    })
}

fn taken_up(installation: &Installation<'_>, sink: &Sink) -> anyhow::Result<()> {
    let ledger = Arc::new(Ledger::default());
    let server = installation.start()?;
    let store = Store::new(&installation.address(), Arc::clone(&ledger));
    ensure!(store.tell(&Sale::new()) == Some(200), "a sale is not taken");
    ledger.check(installation, sink, 0)?;
    server.stop()?;
    let left = fs::read_dir(installation.data_folder())?.flatten().count();
    ensure!(left > 0, "the data folder is empty");
    Ok(())
}
