//! What the client still sends of a body that no handler read: a little is drained, then the socket is shut.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{InternalError, PayloadError};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::Stream;
use tokio::time::{Instant, timeout_at};

use super::closing;

/// Bytes that are drained of an unread body, at most, give or take what one read of the socket holds.
const DRAIN_LIMIT: usize = 256 * 1024;
/// How long after its head a body may still end and the connection be kept.
const PATIENCE: Duration = Duration::from_millis(300);

/// Middleware that keeps an unread body from holding the connection; the outermost of all.
///
/// actix-web reads an unread chunked body without end, and a trickle keeps it doing so. An honest client sent
/// its small body along with the head: that is drained, and the connection lives on. For any other the answer
/// says `connection: close`, the client gets a moment to read it, and the socket is shut: all within a second.
pub(crate) async fn cut(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let Some(mut unread) = Unread::share(&mut request) else {
        return next.call(request).await;
    };
    let patience = Instant::now() + PATIENCE;
    let answer = next.call(request).await;
    if unread.ends_before(patience).await {
        return answer;
    }
    match answer {
        Ok(response) => Ok(response.map_body(|_, page| closing::after(page, unread))),
        Err(error) => {
            let response = error.error_response().map_body(|_, page| closing::after(page, unread));
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// How draining stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drained {
    /// The body ended, or its sender went away.
    ToTheEnd,
    /// The limit of bytes is used up and the body goes on.
    ToTheLimit,
}

/// The body of a request, of which the handler holds the other end.
pub(super) struct Unread {
    payload: SharedPayload,
    drained: usize,
}

impl Unread {
    fn share(request: &mut ServiceRequest) -> Option<Self> {
        let payload = request.take_payload();
        if matches!(payload, Payload::None) {
            return None;
        }
        let payload = SharedPayload(Rc::new(RefCell::new(Source { payload, ended: false })));
        request.set_payload(Payload::Stream { payload: Box::pin(payload.clone()) });
        Some(Self { payload, drained: 0 })
    }

    async fn ends_before(&mut self, deadline: Instant) -> bool {
        let drained = timeout_at(deadline, poll_fn(|context| self.poll_drain(context))).await;
        drained == Ok(Drained::ToTheEnd)
    }

    /// Throws away what has arrived; pending while more may come.
    pub(super) fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<Drained> {
        while self.drained <= DRAIN_LIMIT {
            match ready!(Pin::new(&mut self.payload).poll_next(context)) {
                Some(Ok(chunk)) => self.drained = self.drained.saturating_add(chunk.len()),
                Some(Err(_)) | None => return Poll::Ready(Drained::ToTheEnd),
            }
        }
        Poll::Ready(Drained::ToTheLimit)
    }
}

#[derive(Clone)]
struct SharedPayload(Rc<RefCell<Source>>);

struct Source {
    payload: Payload,
    /// Once it has failed, actix-web's payload is pending for ever, so the end is remembered here.
    ended: bool,
}

impl Stream for SharedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut source = self.0.borrow_mut();
        if source.ended {
            return Poll::Ready(None);
        }
        let item = ready!(Pin::new(&mut source.payload).poll_next(context));
        source.ended = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}
