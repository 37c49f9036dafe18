//! One client of the API: blocking, paced, patient, and silent about its token.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use ureq::Agent;

use super::answer;
use super::pace::Pace;
use super::patience::{self, Repeat};
use crate::{BooksError, Error};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const WHOLE_TIMEOUT: Duration = Duration::from_secs(20);
/// A page of ten sales has about 20 KiB.
const LARGEST_ANSWER: u64 = 2 * 1024 * 1024;

/// What stands for itself in a form.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What a path holds as it is: ids are Base64 of the kind for addresses, with its padding.
const PATH: &AsciiSet = &VALUE.remove(b'=');

/// A client with a token. It follows no redirects: they would carry the token elsewhere.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    base: String,
    bearer: HeaderValue,
    pace: Pace,
    answers: Mutex<BTreeMap<Option<u16>, u64>>,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) method: Method,
    /// Below the base, with a slash in front.
    pub(super) path: &'a str,
    /// Names and values; sent in the address, or as a form where there is a body.
    pub(super) parameters: &'a [(&'a str, &'a str)],
    pub(super) repeat: Repeat,
}

impl Client {
    pub(super) fn new(base: &str, token: &SecretString, pause: Duration) -> Result<Self, Error> {
        let base = base.trim_end_matches('/').to_owned();
        let address: Uri = base.parse().map_err(|_| Error::ApiBase)?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .map_err(|_| Error::AccessToken)?;
        bearer.set_sensitive(true);
        let mut agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(WHOLE_TIMEOUT))
            .max_idle_connections(2)
            .user_agent(concat!("mintmark/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&address) {
            agent = agent.proxy(None);
        }
        Ok(Self {
            agent: agent.build().into(),
            base,
            bearer,
            pace: Pace::new(pause),
            answers: Mutex::default(),
        })
    }

    /// Asks, at the common pace, and again where that may help.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Map<String, Value>, BooksError> {
        let mut tries = 0;
        loop {
            self.pace.turn()?;
            let error = match self.exchange(question) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            tries += 1;
            let pause = patience::pause(&error, tries, question.repeat, self.pace.pause());
            let Some(pause) = pause else { return Err(error) };
            self.pace.rest(pause);
        }
    }

    pub(super) fn get(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Map<String, Value>, BooksError> {
        self.ask(&Question { method: Method::GET, path, parameters, repeat: Repeat::Harmless })
    }

    pub(super) fn close(&self) {
        self.pace.close();
    }

    /// How many answers there were of each status; `None` is no answer.
    pub(super) fn answers(&self) -> BTreeMap<Option<u16>, u64> {
        self.tally().clone()
    }

    fn tally(&self) -> MutexGuard<'_, BTreeMap<Option<u16>, u64>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exchange(&self, question: &Question<'_>) -> Result<Map<String, Value>, BooksError> {
        let has_body = question.method == Method::PUT;
        let parameters = encoded(question.parameters);
        let query = if has_body || parameters.is_empty() { String::new() } else { format!("?{parameters}") };
        let address = format!("{}{}{query}", self.base, question.path);
        let request = Request::builder()
            .method(question.method.clone())
            .uri(address)
            .header(AUTHORIZATION, self.bearer.clone());
        let odd = |_| BooksError::Unexpected("the question makes no address".to_owned());
        let answer = if has_body {
            let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            self.agent.run(request.body(parameters).map_err(odd)?)
        } else {
            self.agent.run(request.body(()).map_err(odd)?)
        };
        let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        *self.tally().entry(status).or_default() += 1;
        let (parts, mut body) = answer.map_err(|error| unavailable(&error))?.into_parts();
        let body = body.with_config().limit(LARGEST_ANSWER).read_to_vec();
        let body = body.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => BooksError::Unexpected("more than 2 MiB".to_owned()),
            other => unavailable(&other),
        })?;
        answer::read(parts.status, &parts.headers, &body)
    }
}

/// Escaped as a form is, which an address understands as well.
fn encoded(parameters: &[(&str, &str)]) -> String {
    let pairs =
        parameters.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, VALUE)));
    pairs.collect::<Vec<_>>().join("&")
}

/// As one part of a path. Dots alone would climb in it.
pub(super) fn escaped_path(text: &str) -> String {
    if text.chars().all(|character| character == '.') {
        return text.replace('.', "%2E");
    }
    utf8_percent_encode(text, PATH).to_string()
}

/// In words of ours: those of the client library may name the address with its query.
fn unavailable(error: &ureq::Error) -> BooksError {
    let what = match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "its name cannot be resolved".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "no secure connection".to_owned(),
        ureq::Error::Io(error) => format!("the connection failed, {}", error.kind()),
        _ => "the connection failed".to_owned(),
    };
    BooksError::Unavailable(what)
}

fn is_loopback(address: &Uri) -> bool {
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
