//! A TCP proxy that breaks on command: it closes, refuses, delays, or goes on holding what it never hands over.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How the network behaves at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Everything passes at once.
    Clear,
    /// Everything passes, this much later.
    Slow(Duration),
    /// New connections are taken, bytes too, and nothing is handed over or closed. What was swallowed is handed over
    /// when it clears up, as a network does that was merely cut off.
    BlackHole,
    /// Nobody listens.
    Refusing,
}

/// A listener on loopback in front of a server; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    open: Vec<Pair>,
    most_open: usize,
    ended: bool,
}

/// Both halves of one connection, kept to be closed from outside.
#[derive(Debug)]
struct Pair {
    number: u64,
    client: TcpStream,
    server: TcpStream,
}

/// How long the listener rests when nobody knocks.
const PAUSE: Duration = Duration::from_millis(2);

impl Proxy {
    pub(crate) fn before(upstream: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = State { weather: Weather::Clear, open: Vec::new(), most_open: 0, ended: false };
        let shared = Arc::new(Shared { upstream, state: Mutex::new(state), changed: Condvar::new() });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.listen(listener, address)
        });
        Ok(Self { address, shared })
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on. Connections that are open stay open, also while new ones are refused.
    pub(crate) fn set(&self, weather: Weather) {
        self.shared.state().weather = weather;
        self.shared.changed.notify_all();
    }

    /// Closes every open connection at both ends.
    pub(crate) fn close_all(&self) {
        self.shared.state().open.iter().for_each(Pair::close);
    }

    /// The most that were open at one time.
    pub(crate) fn most_open(&self) -> usize {
        self.shared.state().most_open
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.changed.notify_all();
        self.close_all();
    }
}

impl Pair {
    /// Either end may have gone already.
    fn close(&self) {
        drop(self.client.shutdown(Shutdown::Both));
        drop(self.server.shutdown(Shutdown::Both));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: &Arc<Self>, listener: TcpListener, address: SocketAddr) {
        let mut listener = Some(listener);
        for number in 0.. {
            let (weather, ended) = {
                let state = self.state();
                (state.weather, state.ended)
            };
            if ended {
                return;
            }
            listener = match (weather, listener) {
                (Weather::Refusing, _) => None,
                // The port is ours by having been ours: nobody else was given it in the meantime.
                (_, None) => TcpListener::bind(address).ok(),
                (_, listener) => listener,
            };
            let knocked = listener.as_ref().and_then(|listener| accept(listener).ok());
            match knocked {
                Some(client) => self.take(number, client),
                None => thread::sleep(PAUSE),
            }
        }
    }

    fn take(self: &Arc<Self>, number: u64, client: TcpStream) {
        let shared = Arc::clone(self);
        // A connection that cannot be made is one that the client sees closed.
        thread::spawn(move || drop(shared.connect(number, client)));
    }

    fn connect(self: &Arc<Self>, number: u64, client: TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(self.upstream)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let pair = Pair { number, client: client.try_clone()?, server: server.try_clone()? };
        {
            let mut state = self.state();
            state.open.push(pair);
            state.most_open = state.most_open.max(state.open.len());
        }
        thread::scope(|scope| {
            scope.spawn(|| self.pump(&client, &server));
            self.pump(&server, &client);
        });
        self.state().open.retain(|pair| pair.number != number);
        Ok(())
    }

    /// One direction, until either end closes; then the other is told.
    fn pump(&self, from: &TcpStream, to: &TcpStream) {
        let (mut from, mut to) = (from, to);
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if !self.wait_for_passage() || to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        // The end of a connection does not pass a black hole either.
        self.wait_for_passage();
        drop(from.shutdown(Shutdown::Read));
        drop(to.shutdown(Shutdown::Write));
    }

    /// Whether the bytes are still to be handed over.
    fn wait_for_passage(&self) -> bool {
        let mut state = self.state();
        while state.weather == Weather::BlackHole && !state.ended {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (weather, ended) = (state.weather, state.ended);
        drop(state);
        if let Weather::Slow(delay) = weather {
            thread::sleep(delay);
        }
        !ended
    }
}

fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;
    use std::time::Instant;

    /// Says back what it hears, until the test ends.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || io::copy(&mut &stream, &mut &stream));
            }
        });
        address
    }

    fn connect(proxy: &Proxy) -> TcpStream {
        let stream = TcpStream::connect(proxy.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        stream
    }

    fn asks(mut stream: &TcpStream) -> io::Result<u8> {
        let mut byte = [0];
        stream.write_all(b"?")?;
        stream.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    #[test]
    fn what_is_said_passes_both_ways_and_later_if_it_is_slow() {
        let proxy = Proxy::before(echo()).unwrap();
        let stream = connect(&proxy);
        assert_eq!(asks(&stream).unwrap(), b'?');
        proxy.set(Weather::Slow(Duration::from_millis(40)));
        let since = Instant::now();
        assert_eq!(asks(&stream).unwrap(), b'?');
        assert!(since.elapsed() >= Duration::from_millis(80));
    }

    #[test]
    fn a_black_hole_keeps_the_connection_and_hands_over_when_it_clears_up() {
        let proxy = Proxy::before(echo()).unwrap();
        let mut stream = connect(&proxy);
        assert_eq!(asks(&stream).unwrap(), b'?');
        proxy.set(Weather::BlackHole);
        let waited = asks(&stream).unwrap_err();
        assert!(matches!(waited.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waited}");
        proxy.set(Weather::Clear);
        stream.read_exact(&mut [0]).unwrap();
    }

    #[test]
    fn who_refuses_can_listen_again_and_who_closes_is_seen_to() {
        let proxy = Proxy::before(echo()).unwrap();
        let stream = connect(&proxy);
        assert_eq!((asks(&stream).unwrap(), proxy.most_open()), (b'?', 1));
        proxy.set(Weather::Refusing);
        proxy.close_all();
        assert!(asks(&stream).is_err());
        let since = Instant::now();
        while TcpStream::connect(proxy.address()).is_ok() {
            assert!(since.elapsed() < Duration::from_secs(5), "it still listens");
        }
        proxy.set(Weather::Clear);
        while TcpStream::connect(proxy.address()).is_err() {
            assert!(since.elapsed() < Duration::from_secs(5), "it does not listen again");
        }
        assert_eq!(asks(&connect(&proxy)).unwrap(), b'?');
    }
}
