//! What a client on a bare socket sees of the edge.

use std::time::{Duration, Instant};

use super::testing::TestServer;

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\n\
    content-length: 22\r\n\
    content-type: application/json\r\n\
    \r\n\
    {\"status\":\"not-found\"}";
const MAY_TAKE: Duration = Duration::from_secs(2);
const AT_ONCE: Duration = Duration::ZERO;

fn post(target: &str, body: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn post_chunks(target: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
}

fn chunk(size: usize) -> Vec<u8> {
    format!("{size:x}\r\n{}\r\n", "a".repeat(size)).into_bytes()
}

#[test]
fn whatever_is_not_there_or_not_allowed_gets_the_same_bytes() {
    let server = TestServer::start();
    let mut client = server.connect();
    let requests = [
        post("/nowhere", "a=1"),
        post("/webhooks/nobody?secret=right", "a=1"),
        post("/webhooks/gumroad?secret=wrong", "a=1"),
        post("/webhooks/gumroad", "a=1"),
        post("/webhooks/%FF?secret=right", ""),
    ];
    for request in requests {
        assert_eq!(client.send(&request).answer(), NOT_FOUND, "{request}");
    }
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let request = format!("{method} /webhooks/gumroad?secret=right HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_eq!(client.send(&request).answer(), NOT_FOUND, "{request}");
    }
}

#[test]
fn a_head_request_gets_the_head_of_the_same_page() {
    let server = TestServer::start();
    for target in ["/nowhere", "/webhooks/gumroad?secret=right"] {
        let request = format!("HEAD {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = server.connect().send(request).read_to_the_end();
        let head = NOT_FOUND.strip_suffix("{\"status\":\"not-found\"}").unwrap();
        assert_eq!(answer.replace("connection: close\r\n", ""), head);
    }
}

#[test]
fn a_connection_outlives_a_small_body_that_comes_after_its_head() {
    let server = TestServer::start();
    let mut client = server.connect();
    for target in ["/nowhere", "/webhooks/gumroad?secret=wrong"] {
        let request = post(target, "sale_id=1&email=a%40example.com");
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        client.send(head).send("\r\n\r\n").send(body);
        assert_eq!(client.answer(), NOT_FOUND);
        client.send(post_chunks(target)).send(chunk(100)).send("0\r\n\r\n");
        assert_eq!(client.answer(), NOT_FOUND);
    }
}

#[test]
fn an_endless_body_is_cut_and_its_sender_can_read_the_answer() {
    let server = TestServer::start();
    for target in ["/nowhere", "/webhooks/gumroad?secret=wrong", "/webhooks/gumroad?secret=right", "/panics"]
    {
        let begun = Instant::now();
        let mut client = server.connect();
        let sender = client.send(post_chunks(target)).send_without_end(chunk(65_536), AT_ONCE);
        let answer = client.read_to_the_end();
        let sent = sender.join().unwrap();
        assert!(begun.elapsed() < MAY_TAKE, "{target} took {:?}", begun.elapsed());
        assert!(answer.starts_with("HTTP/1.1 ") && answer.contains("connection: close\r\n"), "{answer}");
        assert!(answer.ends_with('}'), "{answer}");
        // What the operating system's buffers hold is on top of what was drained.
        assert!(sent < 16 * 1024 * 1024, "{target} took {sent} bytes");
    }
}

#[test]
fn a_trickle_is_cut_and_answered_like_any_unknown_path() {
    let server = TestServer::start();
    let answers = ["/nowhere", "/webhooks/gumroad?secret=wrong"].map(|target| {
        let begun = Instant::now();
        let mut client = server.connect();
        client.send(post_chunks(target)).send_without_end(chunk(1), Duration::from_millis(100));
        let answer = client.read_to_the_end();
        assert!(begun.elapsed() < MAY_TAKE, "{target} took {:?}", begun.elapsed());
        answer
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].replace("connection: close\r\n", ""), NOT_FOUND);
}

#[test]
fn a_client_that_is_answered_early_may_go_on_sending_for_a_moment() {
    let server = TestServer::start();
    let mut client = server.connect();
    let head = "POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n";
    assert_eq!(client.send(head).answer().replace("connection: close\r\n", ""), NOT_FOUND);
    for _ in 0..50 {
        // A socket that was shut at once would refuse the second of these.
        client.send("a");
    }
    assert_eq!(client.read_to_the_end(), "");
}

#[test]
fn a_body_that_never_comes_is_cut() {
    let server = TestServer::start();
    let begun = Instant::now();
    let answer = server
        .connect()
        .send("POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999\r\n\r\n")
        .read_to_the_end();
    assert!(begun.elapsed() < MAY_TAKE);
    assert_eq!(answer.replace("connection: close\r\n", ""), NOT_FOUND);
}

#[test]
fn a_body_of_the_limit_is_read_whole_and_one_byte_more_is_not() {
    let server = TestServer::start();
    let mut client = server.connect();
    let target = "/webhooks/gumroad?secret=right";
    for (size, expected) in [
        (262_143, r#"{"whole":262143}"#),
        (262_144, r#"{"whole":262144}"#),
        (262_145, r#"{"head":4096,"declared_size":262145}"#),
        (1, r#"{"whole":1}"#),
    ] {
        let answer = client.send(post(target, &"a".repeat(size))).answer();
        assert!(answer.ends_with(expected), "{answer}");
    }
    client.send(post_chunks(target)).send(chunk(262_145)).send("0\r\n\r\n");
    assert!(client.answer().ends_with(r#"{"head":4096,"declared_size":null}"#));
}

#[test]
fn a_stalled_body_is_answered_and_cut() {
    let server = TestServer::start();
    let begun = Instant::now();
    let request =
        "POST /webhooks/gumroad?secret=right HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nsale";
    let answer = server.connect().send(request).read_to_the_end();
    assert!(begun.elapsed() < MAY_TAKE);
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("too slow"), "{answer}");
}

#[test]
fn a_body_shorter_than_declared_is_broken() {
    let server = TestServer::start();
    let request =
        "POST /webhooks/gumroad?secret=right HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nsale";
    let answer = server.connect().send(request).finish().read_to_the_end();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("broken"), "{answer}");
}

#[test]
fn a_client_that_falls_silent_in_the_head_of_a_later_request_is_cut() {
    let server = TestServer::start();
    let mut client = server.connect();
    for beginning in ["P", "POST /webhooks/gumroad?secret=right HTTP/1.1\r\nhost:"] {
        let begun = Instant::now();
        assert_eq!(client.send(post("/nowhere", "")).answer(), NOT_FOUND);
        assert_eq!(client.send(beginning).read_to_the_end(), "");
        assert!(begun.elapsed() < 2 * MAY_TAKE);
        client = server.connect();
    }
}

#[test]
fn a_client_that_is_at_work_is_not_cut_and_is_forgotten_when_it_leaves() {
    let server = TestServer::start();
    let mut client = server.connect();
    for _ in 0..15 {
        assert_eq!(client.send(post("/nowhere", "")).answer(), NOT_FOUND);
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(server.open_connections(), 1);
    client.finish().read_to_the_end();
    let since = Instant::now();
    while server.open_connections() > 0 {
        assert!(since.elapsed() < MAY_TAKE, "a connection that is gone is still held");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_panic_is_answered_and_the_connection_lives_on() {
    let server = TestServer::start();
    let mut client = server.connect();
    for request in [post("/panics", ""), post("/panics", "a=1")] {
        let answer = client.send(request).answer();
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 60\r\n"), "{answer}");
        assert!(answer.ends_with(r#"{"status":"not-recorded","reason":"internal error"}"#), "{answer}");
    }
    assert_eq!(client.send(post("/nowhere", "")).answer(), NOT_FOUND);
}

#[test]
fn a_stopping_server_answers_and_asks_to_close() {
    let server = TestServer::start();
    let mut client = server.connect();
    assert_eq!(client.send(post("/nowhere", "")).answer(), NOT_FOUND);
    server.begin_stopping();
    let answer = client.send(post("/webhooks/gumroad?secret=right", "a=1")).read_to_the_end();
    assert!(answer.contains("connection: close\r\n") && answer.ends_with(r#"{"whole":3}"#), "{answer}");
}
