//! A disk that fails under the database: the process ends by itself, and the next one has all that was acknowledged.

use crate::client::Client;
use crate::installation::{Installation, sale, wait_until};
use mintmark_storage::testing::TestDatabase;
use std::io::ErrorKind;

/// Bodies of this size come to the limit of [`Installation::start_on_a_failing_disk`] after some tens.
const LARGE: usize = 100_000;
const MOST: usize = 500;

#[test]
fn a_disk_that_fails_ends_the_process_and_the_next_start_recovers() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start_on_a_failing_disk();
    let mut client = Client::of(server.address());
    let mut acknowledged = 0;
    for order in 0..MOST {
        let body = format!("{}&url_params=%7B{}%7D", sale(&order.to_string()), "x".repeat(LARGE));
        match client.deliver(&body) {
            Ok(answered) if answered.status == 200 => acknowledged += 1,
            Ok(answered) => {
                assert_eq!(answered.status, 503);
                break;
            }
            // It failed after this delivery was on record, or under a letter: then the door is closed already.
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
                break;
            }
        }
    }
    assert!(acknowledged < MOST);
    let (code, log) = server.wait();
    assert_eq!(code, Some(1), "{log}");
    assert_eq!(log.matches("stopping, because the disk failed").count(), 1, "{log}");

    let server = installation.start();
    assert_eq!(Client::of(server.address()).get("/readyz").unwrap().status, 200);
    assert!(installation.rows().len() >= acknowledged);
    server.deliver(sale("AFTER").as_bytes());
    wait_until("every license", || installation.licenses().len() > acknowledged);
}
