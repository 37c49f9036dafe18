//! Whether the process is alive, and whether it can take a delivery.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;
use mintmark_fulfillment::Fulfillment;
use std::time::Duration;
use tokio::time::timeout;

/// A disk that takes longer cannot record a delivery in the time that a store waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> HttpResponse {
    answer(StatusCode::OK, "alive")
}

/// `GET /readyz`: a transaction went through to the disk.
pub(crate) async fn readyz(fulfillment: Data<Fulfillment>) -> HttpResponse {
    match timeout(PATIENCE, fulfillment.probe()).await {
        Ok(Ok(())) => answer(StatusCode::OK, "ready"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            answer(StatusCode::SERVICE_UNAVAILABLE, "the database does not take a transaction")
        }
        Err(_) => answer(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer in time"),
    }
}

fn answer(status: StatusCode, word: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(format!("{{\"status\":\"{word}\"}}"))
}
