//! A panic becomes an answer: actix-web alone would drop the connection without a word.

use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use futures_util::FutureExt;
use metrics::Counter;

use super::answers;

/// Middleware that answers 503 when anything behind it panics.
///
/// The answer travels as an `Err`, because the request is gone with the panic: a second handle on it,
/// kept aside, would make actix-web's router panic itself.
pub(crate) async fn answer_panics(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let handled = async { next.call(request).await };
    AssertUnwindSafe(handled).catch_unwind().await.unwrap_or_else(|_payload| Err(Panicked.into()))
}

/// The process's panic hook: counts, and logs where it happened and never what was said.
///
/// The words of a panic may quote a body or a secret. This is the one place that logs a panic, because only
/// a hook knows the place.
pub(crate) fn log_without_payload(panics: Counter) -> impl Fn(&PanicHookInfo<'_>) {
    move |panic| {
        let thread = std::thread::current();
        tracing::error!(
            location = panic.location().map(tracing::field::display),
            thread = thread.name(),
            "panicked"
        );
        panics.increment(1);
    }
}

#[derive(Debug)]
struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the handler panicked")
    }
}

impl ResponseError for Panicked {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        answers::not_recorded("internal error")
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, init_service};
    use actix_web::web::Data;

    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::testing::{Log, app};
    use super::*;

    #[actix_web::test]
    async fn a_panic_is_logged_once_with_its_place_and_without_its_words() {
        let log = Log::default();
        let _listening = log.listen();
        let service = init_service(app(Data::default())).await;

        let panics = Arc::new(AtomicU64::default());
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(log_without_payload(Counter::from_arc(Arc::clone(&panics)))));
        let request = TestRequest::post().uri("/panics").to_request();
        let status = match actix_web::dev::Service::call(&service, request).await {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        std::panic::set_hook(before);

        assert_eq!((status, panics.load(Ordering::Relaxed)), (StatusCode::SERVICE_UNAVAILABLE, 1));
        let lines = log.lines();
        assert_eq!(lines.iter().filter(|line| line.contains("panicked")).count(), 1, "{lines:?}");
        assert!(lines[0].contains("ERROR") && lines[0].contains("testing.rs"), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("secret in its words")), "{lines:?}");
    }
}
