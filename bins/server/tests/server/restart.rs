//! A restart on a socket that somebody else keeps: whoever connects meanwhile waits, and nobody is refused.

use crate::client::Client;
use crate::installation::{Installation, Server, sale};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const SELLERS: usize = 8;

/// How many orders were acknowledged, and how many requests failed in flight. A refused connection is a failed test.
struct Sold {
    acknowledged: usize,
    broken: usize,
}

/// Sells without a pause while `end` ends server after server and others take their places.
fn sell_through_restarts(installation: &Installation, restarts: usize, end: impl Fn(Server)) -> Sold {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let enough = AtomicBool::new(false);
    let sell = |seller: usize| {
        let (mut client, mut sold) = (Client::of(&address), Sold { acknowledged: 0, broken: 0 });
        while !enough.load(Ordering::Relaxed) {
            match client.deliver(&sale(&format!("{seller}-{}", sold.acknowledged))) {
                Ok(answered) => {
                    assert_eq!(answered.status, 200, "{answered:?}");
                    sold.acknowledged += 1;
                }
                // In flight when the process was killed: the same order is told again.
                Err(error) => {
                    assert_ne!(error.kind(), std::io::ErrorKind::ConnectionRefused);
                    sold.broken += 1;
                }
            }
        }
        sold
    };
    std::thread::scope(|scope| {
        let sell = &sell;
        let mut server = Some(installation.start_on(&socket));
        let sellers: Vec<_> = (0..SELLERS).map(|seller| scope.spawn(move || sell(seller))).collect();
        for _ in 0..restarts {
            std::thread::sleep(Duration::from_millis(300));
            end(server.take().unwrap());
            server = Some(installation.start_on(&socket));
        }
        std::thread::sleep(Duration::from_millis(300));
        enough.store(true, Ordering::Relaxed);
        sellers.into_iter().map(|seller| seller.join().unwrap()).fold(
            Sold { acknowledged: 0, broken: 0 },
            |all, one| Sold {
                acknowledged: all.acknowledged + one.acknowledged,
                broken: all.broken + one.broken,
            },
        )
    })
}

on_both_databases! {
    fn no_client_notices_a_restart(database: TestDatabase) {
        let installation = Installation::on(database);
        let sold = sell_through_restarts(&installation, 3, |server| {
            let (code, log) = server.stop();
            assert_eq!(code, Some(0), "{log}");
        });
        assert_eq!(sold.broken, 0);
        assert_eq!(installation.licenses().len(), sold.acknowledged);
    }

    fn a_kill_costs_what_is_in_flight_and_refuses_nobody(database: TestDatabase) {
        let installation = Installation::on(database);
        let sold = sell_through_restarts(&installation, 5, Server::kill);
        assert!(sold.broken <= 5 * SELLERS, "{} requests failed", sold.broken);
        assert_eq!(installation.licenses().len(), sold.acknowledged);
    }
}

#[test]
fn a_socket_that_is_passed_wins_over_the_address_in_the_settings() {
    let installation = Installation::on(TestDatabase::sqlite()).with("MINTMARK_HTTP__BIND", "192.0.2.1:1");
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = installation.start_on(&socket);
    assert_eq!(server.address(), socket.local_addr().unwrap().to_string());
    assert_eq!(server.wait_for_log("listening")["keeper"], "supervisor");
}
