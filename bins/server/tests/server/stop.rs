//! Stopping: nobody is left without an answer, and nothing holds the process.

use crate::client::Client;
use crate::installation::{Installation, sale};
use mintmark_storage::testing::TestDatabase;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The whole stop, with a provider that never answers.
const BOUND: Duration = Duration::from_secs(10);

/// A provider that takes a connection and never says a word.
fn black_hole() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn a_stopping_server_is_not_ready_and_takes_deliveries_until_its_letters_are_done_with() {
    let (_black_hole, url) = black_hole();
    let installation = Installation::on(TestDatabase::sqlite())
        .with("POSTMARK_TOKEN", "a-token-for-tests")
        .with("MINTMARK_MAIL__FROM", "Example Apps <licenses@example.com>")
        .with("MINTMARK_MAIL__POSTMARK__API_BASE", &url)
        .with("MINTMARK_MAIL__WAIT", "100ms");
    let server = installation.start();
    let (mut client, mut probe) = (Client::of(server.address()), Client::of(server.address()));
    assert_eq!(probe.get("/readyz").unwrap().status, 200);
    assert!(!client.deliver(&sale("BEFORE")).unwrap().closes);

    let since = Instant::now();
    server.terminate();
    server.wait_for_log("stopping");

    let answered = probe.get("/readyz").unwrap();
    assert_eq!((answered.status, answered.closes), (503, true));
    assert_eq!(answered.body, r#"{"status":"not-ready","reason":"stopping"}"#);
    // Kept, new, and long after the signal: all the same.
    for order in ["KEPT", "NEW", "LATE"] {
        let answered = client.deliver(&sale(order)).unwrap();
        assert_eq!((answered.status, answered.closes), (200, true), "{answered:?}");
        std::thread::sleep(Duration::from_millis(700));
    }
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(since.elapsed() < BOUND, "{:?}", since.elapsed());
    assert!(log.contains("letters in hand did not come to an end"), "{log}");
    assert_eq!(installation.licenses().len(), 4);
}

#[test]
fn a_request_in_flight_is_finished_and_a_silent_client_holds_nothing() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start();
    let request = crate::client::delivery(&sale("SLOW"));
    let (first, rest) = request.split_at(request.len() - 10);
    let mut socket = crate::client::connect(server.address().parse().unwrap()).unwrap();
    std::io::Write::write_all(&mut socket, first.as_bytes()).unwrap();
    let silent = TcpStream::connect(server.address()).unwrap();

    let since = Instant::now();
    server.terminate();
    server.wait_for_log("stopping");
    std::thread::sleep(Duration::from_millis(1200));
    std::io::Write::write_all(&mut socket, rest.as_bytes()).unwrap();

    let answered = crate::client::read(&mut std::io::BufReader::new(socket)).unwrap();
    assert_eq!((answered.status, answered.closes), (200, true), "{answered:?}");
    assert_eq!(server.wait().0, Some(0));
    assert!(since.elapsed() < BOUND);
    drop(silent);
}

/// How a client learns that it was not let in.
const TURNED_AWAY: [ErrorKind; 4] = [
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::BrokenPipe,
    ErrorKind::UnexpectedEof,
];

/// Where no supervisor keeps the socket, whoever connects in the moment in which it closes is turned away by the system,
/// and comes again; whoever was let in is answered. With a supervisor nobody notices, see `restart.rs`.
#[test]
fn over_stops_under_load_each_sale_is_answered_or_turned_away() {
    let mut installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start();
    let address = server.address().to_owned();
    installation.set("MINTMARK_HTTP__BIND", &address);
    let enough = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sell = |seller: usize| {
            let (mut client, mut sold) = (Client::of(&address), 0);
            while !enough.load(Ordering::Relaxed) {
                match client.deliver(&sale(&format!("{seller}-{sold}"))) {
                    Ok(answered) => assert_eq!(answered.status, 200, "{answered:?}"),
                    Err(error) if !client.was_let_in && TURNED_AWAY.contains(&error.kind()) => continue,
                    Err(error) => panic!("a request was lost: {error}"),
                }
                sold += 1;
            }
            sold
        };
        let sellers: Vec<_> = (0..8).map(|seller| scope.spawn(move || sell(seller))).collect();
        let mut server = Some(server);
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(300));
            assert_eq!(server.take().unwrap().stop().0, Some(0));
            server = Some(installation.start());
        }
        enough.store(true, Ordering::Relaxed);
        let sold: usize = sellers.into_iter().map(|seller| seller.join().unwrap()).sum();
        assert_eq!(installation.licenses().len(), sold);
    });
}
