//! What an answer of the API means.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use serde_json::{Map, Value};

use crate::{BooksError, text};

/// A text of the store's in an error is cut here.
const LONGEST_QUOTE: usize = 120;

/// The members of an answer that says that it went well.
pub(super) fn read(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Value>, BooksError> {
    match status {
        StatusCode::OK => success(body),
        StatusCode::UNAUTHORIZED => Err(BooksError::Unauthorized),
        StatusCode::FORBIDDEN => Err(BooksError::Forbidden),
        StatusCode::NOT_FOUND => Err(BooksError::NotFound),
        StatusCode::TOO_MANY_REQUESTS => Err(BooksError::Throttled { retry_after: retry_after(headers) }),
        StatusCode::BAD_REQUEST => Err(refusal(body)),
        // A proxy that gives up in front of the store says 408.
        StatusCode::REQUEST_TIMEOUT => Err(BooksError::Unavailable(status.as_u16().to_string())),
        other if other.is_server_error() => Err(BooksError::Unavailable(other.as_u16().to_string())),
        other => Err(BooksError::Unexpected(format!("status {}", other.as_u16()))),
    }
}

fn success(body: &[u8]) -> Result<Map<String, Value>, BooksError> {
    let unexpected = |what: &str| BooksError::Unexpected(what.to_owned());
    let answer: Value = serde_json::from_slice(body).map_err(|_| unexpected("no JSON"))?;
    let Value::Object(members) = answer else { return Err(unexpected("JSON without an object")) };
    match members.get("success") {
        Some(Value::Bool(true)) => Ok(members),
        Some(Value::Bool(false)) => Err(denial(&members)),
        _ => Err(unexpected("it does not say whether it went well")),
    }
}

/// Gumroad answers 200 also where there is nothing.
fn denial(members: &Map<String, Value>) -> BooksError {
    let message = members.get("message").and_then(Value::as_str).unwrap_or_default();
    if message.ends_with("was not found.") || message.ends_with("not found") {
        return BooksError::NotFound;
    }
    // It repeats the address, which has the secret in it.
    if message.starts_with("Invalid post URL") {
        return BooksError::Unexpected("it refuses the address".to_owned());
    }
    BooksError::Unexpected("it says that it did not go well".to_owned())
}

fn refusal(body: &[u8]) -> BooksError {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = answer.get("error").or_else(|| answer.get("message")).and_then(Value::as_str);
    let error = error.unwrap_or_default();
    if error.starts_with("Query timed out") {
        return BooksError::QueryTimedOut;
    }
    BooksError::Unexpected(format!("status 400, {}", text::one_line(error, LONGEST_QUOTE)))
}

/// In seconds; the other form, a date, would have to be compared with a clock that may be wrong.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> BooksError {
        read(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes()).unwrap_err()
    }

    #[test]
    fn each_refusal_is_told_from_the_others() {
        let timed_out = r#"{"status":400,"error":"Query timed out. Try narrowing your date range."}"#;
        assert_eq!(answer(400, timed_out), BooksError::QueryTimedOut);
        assert_eq!(answer(401, ""), BooksError::Unauthorized);
        assert_eq!(answer(403, ""), BooksError::Forbidden);
        let not_found = r#"{"success":false,"message":"The sale was not found."}"#;
        assert_eq!(answer(200, not_found), BooksError::NotFound);
        assert_eq!(answer(502, "<html>"), BooksError::Unavailable("502".to_owned()));
        assert_eq!(answer(429, ""), BooksError::Throttled { retry_after: None });
    }

    #[test]
    fn an_answer_that_is_no_answer_is_unexpected() {
        for body in ["", "<html>", "[]", "{}", r#"{"success":"true"}"#, r#"{"success":false}"#] {
            assert!(matches!(answer(200, body), BooksError::Unexpected(_)), "{body}");
        }
        assert!(matches!(answer(302, ""), BooksError::Unexpected(_)));
        let dates = r#"{"status":400,"error":"Invalid date format"}"#;
        assert_eq!(
            answer(400, dates).to_string(),
            "the store gave an unexpected answer: status 400, Invalid date format"
        );
    }

    #[test]
    fn a_refused_address_is_not_repeated() {
        let refused = r#"{"success":false,"message":"Invalid post URL 'https://x.example/?secret=hush'"}"#;
        assert_eq!(answer(200, refused), BooksError::Unexpected("it refuses the address".to_owned()));
    }

    #[test]
    fn the_store_says_in_seconds_how_long_to_wait() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "7".parse().unwrap());
        let throttled = read(StatusCode::TOO_MANY_REQUESTS, &headers, b"").unwrap_err();
        assert_eq!(throttled, BooksError::Throttled { retry_after: Some(Duration::from_secs(7)) });
    }
}
