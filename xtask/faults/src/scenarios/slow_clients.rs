//! Thousands of clients that hold their connections and say next to nothing: good ones do not notice.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::context::Context;
use crate::installation::{Installation, SECRET};
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::measures::{Memory, mebibytes, percentile};
use crate::raw_http::Head;
use crate::slow_clients::{Fate, Habit, besiege};

/// A good delivery is answered within this time throughout.
const GOOD: Duration = Duration::from_millis(500);
/// How long a head may take, and how long a body; a round of looking on top.
const HEAD: Duration = Duration::from_millis(5_500);
const BODY: Duration = Duration::from_millis(5_000);
/// How long the besiegers stay if nobody ends them.
const SIEGE: Duration = Duration::from_secs(10);
const BESIDE_THE_CLIENTS: u64 = 500;

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let clients = context.cycles(1_000, 5_000);
    raise_limit(u64::try_from(clients)? + BESIDE_THE_CLIENTS)?;
    let installation = context.installation()?;
    let server = installation.start()?;
    let habits = habits();
    let address = installation.address().parse()?;
    let siege = thread::spawn(move || besiege(address, &habits, clients, SIEGE));
    let mut good = deliver_until(&installation, || siege.is_finished())?;
    let fates = siege.join().ok().context("the besiegers panicked")??;
    let (worst, count) = (percentile(&mut good, 100), good.len());
    context.figure(format!(
        "{clients} slow clients; {count} good deliveries, p99 {} ms, worst {} ms",
        percentile(&mut good, 99).as_millis(),
        worst.as_millis()
    ));
    context.figure(mebibytes(Memory::of(server.process_id())?.resident));
    for (habit, fate) in self::habits().iter().zip(&fates) {
        closed_in_time(habit, fate)?;
    }
    ensure!(percentile(&mut good, 99) < GOOD, "good deliveries had to wait for {} ms", worst.as_millis());
    server.stop()?;
    Ok(())
}

/// One of each takes its turn.
fn habits() -> Vec<Habit> {
    let right = Head::post(&format!("/webhooks/gumroad?secret={SECRET}"));
    let wrong = Head::post("/webhooks/gumroad?secret=not-the-secret-of-this-shop");
    let long = |head: &Head| head.clone().with("content-length", "200000").end();
    let chunked = |head: &Head| head.clone().with("transfer-encoding", "chunked").end();
    vec![
        Habit { name: "says nothing", first: Vec::new(), then: b"" },
        Habit { name: "half a head", first: right.clone().half(), then: b"" },
        Habit { name: "a head, byte by byte", first: b"POST /".to_vec(), then: b"x" },
        Habit { name: "a body that stalls", first: long(&right), then: b"" },
        Habit { name: "a body, byte by byte", first: long(&right), then: b"x" },
        Habit { name: "chunks, byte by byte", first: chunked(&right), then: b"1\r\nx\r\n" },
        Habit { name: "a stranger's stalled body", first: long(&wrong), then: b"" },
        Habit { name: "a stranger's body, byte by byte", first: long(&wrong), then: b"x" },
        Habit { name: "a stranger's chunks", first: chunked(&wrong), then: b"1\r\nx\r\n" },
    ]
}

fn closed_in_time(habit: &Habit, fate: &Fate) -> anyhow::Result<()> {
    let limit = if habit.name.contains("bod") || habit.name.contains("chunk") { BODY } else { HEAD };
    let Fate { opened, closed, longest, told } = fate;
    ensure!(closed == opened, "{}: {} of {opened} were never closed", habit.name, opened - closed);
    ensure!(*longest <= limit, "{}: kept for {} ms", habit.name, longest.as_millis());
    let expected = |line: &String| {
        ["HTTP/1.1 408", "HTTP/1.1 503", "HTTP/1.1 404"].iter().any(|start| line.starts_with(start))
    };
    ensure!(told.iter().all(|line| line.is_empty() || expected(line)), "{}: told {told:?}", habit.name);
    Ok(())
}

/// A new connection for each, as stores make them; a hundred in a second.
fn deliver_until(installation: &Installation<'_>, ended: impl Fn() -> bool) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while !ended() {
        let store = Store::new(&installation.address(), Arc::new(Ledger::default()));
        let begin = Instant::now();
        ensure!(store.tell(&Sale::new()) == Some(200), "a good delivery is not taken");
        times.push(begin.elapsed());
        thread::sleep(Duration::from_millis(10));
    }
    Ok(times)
}

/// Each of our clients is an open file of ours.
fn raise_limit(wanted: u64) -> anyhow::Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
            .with_context(|| format!("this machine does not let us open {wanted} files"))?;
    }
    Ok(())
}
