//! `POST /licenses/refresh`: the newest blob of a license, for an app that holds its key.

use crate::edge::rate::{Pace, RateLimit};
use crate::edge::{answers, remote};
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Payload, Query};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use jiff::Timestamp;
use mintmark_fulfillment::{FreshBlob, Fulfillment, Refreshed};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The largest body, in bytes.
const BODY_LIMIT: usize = 4 * 1024;
const BODY_DEADLINE: Duration = Duration::from_secs(3);
/// For a whole office behind one address; somebody who guesses keys would need far more.
const OF_CLIENT: Pace = Pace { burst: 20, interval: Duration::from_secs(3) };
const OF_ALL: Pace = Pace { burst: 100, interval: Duration::from_millis(20) };
/// Connections to the database that refreshing takes at once, at most: the others are for those who sell.
const READERS: usize = 2;
/// How long a request waits for one of them.
const PATIENCE: Duration = Duration::from_secs(2);

const SHAPE: &str = r#"the body has to be JSON such as {"license_key":"…"}, or a form with license_key"#;

/// What keeps refreshing within bounds; one for all workers.
#[derive(Debug)]
pub(crate) struct RefreshDesk {
    limit: RateLimit,
    readers: Semaphore,
}

impl RefreshDesk {
    pub(crate) fn new() -> Self {
        Self { limit: RateLimit::new(OF_CLIENT, OF_ALL, Instant::now()), readers: Semaphore::new(READERS) }
    }
}

/// Answers with the newest blob. The key is not repeated, neither here nor in the log.
pub(crate) async fn refresh(
    request: HttpRequest,
    payload: Payload,
    fulfillment: Data<Fulfillment>,
    desk: Data<RefreshDesk>,
) -> HttpResponse {
    let client = remote::address(&request).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if let Err(wait) = desk.limit.admit(client, Instant::now()) {
        let seconds = wait.as_secs().saturating_add(1);
        return answers::come_again(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "too many requests",
            seconds,
        );
    }
    let asked = match read(&request, payload).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    match find(&desk, fulfillment.into_inner(), asked.license_key).await {
        Some(Refreshed::Found(fresh)) => answers::ok(&Answer::of(&fresh)),
        Some(Refreshed::Unknown) => {
            answers::refusal(StatusCode::NOT_FOUND, "not-found", "no license has this key")
        }
        Some(Refreshed::Unreadable(words)) => {
            // No license can have it either; the words help whoever mistyped it.
            answers::refusal(StatusCode::NOT_FOUND, "not-a-license-key", &words)
        }
        None => answers::come_again(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "try again later", 60),
    }
}

/// What an app sends. Further fields are not minded.
#[derive(Deserialize)]
struct Asked {
    license_key: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    blob: &'a str,
    seq: i64,
    expires_at: Option<Timestamp>,
}

impl<'a> Answer<'a> {
    fn of(fresh: &'a FreshBlob) -> Self {
        let FreshBlob { status, blob, seq, expires_at } = fresh;
        Self { status: status.as_str(), blob, seq: *seq, expires_at: *expires_at }
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Asked, HttpResponse> {
    let body = match timeout(BODY_DEADLINE, payload.to_bytes_limited(BODY_LIMIT)).await {
        Ok(Ok(Ok(body))) => body,
        Ok(Ok(Err(_))) => return Err(bad_request("the body broke off")),
        Ok(Err(_)) => {
            let reason = "the body is larger than 4 KiB";
            return Err(answers::refusal(StatusCode::PAYLOAD_TOO_LARGE, "too-large", reason));
        }
        Err(_) => {
            let reason = "the body did not arrive in time";
            return Err(answers::refusal(StatusCode::REQUEST_TIMEOUT, "too-slow", reason));
        }
    };
    parse(&body, request.content_type()).ok_or_else(|| bad_request(SHAPE))
}

/// A body in braces is JSON, whatever it is called.
fn parse(body: &Bytes, content_type: &str) -> Option<Asked> {
    let text = std::str::from_utf8(body).ok()?.trim();
    // serde would read a list of one text as well.
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    if content_type.ends_with("json") {
        return None;
    }
    Query::<Asked>::from_query(text).ok().map(Query::into_inner)
}

/// `None` if the database does not answer; why is in the log.
async fn find(desk: &RefreshDesk, fulfillment: Arc<Fulfillment>, typed_key: String) -> Option<Refreshed> {
    let Ok(Ok(_place)) = timeout(PATIENCE, desk.readers.acquire()).await else {
        tracing::warn!("a refresh found no free connection to the database");
        return None;
    };
    match web::block(move || fulfillment.refresh(&typed_key)).await {
        Ok(Ok(refreshed)) => Some(refreshed),
        Ok(Err(error)) => {
            tracing::error!(%error, "a license could not be looked up to be refreshed");
            None
        }
        Err(_) => None,
    }
}

fn bad_request(reason: &str) -> HttpResponse {
    answers::refusal(StatusCode::BAD_REQUEST, "bad-request", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_json_and_from_a_form() {
        let parsed = |body: &str, content_type: &str| {
            parse(&Bytes::copy_from_slice(body.as_bytes()), content_type).map(|asked| asked.license_key)
        };
        let form = "application/x-www-form-urlencoded";
        for (body, content_type) in [
            (r#"{"license_key":"A B"}"#, "application/json"),
            (" {\"license_key\":\"A\\u0020B\",\"app\":7}\n", ""),
            (r#"{"license_key":"A B"}"#, form),
            ("license_key=A%20B", form),
            ("app=7&license_key=A+B\n", ""),
        ] {
            assert_eq!(parsed(body, content_type).as_deref(), Some("A B"), "{body}");
        }
        for (body, content_type) in [
            ("", form),
            ("A-B", form),
            ("license=A", form),
            ("license_key=A&license_key=B", form),
            ("license_key=A", "application/json"),
            ("{}", "application/json"),
            (r#"{"license_key":5}"#, "application/json"),
            (r#"{"license_key":null}"#, "application/json"),
            (r#"{"license_key":"A","license_key":"B"}"#, "application/json"),
            (r#"["A"]"#, "application/json"),
            ("{", ""),
        ] {
            assert_eq!(parsed(body, content_type), None, "{body}");
        }
    }
}
