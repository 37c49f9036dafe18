//! Bodies that are too large, never end, or are not what their head says: nothing is cut short unnoticed, memory stays flat.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::context::Context;
use crate::installation::{Installation, SECRET};
use crate::measures::{Memory, mebibytes};
use crate::raw_http::{Answer, Connection, Head};

/// The largest body that is kept whole.
const LIMIT: usize = 256 * 1024;
/// What is kept of a larger one.
const KEPT: i64 = 4 * 1024;
/// A store has its answer by then.
const LATEST_ANSWER: Duration = Duration::from_secs(4);
/// More than this is not read of a body that goes on and on.
const MOST_POURED: usize = 16 * 1024 * 1024;
/// By so much a server may grow while it is lied to, in KiB: what its allocator keeps of the first buffers.
const GROWTH: u64 = 16 * 1024;

/// Where the lies are told.
struct Shop<'a> {
    installation: Installation<'a>,
    address: SocketAddr,
}

/// What has to be on record after a telling.
#[derive(Debug, PartialEq, Eq)]
struct Recorded {
    rows: i64,
    last_body: i64,
}

type Lie = (&'static str, fn(&Shop<'_>) -> anyhow::Result<()>);

const LIES: [Lie; 10] = [
    ("256 KiB, a byte less and a byte more", sizes_at_the_limit),
    ("10 MiB with their length", ten_mebibytes),
    ("chunks without end", endless_chunks),
    ("a length and chunks", length_and_chunks),
    ("two lengths", two_lengths),
    ("a body that ends early", short_body),
    ("a body that stalls", stalled_body),
    ("a bomb in gzip", gzip_bomb),
    ("90 headers", ninety_headers),
    ("a header of 64 KiB", large_header),
];

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let installation = context.installation()?;
    let server = installation.start()?;
    let address = installation.address().parse()?;
    let shop = Shop { installation, address };
    // The first round warms up what the allocator keeps.
    tell_all(&shop)?;
    flood(&shop, context.cycles(40, 1_000))?;
    let before = Memory::of(server.process_id())?.own;
    for _ in 0..context.cycles(1, 20) {
        tell_all(&shop)?;
    }
    flood(&shop, context.cycles(40, 1_000))?;
    let after = Memory::of(server.process_id())?.own;
    context.figure(format!(
        "{} kinds of lie, {} before, {} after",
        LIES.len(),
        mebibytes(before),
        mebibytes(after)
    ));
    ensure!(after <= before + GROWTH, "the server grew from {} to {}", mebibytes(before), mebibytes(after));
    ensure!(server.stop()?.success(), "the server did not stop in good order");
    Ok(())
}

fn tell_all(shop: &Shop<'_>) -> anyhow::Result<()> {
    for (name, lie) in LIES {
        lie(shop).context(name)?;
    }
    Ok(())
}

/// Large bodies from several sides at once.
fn flood(shop: &Shop<'_>, count: usize) -> anyhow::Result<()> {
    std::thread::scope(|scope| {
        let pouring: Vec<_> =
            (0..8).map(|_| scope.spawn(|| (0..count / 8).try_for_each(|_| ten_mebibytes(shop)))).collect();
        pouring.into_iter().try_for_each(|side| side.join().expect("a lie does not panic"))
    })
}

fn sizes_at_the_limit(shop: &Shop<'_>) -> anyhow::Result<()> {
    for (size, kept, reason) in [
        (LIMIT - 1, LIMIT - 1, "missing field"),
        (LIMIT, LIMIT, "missing field"),
        (LIMIT + 1, 4096, "body too large"),
    ] {
        let before = shop.recorded()?;
        let mut connection = shop.connect()?;
        connection.send(&shop.head().with("content-length", &size.to_string()).end())?;
        connection.send(&vec![b'x'; size])?;
        no_mint(&connection.answer()?, reason)?;
        let expected = Recorded { rows: before.rows + 1, last_body: i64::try_from(kept)? };
        ensure!(shop.recorded()? == expected, "{size} bytes: {:?}, expected {expected:?}", shop.recorded()?);
    }
    Ok(())
}

fn ten_mebibytes(shop: &Shop<'_>) -> anyhow::Result<()> {
    let mut connection = shop.connect()?;
    connection.send(&shop.head().with("content-length", "10485760").end())?;
    connection.pour(&[b'x'; 16 * 1024], 10 * 1024 * 1024)?;
    no_mint(&connection.answer()?, "body too large")
}

fn endless_chunks(shop: &Shop<'_>) -> anyhow::Result<()> {
    let before = shop.recorded()?;
    let mut connection = shop.connect()?;
    connection.send(&shop.head().with("transfer-encoding", "chunked").end())?;
    let chunk = [b"2000\r\n".as_slice(), &[b'x'; 0x2000], b"\r\n"].concat();
    let poured = connection.pour(&chunk, MOST_POURED)?;
    no_mint(&connection.answer()?, "body too large")?;
    ensure!(poured < MOST_POURED, "{poured} bytes were taken of a body without end");
    let expected = Recorded { rows: before.rows + 1, last_body: KEPT };
    ensure!(shop.recorded()? == expected, "{:?}", shop.recorded()?);
    Ok(())
}

