//! How the server stops: its clients are told to leave before their connections are taken away.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::web::Data;
use futures_util::future::select;
use tokio::time::sleep;

/// How long answers say `connection: close` before the listener is closed.
///
/// actix-web drops a request that reaches a kept connection in the moment of stopping, without an answer.
/// A proxy that was told to close sends its next request on a new connection.
const FAREWELL: Duration = Duration::from_millis(500);

/// Whether the server has been asked to stop; one for all workers, put into the application as [`Data`].
#[derive(Debug, Default)]
pub(crate) struct Stopping(AtomicBool);

impl Stopping {
    /// From now on every answer says `connection: close`.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Ends when the listener is to be closed: a farewell after SIGTERM or SIGINT.
///
/// Made for `HttpServer::shutdown_signal`, with which both signals stop gracefully.
///
/// # Errors
/// When the operating system refuses a signal handler; nothing would stop the server gracefully then.
pub(crate) fn on_signal(stopping: Data<Stopping>) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
        stopping.begin();
        sleep(FAREWELL).await;
    })
}

/// Middleware that tells the client to leave, once the server is stopping.
pub(crate) async fn say_farewell(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let stopping = request.app_data::<Data<Stopping>>().cloned();
    let mut response = next.call(request).await?;
    if stopping.is_some_and(|stopping| stopping.has_begun()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
