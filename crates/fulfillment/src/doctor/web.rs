//! One question over HTTP, with little patience.

use http::{Method, Request, StatusCode, Uri, header};
use std::time::{Duration, Instant};
use ureq::Agent;

const PATIENCE: Duration = Duration::from_secs(6);
/// What is read of an answer: ours are shorter.
const LARGEST_ANSWER: u64 = 4 * 1024;

/// What somebody answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Where it sends us instead.
    pub(super) location: Option<String>,
    /// Its clock, as HTTP writes it, and when it was read, by a clock that is never set.
    pub(super) date: Option<(String, Instant)>,
    pub(super) body: String,
}

/// Asks once, without following anybody elsewhere.
///
/// # Errors
/// Words that say why there was no answer. The address is not among them: a secret may be in it.
pub(super) fn ask(method: Method, url: &str) -> Result<Answer, String> {
    let address: Uri = url.parse().map_err(|_| "it is no address".to_owned())?;
    let mut agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(PATIENCE))
        .user_agent(concat!("mintmark/", env!("CARGO_PKG_VERSION")));
    if is_loopback(&address) {
        agent = agent.proxy(None);
    }
    let agent: Agent = agent.build().into();
    let request = Request::builder().method(method).uri(address).body(()).map_err(|_| "it is no address")?;
    let (parts, mut body) = agent.run(request).map_err(|error| words(&error))?.into_parts();
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = body.with_config().limit(LARGEST_ANSWER).read_to_string().unwrap_or_default();
    Ok(Answer {
        status: parts.status,
        location: text(header::LOCATION),
        date: text(header::DATE).map(|date| (date, Instant::now())),
        body,
    })
}

/// Of an error with the certificate the library's words say what is wrong with it.
fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
        ureq::Error::HostNotFound => "its name cannot be resolved".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        ureq::Error::Rustls(error) => format!("no secure connection: {error}"),
        ureq::Error::Tls(error) => format!("no secure connection: {error}"),
        ureq::Error::Io(error) if error.to_string().contains("certificate") => {
            format!("no secure connection: {error}")
        }
        ureq::Error::Io(error) => error.kind().to_string(),
        _ => "the connection failed".to_owned(),
    }
}

fn is_loopback(address: &Uri) -> bool {
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
