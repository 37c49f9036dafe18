//! The limits of a connection and of the whole server, for `HttpServer`'s setters of the same names.
//!
//! The number of workers stays actix-web's default, the number of cores.

use std::time::Duration;

/// How long a client may take to send the head of its first request; then 408.
///
/// It does not cover a later request on the same connection: actix-web waits for the rest of such a head as
/// long as the connection stands. The proxy in front of us is what ends those.
pub(crate) const CLIENT_REQUEST_TIMEOUT: Duration = Duration::from_secs(3);

/// Off on purpose: with it, actix-web follows an early answer by reading whatever the client sends, at full
/// speed, for that long.
///
/// [`super::unread`] has given the client its moment by then, within a bound on bytes too.
pub(crate) const CLIENT_DISCONNECT_TIMEOUT: Duration = Duration::ZERO;

/// How long a connection may idle between two requests.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Open connections a worker holds; more wait in the listener's backlog.
pub(crate) const MAX_CONNECTIONS: usize = 2048;

/// Seconds that requests in flight have to finish in after a signal to stop.
pub(crate) const SHUTDOWN_TIMEOUT: u64 = 10;
