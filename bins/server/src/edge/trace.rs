//! One log line for each request, and one count.

use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _};

use super::remote;
use super::tally::Answers;

/// The number of the delivery that a request has put on record; a handler leaves it in the request's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnRecord(pub(crate) i64);

/// Middleware that logs method, route, status, duration and remote address, and nothing else, and counts the answer.
///
/// The route is the pattern, such as `/webhooks/{source}`: path and query are the client's words, and the
/// secret is among them. No header is logged for the same reason.
pub(crate) async fn log_requests(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let arrived = Instant::now();
    let method = request.method().clone();
    let route = request.match_pattern();
    let remote = remote::address(request.request());
    let answers = request.app_data::<Data<Answers>>().cloned();

    let answer = next.call(request).await;

    let status = match &answer {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let delivery = match &answer {
        Ok(response) => response.request().extensions().get().map(|OnRecord(number)| *number),
        Err(_) => None,
    };
    if let Some(answers) = answers {
        answers.count(route.as_deref(), status);
    }
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                %method,
                route = route.as_deref().unwrap_or("none"),
                status = status.as_u16(),
                delivery,
                milliseconds = u64::try_from(arrived.elapsed().as_millis()).unwrap_or(u64::MAX),
                remote = remote.map(tracing::field::display),
                "request"
            )
        };
    }
    // What was answered with a success is on record, and a line for each would cost a fifth of the time. Of a 304 there
    // are as many as there are apps.
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        log!(debug)
    } else {
        log!(info)
    }
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::web::Data;

    use super::super::testing::{Log, app};

    #[actix_web::test]
    async fn a_request_is_one_line_with_its_route_and_without_its_secret() {
        let log = Log::default();
        let _listening = log.listen();
        let service = init_service(app(Data::default())).await;
        for target in ["/webhooks/gumroad?secret=canary", "/canary?secret=canary"] {
            let request = TestRequest::post()
                .uri(target)
                .peer_addr("203.0.113.9:4711".parse().unwrap())
                .insert_header(("authorization", "Basic canary"))
                .set_payload("canary")
                .to_request();
            call_service(&service, request).await;
        }

        let lines = log.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for (line, route) in lines.iter().zip(["/webhooks/{source}", "none"]) {
            let expected = format!("request method=POST route=\"{route}\" status=404 milliseconds=");
            assert!(line.contains(&expected) && line.ends_with("remote=203.0.113.9"), "{line}");
            assert!(!line.contains("canary"), "{line}");
        }
    }
}
