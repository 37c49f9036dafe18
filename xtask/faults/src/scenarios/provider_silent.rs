//! A provider that takes letters and never says a word: stores do not notice, and a stop is not held up.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::context::{Context, Length};
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Load, Sale, Store};
use crate::measures::percentile;
use crate::server::Server;
use crate::sink::{Reply, Sink};

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 0, refunds: 0 };
/// Connections that the server holds to one provider.
const SLOTS: usize = 2;
/// The longest that a stop may take.
const STOP: Duration = Duration::from_secs(10);
/// Of the two machines' worth of work on one machine, half of a difference is noise.
const NOISE: Duration = Duration::from_millis(25);

/// Two shops side by side under the same load, one with a provider that is well.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (well, silent) = (Sink::start()?, Sink::start()?);
    silent.behave(|_| Reply::Silence);
    let shops = [open(context, &well)?, open(context, &silent)?];
    let servers = [shops[0].start()?, shops[1].start()?];
    let mut times = sell_side_by_side(context, &shops)?;
    let [healthy, hurt] = [0, 1].map(|shop| percentile(&mut times[shop], 99));
    context.figure(format!(
        "p99 {} µs, beside a silent provider {} µs",
        healthy.as_micros(),
        hurt.as_micros()
    ));
    let limit = if context.bench.length == Length::Long { healthy.mul_f64(1.1) } else { healthy * 2 };
    ensure!(hurt <= limit.max(healthy + NOISE), "a silent provider slows stores down");
    let held = silent.most_open();
    ensure!(held <= SLOTS, "the server holds {held} connections to a silent provider");
    stop_in_time(context, servers)?;
    wrong_token_pauses(context)
}

fn open<'a>(context: &Context<'a>, sink: &Sink) -> anyhow::Result<Installation<'a>> {
    let mut installation = context.installation()?;
    installation.mail_to(sink);
    installation.set("MINTMARK_MAIL__WAIT", "0s");
    Ok(installation)
}

fn sell_side_by_side(
    context: &Context<'_>,
    shops: &[Installation<'_>; 2],
) -> anyhow::Result<[Vec<Duration>; 2]> {
    let ledgers = [Arc::new(Ledger::default()), Arc::new(Ledger::default())];
    let selling: Vec<_> =
        shops.iter().zip(&ledgers).map(|(shop, ledger)| LOAD.start(&shop.address(), ledger)).collect();
    thread::sleep(Duration::from_secs(if context.bench.length == Length::Long { 60 } else { 4 }));
    for selling in selling {
        selling.finish()?;
    }
    Ok(ledgers.map(|ledger| ledger.waits(200)))
}

/// At the moment of the signal two letters are with the silent provider.
fn stop_in_time(context: &Context<'_>, servers: [Server; 2]) -> anyhow::Result<()> {
    let [well, silent] = servers;
    ensure!(well.stop()?.success(), "the server did not stop in good order");
    let begin = Instant::now();
    ensure!(silent.stop()?.success(), "the server did not stop in good order");
    let took = begin.elapsed();
    context.figure(format!("stopped in {} ms", took.as_millis()));
    ensure!(took <= STOP, "the stop took {} ms", took.as_millis());
    Ok(())
}

/// A wrong token is nobody's letter's fault: the first refusals keep the others from being tried.
fn wrong_token_pauses(context: &Context<'_>) -> anyhow::Result<()> {
    let sink = Sink::start()?;
    sink.behave(|_| Reply::Say(401, r#"{"ErrorCode": 10, "Message": "no such token"}"#.to_owned()));
    let shop = open(context, &sink)?;
    let server = shop.start()?;
    let store = Store::new(&shop.address(), Arc::new(Ledger::default()));
    for _ in 0..20 {
        ensure!(store.tell(&Sale::new()) == Some(200), "the sale is not taken");
    }
    // Long enough for a worker to have taken the next letter, had it been allowed to.
    thread::sleep(Duration::from_millis(1_200));
    let asked = sink.requests();
    ensure!((1..=SLOTS).contains(&asked), "a provider that refuses our token was asked {asked} times");
    let mut witness = shop.witness()?;
    let spent = witness.number("SELECT coalesce(sum(attempts), 0) AS value FROM letters")?;
    ensure!(spent == 0, "{spent} attempts were spent on a wrong token");
    server.stop()?;
    Ok(())
}
