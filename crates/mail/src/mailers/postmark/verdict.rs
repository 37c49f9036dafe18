//! What Postmark's answers mean.

use http::StatusCode;
use postmark::{QueryError, api::email::SendEmailResponse};

use super::client::NoAnswer;
use crate::{FailureClass, SendError, mailers::said::said};

/// The meaning of an answer with a good status and an error code.
pub(super) fn refused(refusal: &SendEmailResponse, secret: &str) -> SendError {
    let class = by_error_code(refusal.error_code).unwrap_or(FailureClass::Unknown);
    answered(class, StatusCode::OK, Some(refusal.error_code), &refusal.message, secret)
}

/// The meaning of any other end of a request.
pub(super) fn failed(error: &QueryError<NoAnswer>, secret: &str) -> SendError {
    match error {
        QueryError::Api { status, error_code, message, .. } => {
            let class = classify(*status, *error_code);
            answered(class, *status, *error_code, message.as_deref().unwrap_or("no reason given"), secret)
        }
        QueryError::Client { source: NoAnswer::NotSent(_) } => {
            unanswered(FailureClass::Transient, error, secret)
        }
        QueryError::Client { source: NoAnswer::Lost(_) } | QueryError::Json { .. } => {
            unanswered(FailureClass::Unknown, error, secret)
        }
        QueryError::Body { .. } => unanswered(FailureClass::Content, error, secret),
    }
}

/// The meaning of a question that was not answered. Nothing was sent by it, however far it got.
pub(super) fn unasked(error: &QueryError<NoAnswer>, secret: &str) -> SendError {
    match error {
        QueryError::Api { .. } => failed(error, secret),
        QueryError::Client { .. } | QueryError::Json { .. } | QueryError::Body { .. } => {
            unanswered(FailureClass::Transient, error, secret)
        }
    }
}

fn answered(
    class: FailureClass,
    status: StatusCode,
    error_code: Option<i64>,
    words: &str,
    secret: &str,
) -> SendError {
    let code = match error_code {
        Some(error_code) => format!("{}/{error_code}", status.as_u16()),
        None => status.as_u16().to_string(),
    };
    SendError { class, message: format!("postmark {code}: {}", said(words, Some(secret))), code: Some(code) }
}

fn unanswered(class: FailureClass, error: &QueryError<NoAnswer>, secret: &str) -> SendError {
    let words = match error {
        QueryError::Client { source } => source.to_string(),
        QueryError::Json { .. } => "the answer cannot be read".to_owned(),
        other => other.to_string(),
    };
    SendError { class, code: None, message: format!("postmark: {}", said(&words, Some(secret))) }
}

fn classify(status: StatusCode, error_code: Option<i64>) -> FailureClass {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return FailureClass::Throttle;
    }
    error_code.and_then(by_error_code).unwrap_or_else(|| by_status(status))
}

fn by_error_code(error_code: i64) -> Option<FailureClass> {
    match error_code {
        // Token; sender signature; credits; account.
        10 | 400 | 401 | 405 | 412 | 413 => Some(FailureClass::Configuration),
        100 => Some(FailureClass::Transient),
        300 | 402 | 403 | 409 | 411 => Some(FailureClass::Content),
        406 => Some(FailureClass::Recipient),
        429 => Some(FailureClass::Throttle),
        _ => None,
    }
}

// Redirects and 404 mean that `api_base` is wrong, which no letter can help.
fn by_status(status: StatusCode) -> FailureClass {
    match status.as_u16() {
        408 | 500..=599 => FailureClass::Transient,
        300..=399 | 401 | 403 | 404 | 405 | 407 => FailureClass::Configuration,
        400..=499 => FailureClass::Content,
        _ => FailureClass::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::classify;
    use crate::FailureClass::{self, Configuration, Content, Recipient, Throttle, Transient, Unknown};

    #[test]
    fn the_error_code_decides_and_the_status_stands_in() {
        let cases: [(u16, Option<i64>, FailureClass); 26] = [
            (401, Some(10), Configuration),
            (401, None, Configuration),
            (403, None, Configuration),
            (404, None, Configuration),
            (302, None, Configuration),
            (422, Some(400), Configuration),
            (422, Some(401), Configuration),
            (422, Some(405), Configuration),
            (422, Some(412), Configuration),
            (422, Some(413), Configuration),
            (422, Some(406), Recipient),
            (422, Some(300), Content),
            (422, Some(402), Content),
            (422, Some(403), Content),
            (422, Some(409), Content),
            (422, Some(411), Content),
            (422, Some(77777), Content),
            (413, None, Content),
            (422, Some(100), Transient),
            (408, None, Transient),
            (500, None, Transient),
            (503, Some(100), Transient),
            (429, None, Throttle),
            (429, Some(300), Throttle),
            (422, Some(429), Throttle),
            (199, None, Unknown),
        ];
        for (status, error_code, class) in cases {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(classify(status, error_code), class, "{status} {error_code:?}");
        }
    }
}
