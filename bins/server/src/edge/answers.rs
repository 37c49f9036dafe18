//! The shapes of our answers: JSON that no cache may keep.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

/// Seconds after which a store may come again: the first step of Gumroad's own schedule.
const RETRY_AFTER_SECONDS: &str = "60";

/// 200 with `answer` as its JSON body. The delivery is on record.
pub(crate) fn ok(answer: &impl Serialize) -> HttpResponse {
    json(HttpResponse::Ok(), answer)
}

/// 503 for a delivery that is *not* on record: the store must send it again.
///
/// `reason` is words for a person and goes out on the wire, so it must not quote an internal error.
pub(crate) fn not_recorded(reason: &str) -> HttpResponse {
    let mut response = HttpResponse::ServiceUnavailable();
    response.insert_header((RETRY_AFTER, RETRY_AFTER_SECONDS));
    json(response, &Refusal { status: "not-recorded", reason })
}

/// An error for an app: a word for the program, and `reason` in words for a person. Not for stores, which take any but a
/// 503 for an end.
pub(crate) fn refusal(code: StatusCode, status: &'static str, reason: &str) -> HttpResponse {
    json(HttpResponse::build(code), &Refusal { status, reason })
}

/// As [`refusal`], of something that works again after so many seconds.
pub(crate) fn come_again(code: StatusCode, status: &'static str, reason: &str, seconds: u64) -> HttpResponse {
    let mut response = HttpResponse::build(code);
    response.insert_header((RETRY_AFTER, seconds));
    json(response, &Refusal { status, reason })
}

#[derive(Serialize)]
struct Refusal<'a> {
    status: &'static str,
    reason: &'a str,
}

fn json(mut response: HttpResponseBuilder, body: &impl Serialize) -> HttpResponse {
    response.insert_header((CACHE_CONTROL, "no-store")).json(body)
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::header::CONTENT_TYPE;

    use super::*;

    #[actix_web::test]
    async fn what_is_not_recorded_asks_to_be_sent_again() {
        let response = not_recorded("the database is down");
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), "application/json");
        assert_eq!(response.headers().get(CACHE_CONTROL).unwrap(), "no-store");
        assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "60");
        assert_eq!(
            to_bytes(response.into_body()).await.unwrap(),
            r#"{"status":"not-recorded","reason":"the database is down"}"#
        );
    }

    #[actix_web::test]
    async fn an_answer_is_json_that_no_cache_keeps() {
        let response = ok(&serde_json::json!({"status": "ok"}));
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), "application/json");
        assert_eq!(response.headers().get(CACHE_CONTROL).unwrap(), "no-store");
        assert_eq!(to_bytes(response.into_body()).await.unwrap(), r#"{"status":"ok"}"#);
    }
}
