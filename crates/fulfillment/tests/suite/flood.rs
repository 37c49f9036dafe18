//! Many letters at once, and a provider that does not answer.

use crate::support::{Ping, Postbox, Shop, TestClock, trouble};
use mintmark_fulfillment::{Fulfilled, Fulfillment, Role};
use mintmark_mail::{Channels, FailureClass, Letter, Mailer, Memory, Receipt, Recourse, SendError};
use mintmark_storage::{on_both_databases, testing::TestDatabase};
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Far longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(60);

on_both_databases! {
    fn letters_that_may_be_sent_twice_are_sent_by_the_batch(database: TestDatabase) {
        let counter = Counter::over(Memory::default().repeating());
        let server = server_with_letters_due(&database, 60, counter.clone());
        counter.wait_for(60);
        server.stop();
        assert_eq!(counter.sizes(), [10, 25, 25]);
    }

    fn letters_that_a_crash_would_leave_in_doubt_are_sent_one_by_one(database: TestDatabase) {
        let counter = Counter::over(Memory::default());
        let server = server_with_letters_due(&database, 6, counter.clone());
        counter.wait_for(6);
        server.stop();
        assert_eq!(counter.sizes(), [1; 6]);
    }

    fn nobody_waits_for_a_provider_that_does_not_answer(database: TestDatabase) {
        let (open, gate) = channel();
        let (arrival, arrived) = channel();
        let hole = BlackHole { arrival, gate: Arc::new(Mutex::new(gate)) };
        let shop = shop_without_outbox(&database);
        let letters: Vec<i64> = (0..8).map(|number| letter(&shop, number)).collect();
        let mut server = shop.fulfillment;
        server.start_outbox_with(Channels::only(Box::new(hole)), shop.clock.as_clock()).unwrap();
        // Dropped before the server: a test that fails must not wait for the provider.
        let open = open;
        let outbox = server.outbox().unwrap();

        let first_two = [outbox.send_now(letters[0]), outbox.send_now(letters[1])];
        assert!(first_two.iter().all(Option::is_some), "nothing is known of the provider yet");
        (0..2).for_each(|_| arrived.recv_timeout(PATIENCE).unwrap());
        until(|| outbox.send_now(letters[2]).is_none());
        drop(open);
        server.stop();
    }
}

#[test]
fn two_servers_on_one_postgres_share_the_letters() {
    let Some(database) = TestDatabase::postgres() else { return };
    let (first, second) = (Counter::over(Memory::default()), Counter::over(Memory::default()));
    let shop = shop_without_outbox(&database);
    for number in 0..40 {
        letter(&shop, number);
    }
    let start = |counter: &Counter| {
        let mut server = shop.builder.open(Role::Server).unwrap();
        server.start_outbox_with(Channels::only(Box::new(counter.clone())), shop.clock.as_clock()).unwrap();
        server
    };
    let servers = [start(&first), start(&second)];
    until(|| first.memory.attempts() + second.memory.attempts() >= 40);
    servers.iter().for_each(Fulfillment::stop);
    let letters = [first.memory.letters(), second.memory.letters()].concat();
    let uids: BTreeSet<&str> = letters.iter().map(|letter| letter.uid.as_str()).collect();
    assert_eq!((letters.len(), uids.len()), (40, 40));
    assert!(shop.licenses().iter().all(|license| license["letter"] == "accepted"));
}

/// Remembers how many letters it was given at once.
#[derive(Debug, Clone)]
struct Counter {
    memory: Memory,
    sizes: Arc<Mutex<Vec<usize>>>,
}

impl Counter {
    fn over(memory: Memory) -> Self {
        Self { memory, sizes: Arc::default() }
    }

    fn wait_for(&self, letters: usize) {
        until(|| self.memory.attempts() >= letters);
    }

    fn sizes(&self) -> Vec<usize> {
        let mut sizes = self.sizes.lock().unwrap().clone();
        sizes.sort_unstable();
        sizes
    }
}

impl Mailer for Counter {
    fn provider(&self) -> &'static str {
        self.memory.provider()
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        self.memory.send(letter)
    }

    fn send_all(&self, letters: &[Letter]) -> Vec<Result<Receipt, SendError>> {
        self.sizes.lock().unwrap().push(letters.len());
        letters.iter().map(|letter| self.send(letter)).collect()
    }

    fn recourse(&self) -> Recourse<'_> {
        self.memory.recourse()
    }
}

/// Takes letters and does not answer.
#[derive(Debug)]
struct BlackHole {
    arrival: Sender<()>,
    gate: Arc<Mutex<Receiver<()>>>,
}

impl Mailer for BlackHole {
    fn provider(&self) -> &'static str {
        "hole"
    }

    fn send(&self, _letter: &Letter) -> Result<Receipt, SendError> {
        self.arrival.send(()).unwrap();
        self.gate.lock().unwrap().recv().unwrap_or_default();
        Err(trouble(FailureClass::Unknown))
    }

    fn recourse(&self) -> Recourse<'_> {
        Recourse::Wait
    }
}

fn server_with_letters_due(database: &TestDatabase, letters: usize, counter: Counter) -> Fulfillment {
    let shop = shop_without_outbox(database);
    for number in 0..letters {
        letter(&shop, number);
    }
    let mut server = shop.fulfillment;
    server.start_outbox_with(Channels::only(Box::new(counter)), shop.clock.as_clock()).unwrap();
    server
}

fn shop_without_outbox(database: &TestDatabase) -> Shop {
    let builder = Shop::on(database);
    drop(builder.open(Role::Setup).unwrap());
    let fulfillment = builder.open(Role::Server).unwrap();
    let (postbox, clock) = (Postbox::default(), TestClock::default());
    Shop { fulfillment, postbox, fallback: None, clock, builder }
}

/// A letter that is due.
fn letter(shop: &Shop, number: usize) -> i64 {
    let delivery = shop.record(&Ping::sale().with("sale_id", &number.to_string()));
    let fulfilled = pollster::block_on(shop.fulfillment.fulfill(&delivery, shop.clock.now()));
    let Ok(Fulfilled::Licensed { new_letter: Some(letter), .. }) = fulfilled else { panic!("{fulfilled:?}") };
    letter
}

/// Only a failing test waits long.
fn until(mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < PATIENCE, "it never was");
        std::thread::sleep(Duration::from_millis(5));
    }
}
