//! How clients learn that the server stops: they are told to leave before their connections are taken away.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Data;

/// Whether the server has been asked to stop; one for all workers, put into the application as [`Data`].
#[derive(Debug, Default)]
pub(crate) struct Stopping(AtomicBool);

impl Stopping {
    /// From now on every answer says `connection: close`.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the server is about to end.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
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
