//! `GET /metrics`: what was counted, and what is looked up when somebody asks.

use super::Metrics;
use super::gauges::Gauges;
use super::glance::Glance;
use super::process::Process;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, Settings};
use std::sync::Arc;

/// The format in which Prometheus reads a page.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// A question that the store did not answer has no status.
const NO_ANSWER: &str = "none";

/// The page, made anew for everyone who asks.
#[derive(Debug)]
pub(crate) struct Page {
    metrics: Metrics,
    fulfillment: Arc<Fulfillment>,
    glance: Glance,
    gauges: Gauges,
    process: Process,
}

/// Answers `GET /metrics`.
pub(super) async fn tell(page: Data<Page>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, FORMAT)).body(page.text().await)
}

impl Page {
    pub(super) fn new(metrics: Metrics, fulfillment: Arc<Fulfillment>) -> Self {
        let (gauges, process) = metrics::with_local_recorder(metrics.recorder(), || {
            describe_build(fulfillment.settings());
            (Gauges::new(fulfillment.source_names()), Process::new())
        });
        let glance = Glance::new(Arc::clone(&fulfillment));
        Self { metrics, fulfillment, glance, gauges, process }
    }

    async fn text(&self) -> String {
        let view = self.glance.take().await;
        self.gauges.set(&view, self.fulfillment.waiting_writes(), Timestamp::now());
        self.process.look();
        metrics::with_local_recorder(self.metrics.recorder(), || self.count_store_answers());
        self.metrics.handle.render()
    }

    /// There are at most two questions a second, so these need no handles.
    fn count_store_answers(&self) {
        metrics::describe_counter!(
            "mintmark_store_api_requests_total",
            "Questions to a store's API, by the status of the answer."
        );
        for (source, status, count) in self.fulfillment.store_answers() {
            let status = status.map_or(NO_ANSWER.to_owned(), |status| status.to_string());
            metrics::counter!("mintmark_store_api_requests_total", "source" => source, "status" => status)
                .absolute(count);
        }
    }
}

fn describe_build(settings: &Settings) {
    metrics::describe_gauge!("mintmark_build_info", "1; its labels say what is running.");
    let database = if settings.database_folder().is_some() { "sqlite" } else { "postgres" };
    metrics::gauge!("mintmark_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => database)
        .set(1.0);
}
