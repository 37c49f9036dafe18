//! Answers, counted by route and status.

use actix_web::http::StatusCode;
use metrics::Counter;

/// The patterns of the routes, as the log has them. What is on none of them is `none`.
const ROUTES: [&str; 6] =
    ["/webhooks/{source}", "/licenses/revocations", "/licenses/refresh", "/healthz", "/readyz", NONE];
const NONE: &str = "none";
/// What the server answers.
const STATUSES: [&str; 9] = ["200", "304", "400", "404", "408", "413", "429", "503", OTHER];
const OTHER: &str = "other";

/// One counter for each route and status, put into the application as `Data`. Registered at once, so that the first 503
/// is a step from zero.
#[derive(Debug)]
pub(crate) struct Answers(Vec<Counter>);

impl Answers {
    /// Counts for the recorder in whose scope it is called.
    pub(crate) fn new() -> Self {
        metrics::describe_counter!("mintmark_answers_total", "Answers over HTTP, by route and status.");
        let counter =
            |route, status| metrics::counter!("mintmark_answers_total", "route" => route, "status" => status);
        let of_route = |route: &&'static str| STATUSES.map(|status| counter(*route, status));
        Self(ROUTES.iter().flat_map(of_route).collect())
    }

    /// An answer was given.
    pub(crate) fn count(&self, route: Option<&str>, status: StatusCode) {
        let last = ROUTES.len() - 1;
        let route = ROUTES.iter().position(|known| Some(*known) == route).unwrap_or(last);
        let last = STATUSES.len() - 1;
        let status = STATUSES.iter().position(|known| *known == status.as_str()).unwrap_or(last);
        if let Some(counter) = self.0.get(route * STATUSES.len() + status) {
            counter.increment(1);
        }
    }
}