/// One of the two is a lie, and a proxy in front may believe the other one.
fn length_and_chunks(shop: &Shop<'_>) -> anyhow::Result<()> {
    let head = shop.head().with("content-length", "5").with("transfer-encoding", "chunked");
    refused(shop, &head.end(), b"5\r\nhello\r\n0\r\n\r\n", &[400])
}

fn two_lengths(shop: &Shop<'_>) -> anyhow::Result<()> {
    let head = shop.head().with("content-length", "5").with("content-length", "6");
    refused(shop, &head.end(), b"hello!", &[400])
}

fn short_body(shop: &Shop<'_>) -> anyhow::Result<()> {
    let before = shop.recorded()?;
    let mut connection = shop.connect()?;
    connection.send(&shop.head().with("content-length", "100").end())?;
    connection.send(b"sale_id=S")?;
    connection.end()?;
    // Whoever has closed its half may find the other closed too; what matters is that half a body is no row.
    let status = connection.answer().map(|answer| answer.status).unwrap_or(503);
    ensure!(status == 503 && shop.recorded()? == before, "half a body is answered {status}");
    Ok(())
}

fn stalled_body(shop: &Shop<'_>) -> anyhow::Result<()> {
    let before = shop.recorded()?;
    let mut connection = shop.connect()?;
    connection.send(&shop.head().with("content-length", "100").end())?;
    connection.send(b"sale_id=S")?;
    let answer = connection.answer()?;
    ensure!(answer.status == 503 && answer.took <= LATEST_ANSWER, "{answer:?}");
    ensure!(shop.recorded()? == before, "half a body is on record");
    Ok(())
}

/// Whatever a head says of compression, what is kept is what was sent.
fn gzip_bomb(shop: &Shop<'_>) -> anyhow::Result<()> {
    let before = shop.recorded()?;
    // The beginning of a stream that unpacks to zeros; whoever unpacks it finds no end.
    let bomb = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xec\xc1\x01\x01".as_slice(), &[0; 10_000]].concat();
    let mut connection = shop.connect()?;
    let head = shop.head().with("content-encoding", "gzip").with("content-length", &bomb.len().to_string());
    connection.send(&head.end())?;
    connection.send(&bomb)?;
    no_mint(&connection.answer()?, "missing field")?;
    let expected = Recorded { rows: before.rows + 1, last_body: i64::try_from(bomb.len())? };
    ensure!(shop.recorded()? == expected, "{:?}", shop.recorded()?);
    Ok(())
}

/// As many as a chain of proxies may add.
fn ninety_headers(shop: &Shop<'_>) -> anyhow::Result<()> {
    let head = (0..87).fold(shop.head(), |head, number| head.with(&format!("x-{number}"), "y"));
    let mut connection = shop.connect()?;
    connection.send(&head.with("content-length", "1").end())?;
    connection.send(b"x")?;
    no_mint(&connection.answer()?, "missing field")
}

/// More than any store sends; what matters is that it is answered and costs nothing.
fn large_header(shop: &Shop<'_>) -> anyhow::Result<()> {
    let head = shop.head().with("x-large", &"y".repeat(64 * 1024)).with("content-length", "1");
    refused(shop, &head.end(), b"x", &[200, 400, 431])
}

impl Shop<'_> {
    fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(self.address)
    }

    fn head(&self) -> Head {
        Head::post(&format!("/webhooks/gumroad?secret={SECRET}"))
    }

    fn recorded(&self) -> anyhow::Result<Recorded> {
        let mut witness = self.installation.witness()?;
        let rows = witness.number("SELECT count(*) AS value FROM deliveries")?;
        let last = "SELECT CAST(length(body) AS BIGINT) AS value FROM deliveries ORDER BY id DESC LIMIT 1";
        let last_body = if rows == 0 { 0 } else { witness.number(last)? };
        Ok(Recorded { rows, last_body })
    }
}

fn no_mint(answer: &Answer, reason: &str) -> anyhow::Result<()> {
    let says =
        answer.body.contains("logged-no-mint") && answer.body.contains(&format!("\"reason\":\"{reason}"));
    ensure!(
        answer.status == 200 && says && answer.took <= LATEST_ANSWER,
        "expected {reason:?}, got {answer:?}"
    );
    Ok(())
}

/// Answered with one of these, and nothing on record unless it is 200.
fn refused(shop: &Shop<'_>, head: &[u8], body: &[u8], statuses: &[u16]) -> anyhow::Result<()> {
    let before = shop.recorded()?.rows;
    let mut connection = shop.connect()?;
    connection.send(head)?;
    // The server may have answered and gone before it is sent.
    drop(connection.send(body));
    let answer = connection.answer()?;
    ensure!(statuses.contains(&answer.status) && answer.took <= LATEST_ANSWER, "{answer:?}");
    let rows = shop.recorded()?.rows - before;
    ensure!(rows == i64::from(answer.status == 200), "{rows} rows after {answer:?}");
    Ok(())
}
