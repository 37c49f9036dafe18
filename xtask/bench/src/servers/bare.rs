//! What HTTP alone costs.

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Responder};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/webhooks/gumroad", web::post().to(receive));
}

async fn receive(body: Bytes) -> impl Responder {
    let answer = serde_json::json!({
        "status": "ok",
        "license_key": "DT1-CORE-QRZTH-E5F39-4GBA8-1XDRQ",
        "delivery_id": body.len(),
    });
    HttpResponse::Ok().json(answer)
}
