//! Requests that no honest client sends: each is answered or cut, and the next sale is served.

use crate::client::{Answered, Client, connect, read};
use crate::installation::{Installation, SECRET, sale};
use mintmark_storage::testing::TestDatabase;
use serde_json::{Value, json};
use std::io::{BufReader, Write as _};
use std::net::Shutdown;

/// Sends `bytes` with the head of a delivery, says that no more will come, and reads one answer.
fn send(address: &str, headers: &str, body: &[u8]) -> std::io::Result<Answered> {
    let mut socket = connect(address.parse().unwrap())?;
    let head = format!("POST /webhooks/gumroad?secret={SECRET} HTTP/1.1\r\nhost: x\r\n{headers}\r\n\r\n");
    // It may be answered, and the connection reset, before all is sent.
    let _ = socket.write_all(&[head.as_bytes(), body].concat());
    let _ = socket.shutdown(Shutdown::Write);
    read(&mut BufReader::new(socket))
}

fn length(body: &[u8]) -> String {
    format!("content-length: {}", body.len())
}

fn still_serves(installation: &Installation, address: &str) {
    assert_eq!(Client::of(address).deliver(&sale("GOOD")).unwrap().status, 200);
    assert_eq!(installation.licenses().len(), 1);
}

#[test]
fn bodies_that_nobody_can_read_are_recorded_and_mint_nothing() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start();
    let nested = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat();
    let json_type = "content-type: application/json\r\n";
    let cases: [(&str, Vec<u8>); 8] = [
        (json_type, nested("[", "]").into_bytes()),
        (json_type, "{\"a\":".repeat(50_000).into_bytes()),
        (json_type, format!("{{\"sale_id\":{}}}", nested("[", "]")).into_bytes()),
        (json_type, vec![0xff; 1000]),
        ("content-type: application/x-www-form-urlencoded\r\n", vec![b'&'; 200_000]),
        ("content-type: application/x-www-form-urlencoded\r\n", "%".repeat(10_000).into_bytes()),
        ("content-encoding: gzip\r\n", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x63, 0, 0]),
        ("", "a[".repeat(100_000).into_bytes()),
    ];
    for (headers, body) in &cases {
        let answered = send(server.address(), &format!("{headers}{}", length(body)), body).unwrap();
        let words: Value = serde_json::from_str(&answered.body).unwrap();
        assert_eq!((answered.status, &words["status"]), (200, &json!("logged-no-mint")), "{words}");
    }
    let rows = installation.rows();
    assert_eq!(rows.len(), cases.len());
    for (row, (_, body)) in rows.iter().zip(&cases) {
        let stored =
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, row["body"].as_str().unwrap());
        assert!(stored.unwrap() == *body, "{} is not byte for byte what was sent", row["id"]);
    }
    still_serves(&installation, server.address());
}

#[test]
fn heads_that_lie_or_do_not_end_are_refused_and_leave_nothing() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start();
    let many = (0..150).map(|number| format!("x-{number}: 1\r\n")).collect::<String>();
    let large = format!("x-large: {}\r\n", "a".repeat(200 * 1024));
    for headers in [
        "content-length: 3\r\ntransfer-encoding: chunked",
        "content-length: 3\r\ncontent-length: 4",
        "content-length: -1",
        "content-length: 99999999999999999999",
        "transfer-encoding: gzip, chunked, identity",
        &format!("{many}content-length: 3"),
        &format!("{large}content-length: 3"),
    ] {
        let answered = send(server.address(), headers, b"a=1").unwrap();
        assert!((400..=599).contains(&answered.status), "{} for {:.60}", answered.status, headers);
    }
    for (headers, body) in
        [("content-length: 100", b"a=1".as_slice()), ("transfer-encoding: chunked", b"ffff\r\na=1")]
    {
        let answered = send(server.address(), headers, body).unwrap();
        assert_eq!(answered.status, 503, "{answered:?}");
    }
    assert_eq!(installation.rows().len(), 0);
    still_serves(&installation, server.address());
}

#[test]
fn many_and_large_headers_that_an_honest_proxy_might_add_are_taken() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start();
    let body = sale("GOOD");
    let many = (0..60).map(|number| format!("x-{number}: {}\r\n", "a".repeat(1000))).collect::<String>();
    let headers =
        format!("content-type: application/x-www-form-urlencoded\r\n{many}{}", length(body.as_bytes()));
    assert_eq!(send(server.address(), &headers, body.as_bytes()).unwrap().status, 200);
    assert_eq!(installation.licenses().len(), 1);
}
