//! Why the server stops, and the time it takes over it.

use crate::edge::stopping::Stopping;
use actix_web::rt::signal::unix::{SignalKind, signal};
use futures_util::future::{Either, join, select};
use mintmark_fulfillment::Fulfillment;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

/// How long the server is at least not ready and says `connection: close`, and takes deliveries all the same.
///
/// A balancer that asks every moment turns to another server. A proxy sends its next request on a new connection, and
/// not on one that is about to be taken away: actix-web drops what reaches that, without an answer.
const FAREWELL: Duration = Duration::from_millis(500);
/// How long letters in hand may take; deliveries go on being taken meanwhile. A provider that is a black hole does not
/// hold the server: whether such a letter arrived is asked after the next start.
const LETTERS: Duration = Duration::from_secs(4);
/// From the last connection that was let in to the end of listening to those that are in: actix-web drops a connection
/// whose first request it has not read yet.
pub(crate) const LAST_CALL: Duration = Duration::from_millis(300);
/// How long the core may take to put its things away; a database that hangs does not hold the process.
const CLOSING: Duration = Duration::from_secs(2);

/// Why the server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Somebody asked for it.
    Asked,
    /// The database reported an error after which only a new start can tell what is on disk.
    DatabaseFailed,
}

/// Ends at SIGTERM and at SIGINT.
///
/// # Errors
/// When the operating system refuses a signal handler; nothing would stop the server gracefully then.
pub(crate) fn asked() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
    })
}

/// Ends when the disk of the database fails.
pub(crate) fn database_failed(fulfillment: &Fulfillment) -> impl Future<Output = ()> + use<> {
    let (tell, told) = oneshot::channel();
    // It fails where nobody waits any more, because the server has ended already.
    fulfillment.on_failure(move || {
        let _ = tell.send(());
    });
    async move {
        // A store that is gone without a word has not failed.
        if told.await.is_err() {
            pending().await
        }
    }
}

/// Ends when the door is to be closed: after a farewell if the server was `asked` to stop, and at once if its database
/// has `failed`. `letters` begins to finish the letters in hand, and ends when that is done.
pub(crate) async fn wait<Letters: Future<Output = ()>>(
    asked: impl Future<Output = ()>,
    failed: impl Future<Output = ()>,
    letters: impl FnOnce() -> Letters,
    stopping: &Stopping,
) -> Ended {
    let mut failed = pin!(failed);
    if let Either::Right(_) = select(pin!(asked), failed.as_mut()).await {
        return give_up(stopping);
    }
    stopping.begin();
    tracing::info!("stopping");
    let farewell = async {
        if join(sleep(FAREWELL), timeout(LETTERS, letters())).await.1.is_err() {
            tracing::warn!(
                "letters in hand did not come to an end; they are looked into after the next start"
            );
        }
    };
    match select(pin!(farewell), failed).await {
        Either::Left(_) => Ended::Asked,
        Either::Right(_) => give_up(stopping),
    }
}

fn give_up(stopping: &Stopping) -> Ended {
    stopping.begin();
    tracing::warn!("stopping, because the disk failed; the next start finds out what is on it");
    Ended::DatabaseFailed
}

/// Ends when the letters in hand are done with; no other letter is taken up.
pub(crate) async fn finish_letters(fulfillment: Arc<Fulfillment>) {
    let (done, finished) = oneshot::channel::<()>();
    let finish = move || {
        if let Some(outbox) = fulfillment.outbox() {
            outbox.stop();
        }
        drop(done);
    };
    // Without a thread there is no time for letters; they are taken up by the next start.
    if thread::Builder::new().name("last-letters".to_owned()).spawn(finish).is_ok() {
        drop(finished.await);
    }
}

/// Stops the core and its workers, which end when they are dropped, within a bound; what is unfinished is taken up by the
/// next start.
pub(crate) fn close(fulfillment: Arc<Fulfillment>, workers: impl Send + 'static) {
    let (done, closed) = std::sync::mpsc::channel::<()>();
    let put_away = move || {
        drop(workers);
        fulfillment.stop();
        // With its last connection SQLite brings the log into the database, and the file alone is a whole backup.
        drop(fulfillment);
        drop(done);
    };
    let closing = thread::Builder::new().name("closing".to_owned()).spawn(put_away);
    if closing.is_ok() && closed.recv_timeout(CLOSING) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
        tracing::warn!(
            "the database did not come to rest in time; the next start takes up what is unfinished"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;
    use tokio::time::Instant;

    #[actix_web::test]
    async fn a_stop_takes_a_farewell_in_which_nothing_is_ready_any_more() {
        let (stopping, began) = (Stopping::default(), Instant::now());
        let letters = || async { assert!(stopping.has_begun()) };
        assert_eq!(wait(ready(()), pending(), letters, &stopping).await, Ended::Asked);
        assert!(began.elapsed() >= FAREWELL);
    }

    #[actix_web::test]
    async fn letters_that_never_end_do_not_hold_the_server() {
        let (stopping, began) = (Stopping::default(), Instant::now());
        assert_eq!(wait(ready(()), pending(), pending, &stopping).await, Ended::Asked);
        assert!((LETTERS..LETTERS * 2).contains(&began.elapsed()));
    }

    #[actix_web::test]
    async fn a_failed_database_ends_the_server_at_once_and_also_in_the_middle_of_a_farewell() {
        let (stopping, began) = (Stopping::default(), Instant::now());
        assert_eq!(wait(pending(), ready(()), pending, &stopping).await, Ended::DatabaseFailed);
        assert!(stopping.has_begun());
        let failed = sleep(Duration::from_millis(20));
        assert_eq!(wait(ready(()), failed, pending, &Stopping::default()).await, Ended::DatabaseFailed);
        assert!(began.elapsed() < FAREWELL);
    }
}
