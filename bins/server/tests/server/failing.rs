//! A disk that fails under the database: the process ends by itself, and the next one has all that was acknowledged.

use crate::client::Client;
use crate::installation::{Installation, sale};
use mintmark_storage::testing::TestDatabase;

/// Bodies of this size come to the limit of [`Installation::start_on_a_failing_disk`] after some tens.
const LARGE: usize = 100_000;
const MOST: usize = 500;

#[test]
fn a_disk_that_fails_ends_the_process_and_the_next_start_recovers() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start_on_a_failing_disk();
    let mut client = Client::of(server.address());
    let (mut acknowledged, mut refused) = (0, None);
    for order in 0..MOST {
        let body = format!("{}&url_params=%7B{}%7D", sale(&order.to_string()), "x".repeat(LARGE));
        match client.deliver(&body).unwrap().status {
            200 => acknowledged += 1,
            status => {
                refused = Some(status);
                break;
            }
        }
    }
    assert_eq!(refused, Some(503));
    let (code, log) = server.wait();
    assert_eq!(code, Some(1), "{log}");
    assert_eq!(log.matches("stopping, because the disk failed").count(), 1, "{log}");

    let server = installation.start();
    assert_eq!(Client::of(server.address()).get("/readyz").unwrap().status, 200);
    assert!(installation.rows().len() >= acknowledged);
    server.deliver(sale("AFTER").as_bytes());
    assert!(installation.licenses().len() > acknowledged);
}
