//! The limits of a connection and of the whole server, for `HttpServer`'s setters.

use std::time::Duration;

/// How long a client may take to send the head of its first request; then 408, which no store repeats. So it comes
/// when a store is about to give up by itself.
///
/// It does not cover a later request on the same connection: [`super::connections`] ends those.
pub(crate) const CLIENT_REQUEST_TIMEOUT: Duration = Duration::from_secs(4);

/// Off on purpose: with it, actix-web follows an early answer by reading whatever the client sends, at full
/// speed, for that long.
///
/// [`super::unread`] has given the client its moment by then, within a bound on bytes too.
pub(crate) const CLIENT_DISCONNECT_TIMEOUT: Duration = Duration::ZERO;

/// How long a connection may idle between two requests.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The longest silence between the end of an answer and the next request, its head included.
pub(crate) const LONGEST_SILENCE: Duration = KEEP_ALIVE.saturating_add(CLIENT_REQUEST_TIMEOUT);

/// Seconds that requests in flight have to finish in after the door is closed; none takes longer.
pub(crate) const SHUTDOWN_TIMEOUT: u64 = 4;

/// Open connections at most, of all workers together; more wait in the listener's backlog.
///
/// Thousands of clients that keep silent stay below it, so that the next sale is let in beside them. It bounds the memory
/// of a flood as well: a silent connection takes 25 KiB, and one on which 256 KiB pour in takes up to 800.
const MOST_CONNECTIONS: u64 = 8192;
/// Descriptors that are no connections: the database, the letters, the log.
const OTHER_DESCRIPTORS: u64 = 256;
/// A connection's socket, and the second descriptor by which [`super::connections`] holds it.
const DESCRIPTORS_OF_A_CONNECTION: u64 = 2;

/// The workers, one for each core, as is actix-web's default.
pub(crate) fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Open connections that each of `workers` may hold when the process has `descriptors`: accepting never fails for want
/// of one.
pub(crate) fn connections_of_a_worker(descriptors: u64, workers: usize) -> usize {
    let workers = u64::try_from(workers).unwrap_or(1).max(1);
    let for_connections = descriptors.saturating_sub(OTHER_DESCRIPTORS) / DESCRIPTORS_OF_A_CONNECTION;
    let most = for_connections.min(MOST_CONNECTIONS) / workers;
    usize::try_from(most.max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::connections_of_a_worker;

    #[test]
    fn connections_never_use_up_the_descriptors() {
        assert_eq!(connections_of_a_worker(65_536, 2), 4096);
        assert_eq!(connections_of_a_worker(65_536, 16), 512);
        assert_eq!(connections_of_a_worker(1024, 2), 192);
        assert_eq!(connections_of_a_worker(100, 0), 1);
    }
}
