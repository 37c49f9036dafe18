//! A mail provider that takes everything at once, and one that answers nothing.

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use std::net::{SocketAddr, TcpListener};

/// Every path: Postmark's `/email` and whatever else is asked.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.default_service(web::to(accept));
}

async fn accept(_letter: Bytes) -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({
        "To": "buyer@example.com",
        "SubmittedAt": "2026-11-23T00:00:00Z",
        "MessageID": "00000000-0000-4000-8000-000000000000",
        "ErrorCode": 0,
        "Message": "OK",
    }))
}

/// Takes every connection and keeps it, so that whoever calls waits until its own patience ends.
pub(super) fn swallow(bind: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(bind)?;
    let mut held = Vec::new();
    loop {
        held.push(listener.accept()?);
    }
}
