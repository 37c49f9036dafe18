//! Thousands of clients that hold their connections as long as they are let, driven by one thread.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

/// How a client wastes the server's time.
#[derive(Clone, Debug)]
pub(crate) struct Habit {
    pub(crate) name: &'static str,
    /// What it says at once.
    pub(crate) first: Vec<u8>,
    /// What it says again with every round, if it says anything more.
    pub(crate) then: &'static [u8],
}

/// One client until it is closed.
#[derive(Debug)]
struct Client {
    stream: TcpStream,
    habit: usize,
    since: Instant,
    heard: Vec<u8>,
    closed: Option<Duration>,
}

/// What became of the clients of one habit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    pub(crate) opened: usize,
    pub(crate) closed: usize,
    /// The longest time that one of them was kept.
    pub(crate) longest: Duration,
    /// The first lines of what they were told, without repetition.
    pub(crate) told: Vec<String>,
}

/// How often each client is looked at.
const ROUND: Duration = Duration::from_millis(250);

/// Opens `count` clients, the habits taking turns, and keeps them at it until all are closed or `limit` is over.
pub(crate) fn besiege(
    address: SocketAddr,
    habits: &[Habit],
    count: usize,
    limit: Duration,
) -> anyhow::Result<Vec<Fate>> {
    let begin = Instant::now();
    let mut clients = Vec::with_capacity(count);
    for (number, habit) in (0..count).zip((0..habits.len()).cycle()) {
        let client = Client::open(address, habits, habit).with_context(|| format!("client {number}"))?;
        clients.push(client);
    }
    while begin.elapsed() < limit && clients.iter().any(|client| client.closed.is_none()) {
        let round = Instant::now();
        clients.iter_mut().for_each(|client| client.go_on(habits));
        thread::sleep(ROUND.saturating_sub(round.elapsed()));
    }
    Ok((0..habits.len()).map(|habit| fate(&clients, habit)).collect())
}

impl Client {
    fn open(address: SocketAddr, habits: &[Habit], habit: usize) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(10))?;
        let since = Instant::now();
        // A server that closes at once is doing well, and is heard of in the first round.
        drop(stream.write_all(&habits[habit].first));
        stream.set_nonblocking(true)?;
        Ok(Self { stream, habit, since, heard: Vec::new(), closed: None })
    }

    fn go_on(&mut self, habits: &[Habit]) {
        if self.closed.is_some() {
            return;
        }
        let mut chunk = [0; 512];
        match self.stream.read(&mut chunk) {
            Ok(count @ 1..) => self.heard.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => return self.closed = Some(self.since.elapsed()),
        }
        let then = habits[self.habit].then;
        // What fails here is seen as an end at the next look.
        drop(self.stream.write(then));
    }
}

fn fate(clients: &[Client], habit: usize) -> Fate {
    let mut fate = Fate::default();
    for client in clients.iter().filter(|client| client.habit == habit) {
        fate.opened += 1;
        fate.closed += usize::from(client.closed.is_some());
        fate.longest = fate.longest.max(client.closed.unwrap_or_else(|| client.since.elapsed()));
        let told = String::from_utf8_lossy(&client.heard).lines().next().unwrap_or_default().to_owned();
        if !fate.told.contains(&told) {
            fate.told.push(told);
        }
    }
    fate
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn whoever_is_closed_is_counted_and_whoever_is_kept_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let mut kept = Vec::new();
            for mut stream in listener.incoming().flatten() {
                let mut first = [0];
                stream.read_exact(&mut first).unwrap();
                match &first {
                    b"q" => stream.write_all(b"408\r\n").unwrap(),
                    _ => kept.push(stream),
                }
            }
        });
        let habit = |first: &[u8]| Habit { name: "test", first: first.to_vec(), then: b"" };
        let fates = besiege(address, &[habit(b"q"), habit(b"s")], 6, Duration::from_secs(1)).unwrap();
        assert_eq!(
            (fates[0].opened, fates[0].closed, fates[0].told.as_slice()),
            (3, 3, &["408".to_owned()][..])
        );
        assert_eq!((fates[1].opened, fates[1].closed), (3, 0));
        assert!(fates[1].longest >= Duration::from_secs(1));
    }
}
