//! One HTTP connection to Postmark, which knows how far a request got.

use std::{
    io::{Cursor, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, Uri, header::CONTENT_LENGTH, request::Parts};
use secrecy::ExposeSecret;
use ureq::{Agent, SendBody};

use crate::{Error, PostmarkSettings, ServiceUrl};

const LARGEST_ANSWER: u64 = 64 * 1024;

/// A blocking client with one total timeout. It follows no redirects.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    api_base: ServiceUrl,
    token: HeaderValue,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    /// The request did not leave whole: nothing was sent.
    #[error("not sent: {0}")]
    NotSent(ureq::Error),
    /// The request left whole: anything may have happened.
    #[error("no answer: {0}")]
    Lost(ureq::Error),
}

impl Client {
    pub(super) fn new(settings: &PostmarkSettings, timeout: Duration) -> Result<Self, Error> {
        let mut token = HeaderValue::from_str(settings.token.expose_secret()).map_err(|_| Error::Token)?;
        token.set_sensitive(true);
        let mut agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(timeout))
            .max_idle_connections(1)
            .user_agent(concat!("mintmark/", env!("CARGO_PKG_VERSION")));
        if settings.api_base.is_loopback() {
            agent = agent.proxy(None);
        }
        Ok(Self { agent: agent.build().into(), api_base: settings.api_base.clone(), token })
    }

    /// The same client over a connection of its own.
    pub(super) fn reconnected(&self) -> Self {
        let agent = self.agent.config().clone().into();
        Self { agent, api_base: self.api_base.clone(), token: self.token.clone() }
    }

    fn exchange(&self, mut parts: Parts, body: Witness) -> Result<Response<Bytes>, ureq::Error> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = self.api_base.join(path).parse::<Uri>().map_err(http::Error::from)?;
        parts.headers.insert("X-Postmark-Server-Token", self.token.clone());
        // A question has no body, and must not say that it has an empty one.
        let body = if parts.method == Method::GET {
            SendBody::none()
        } else {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.length()));
            SendBody::from_owned_reader(body)
        };
        let request = Request::from_parts(parts, body);
        let (parts, mut body) = self.agent.run(request)?.into_parts();
        // An answer whose body is lost is still judged by its status: an empty body is no success.
        let body = body.with_config().limit(LARGEST_ANSWER).read_to_vec().unwrap_or_default();
        Ok(Response::from_parts(parts, body.into()))
    }
}

#[async_trait]
impl postmark::Client for Client {
    type Error = NoAnswer;

    async fn execute(&self, request: Request<Bytes>) -> Result<Response<Bytes>, NoAnswer> {
        let (parts, body) = request.into_parts();
        let handed_over = Arc::new(AtomicBool::new(false));
        let witness = Witness { body: Cursor::new(body), handed_over: Arc::clone(&handed_over) };
        self.exchange(parts, witness).map_err(|error| {
            if handed_over.load(Ordering::Acquire) { NoAnswer::Lost(error) } else { NoAnswer::NotSent(error) }
        })
    }
}

/// A request body that notes when its last byte is taken. A server cannot act on less.
struct Witness {
    body: Cursor<Bytes>,
    handed_over: Arc<AtomicBool>,
}

impl Witness {
    fn length(&self) -> usize {
        self.body.get_ref().len()
    }
}

impl Read for Witness {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.body.read(buffer)?;
        if usize::try_from(self.body.position()) == Ok(self.length()) {
            self.handed_over.store(true, Ordering::Release);
        }
        Ok(count)
    }
}
