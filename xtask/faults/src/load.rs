//! A store that sells at a steady rate, tells some sales twice, and tells again what was not acknowledged.

mod sale;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

pub(crate) use sale::{BUYER, Sale};

use crate::installation::SECRET;
use crate::ledger::{Answer, Ledger};

/// Gumroad gives up after this time.
const PATIENCE: Duration = Duration::from_secs(5);
/// What was not acknowledged is told again this much later; Gumroad takes a minute.
const RETRY_PAUSE: Duration = Duration::from_millis(300);
/// How long the last ones are told again and again before the test has failed.
const LAST_TRIES: Duration = Duration::from_secs(60);

/// What a store does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Sales told in a second, by all connections together.
    pub(crate) rate: u32,
    /// Kept alive; each is a thread.
    pub(crate) connections: u32,
    /// Of a hundred sales, so many are told a second time although the first was acknowledged.
    pub(crate) duplicates: u32,
    /// Of a hundred sales, so many are refunded a moment later; a sale that has to be told again may come after that.
    pub(crate) refunds: u32,
}

/// A store at work.
#[derive(Debug)]
pub(crate) struct Selling {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<anyhow::Result<()>>>,
}

impl Load {
    /// Begins to sell to the server at `address`; what it does is written into the ledger.
    pub(crate) fn start(self, address: &str, ledger: &Arc<Ledger>) -> Selling {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..self.connections).map(|_| {
            let store = Store::new(address, Arc::clone(ledger));
            let stop = Arc::clone(&stop);
            thread::spawn(move || store.sell(self, &stop))
        });
        Selling { threads: threads.collect(), stop }
    }
}

impl Selling {
    /// Sells nothing new, and returns when the last sale is acknowledged.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().ok().context("a thread of the load panicked")??;
        }
        Ok(())
    }
}

/// One connection to the server, and what it still has to tell.
pub(crate) struct Store {
    agent: ureq::Agent,
    url: String,
    ledger: Arc<Ledger>,
    unacknowledged: Vec<(Instant, Sale)>,
}

impl Store {
    pub(crate) fn new(address: &str, ledger: Arc<Ledger>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections(1)
            .proxy(None)
            .build()
            .new_agent();
        let url = format!("http://{address}/webhooks/gumroad?secret={SECRET}");
        Self { agent, url, ledger, unacknowledged: Vec::new() }
    }

    fn sell(mut self, load: Load, stop: &AtomicBool) -> anyhow::Result<()> {
        let pause = Duration::from_secs(1) * load.connections / load.rate;
        let mut next = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            next = (next + pause).max(Instant::now());
            thread::sleep(next.saturating_duration_since(Instant::now()));
            let sale = self.due().unwrap_or_else(Sale::new);
            self.tell_or_keep(&sale);
            if fastrand::u32(0..100) < load.duplicates {
                self.tell_or_keep(&sale.again());
            }
            if !sale.is_refund && fastrand::u32(0..100) < load.refunds {
                self.tell_or_keep(&sale.refund());
            }
        }
        self.tell_the_rest()
    }

    /// A sale that was told before, not acknowledged, and has waited long enough.
    fn due(&mut self) -> Option<Sale> {
        let now = Instant::now();
        let place = self.unacknowledged.iter().position(|(due, _)| *due <= now)?;
        Some(self.unacknowledged.swap_remove(place).1)
    }

    fn tell_or_keep(&mut self, sale: &Sale) {
        if self.tell(sale) != Some(200) {
            self.unacknowledged.push((Instant::now() + RETRY_PAUSE, sale.again()));
        }
    }

    fn tell_the_rest(mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + LAST_TRIES;
        while let Some((due, sale)) = self.unacknowledged.pop() {
            ensure!(Instant::now() < deadline, "the order {} is not acknowledged", sale.order);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.tell_or_keep(&sale);
        }
        Ok(())
    }

    /// Tells one sale, once. The status; nothing if there was no answer.
    pub(crate) fn tell(&self, sale: &Sale) -> Option<u16> {
        let sent = self.ledger.sending(sale);
        let start = Instant::now();
        let answer = self.post(sale);
        let status = answer.as_ref().ok().map(|answer| answer.status);
        self.ledger.answered(sent, start.elapsed(), answer);
        status
    }

    fn post(&self, sale: &Sale) -> anyhow::Result<Answer> {
        let request = self.agent.post(&self.url).header("content-type", "application/x-www-form-urlencoded");
        let mut answer = request.send(sale.body.as_bytes())?;
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        Ok(Answer { status, body })
    }
}
