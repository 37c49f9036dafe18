//! Whether the process is alive, and whether it can take a delivery.

use crate::edge::stopping::Stopping;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;
use mintmark_fulfillment::Fulfillment;
use rustix::fs::statvfs;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// A disk that takes longer cannot record a delivery in the time that a store waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// With less left on the disk, in bytes, sales will soon be answered 503: about a day of a busy shop's, so that the
/// alarm comes before the trouble.
const RESERVE: u64 = 64 * 1024 * 1024;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> HttpResponse {
    answer(StatusCode::OK, r#"{"status":"alive"}"#.to_owned())
}

/// `GET /readyz`: a transaction went through to the disk, there is space for more, and the server stays.
pub(crate) async fn readyz(fulfillment: Data<Fulfillment>, stopping: Data<Stopping>) -> HttpResponse {
    match readiness(&fulfillment, &stopping).await {
        Ok(()) => answer(StatusCode::OK, r#"{"status":"ready"}"#.to_owned()),
        Err(NotReady { reason, error }) => {
            tracing::warn!(reason, error, "not ready");
            let words = format!(r#"{{"status":"not-ready","reason":"{reason}"}}"#);
            answer(StatusCode::SERVICE_UNAVAILABLE, words)
        }
    }
}

/// Why the server should get no delivery now.
struct NotReady {
    /// Fixed words, which go out on the wire.
    reason: &'static str,
    /// What the database said, which does not.
    error: Option<String>,
}

async fn readiness(fulfillment: &Fulfillment, stopping: &Stopping) -> Result<(), NotReady> {
    let not_ready = |reason| Err(NotReady { reason, error: None });
    if stopping.has_begun() {
        return not_ready("stopping");
    }
    if fulfillment.settings().database_folder().is_some_and(|folder| is_nearly_full(&folder)) {
        return not_ready("the disk is nearly full");
    }
    match timeout(PATIENCE, fulfillment.probe()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            let reason = "the database does not take a transaction";
            Err(NotReady { reason, error: Some(error.to_string()) })
        }
        Err(_) => not_ready("the database does not answer in time"),
    }
}

/// A disk that cannot be asked is judged by the transaction alone.
fn is_nearly_full(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|volume| volume.f_bavail.saturating_mul(volume.f_frsize) < RESERVE)
}

fn answer(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}
