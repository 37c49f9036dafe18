//! Slow clients, with and without the secret: they are cut, and the next sale does not wait for them.

use crate::client::{Client, connect};
use crate::installation::{Installation, SECRET, sale};
use mintmark_storage::testing::TestDatabase;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const SLOW: usize = 1000;
/// A good delivery beside them; on a machine that is not busy with other tests it takes a few milliseconds. One that
/// had to wait for a slow client would wait for three seconds.
const IN_TIME: Duration = Duration::from_secs(2);
/// A head may take four seconds, a body three; the machine may be slow.
const CUT: Duration = Duration::from_secs(15);

/// Its own patience is longer than the server's.
const PATIENCE: Duration = Duration::from_secs(30);

/// What each kind of slow client says before it falls silent.
fn beginnings() -> [String; 5] {
    let post = |secret: &str| {
        format!(
            "POST /webhooks/gumroad?secret={secret} HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\nsale_id="
        )
    };
    [
        String::new(),
        "POST /webhooks/gum".to_owned(),
        post(SECRET),
        post("a-wrong-secret-of-a-stranger"),
        post(SECRET)
            .replace("content-length: 5000", "transfer-encoding: chunked")
            .replace("sale", "1\r\ns\r\n"),
    ]
}

/// The test's own sockets count as well.
fn allow_many_sockets() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).unwrap();
}

#[test]
fn a_thousand_slow_clients_do_not_keep_a_sale_waiting_and_are_cut() {
    allow_many_sockets();
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start_with_few_descriptors();
    let address = server.address().parse().unwrap();
    let since = Instant::now();
    let mut slow: Vec<TcpStream> = Vec::new();
    for beginning in beginnings().iter().cycle().take(SLOW) {
        let mut socket = connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(beginning.as_bytes()).unwrap();
        slow.push(socket);
    }

    for order in 0..20 {
        let begun = Instant::now();
        let answered = Client::of(server.address()).deliver(&sale(&order.to_string())).unwrap();
        assert_eq!(answered.status, 200);
        assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    }

    for socket in &mut slow {
        let mut said = Vec::new();
        // An end or a reset; a timeout would be a client that is still let in.
        if let Err(error) = socket.read_to_end(&mut said) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        }
    }
    assert!(since.elapsed() < CUT, "{:?}", since.elapsed());
    assert_eq!((installation.rows().len(), installation.licenses().len()), (20, 20));
}
