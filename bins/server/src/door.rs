//! The sockets that the server listens on: inherited from a supervisor, or its own.

use actix_web::dev::ServerHandle;
use listenfd::ListenFd;
use mintmark_fulfillment::{Error, Problems};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{Shutdown, listen, shutdown};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::time::sleep;

/// Connections that may wait to be let in; the system has a bound of its own, usually the same.
const BACKLOG: i32 = 4096;
/// How long the acceptor takes to put down its work, more or less. On a machine that is busier than that it logs two
/// errors about the socket that was shut under its hands, which mean nothing.
const MOMENT: Duration = Duration::from_millis(5);
/// Tries to find nobody waiting in front of the door before it is shut in somebody's face.
const TRIES: u32 = 60;

/// What the server listens on.
#[derive(Debug)]
pub(crate) struct Door {
    listeners: Vec<TcpListener>,
    keeper: Keeper,
}

/// Who has the sockets when this process is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeper {
    /// Nobody: they close with the process.
    Process,
    /// Whoever handed them to us, systemd for one: who connects meanwhile waits for the next start.
    Supervisor,
}

impl Keeper {
    /// The word in the log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Supervisor => "supervisor",
        }
    }
}

impl Door {
    /// Takes the sockets that a supervisor has passed (`LISTEN_FDS`), or else listens on `bind`.
    ///
    /// Called before there are threads: it clears those variables of the environment.
    ///
    /// # Errors
    /// What was passed is no TCP socket, or the address cannot be listened on.
    pub(crate) fn open(bind: SocketAddr) -> Result<Self, Error> {
        let inherited = inherited().map_err(|error| {
            problem(format!("the socket that was passed to this process cannot be used: {error}"))
        })?;
        if inherited.is_empty() {
            let listener = bind_to(bind).map_err(|error| cannot_listen(bind, &error))?;
            return Ok(Self { listeners: vec![listener], keeper: Keeper::Process });
        }
        Ok(Self { listeners: inherited, keeper: Keeper::Supervisor })
    }

    /// Who has the sockets when this process is gone.
    pub(crate) fn keeper(&self) -> Keeper {
        self.keeper
    }

    /// The address of the first socket: the port that was bound, where any free one was asked for.
    ///
    /// # Errors
    /// The operating system does not know it.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listeners.first().expect("there is at least one listener").local_addr()
    }

    /// The sockets once more, for the HTTP server.
    ///
    /// # Errors
    /// Too many files are open.
    pub(crate) fn listeners(&self) -> io::Result<Vec<TcpListener>> {
        self.listeners.iter().map(TcpListener::try_clone).collect()
    }

    /// Lets nobody in any more; who is in already stays.
    ///
    /// With a supervisor, whoever comes now waits for the next start. Without one they are refused, and a connection
    /// that the system has made and the server has not taken would be reset: hence the look that nobody waits.
    pub(crate) async fn close(&self, server: &ServerHandle) {
        server.pause().await;
        if self.keeper == Keeper::Supervisor {
            return;
        }
        for _ in 0..TRIES {
            sleep(MOMENT).await;
            if !self.somebody_waits() {
                break;
            }
            server.resume().await;
            sleep(MOMENT).await;
            server.pause().await;
        }
        for listener in &self.listeners {
            // It fails where the system shuts no listening socket; that one closes with the process.
            let _ = shutdown(listener, Shutdown::Both);
        }
    }

    fn somebody_waits(&self) -> bool {
        self.listeners.iter().any(|listener| {
            let mut look = [PollFd::new(listener, PollFlags::IN)];
            poll(&mut look, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
        })
    }
}

fn inherited() -> io::Result<Vec<TcpListener>> {
    let mut passed = ListenFd::from_env();
    let mut listeners = Vec::new();
    for place in 0..passed.len() {
        listeners.extend(passed.take_tcp_listener(place)?);
    }
    Ok(listeners)
}

fn bind_to(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listen(&listener, BACKLOG)?;
    Ok(listener)
}

/// Why nobody can be let in at `bind`.
pub(crate) fn cannot_listen(bind: SocketAddr, error: &io::Error) -> Error {
    problem(format!("cannot listen on {bind}: {error}"))
}

fn problem(words: String) -> Error {
    let mut problems = Problems::default();
    problems.add("http.bind", words);
    Error::from(problems)
}
