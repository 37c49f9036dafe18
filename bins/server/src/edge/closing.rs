//! The body of an answer after which the socket is shut.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use tokio::time::{Sleep, sleep};

use super::unread::{Drained, Unread};

/// How long a client has to read the answer before its socket is shut.
///
/// Shutting at once would reset the connection, and a client still busy sending might see the reset and
/// never the answer.
const GRACE: Duration = Duration::from_millis(300);

/// Sends `page`, drains `unread` for a moment more, then ends with it still unread.
///
/// That `unread` is alive at the end is the signal: an answer over an unread body that somebody still holds
/// makes actix-web close the connection, where one over a dropped body makes it drain.
pub(super) fn after(page: BoxBody, unread: Unread) -> BoxBody {
    BoxBody::new(Closing { page, unread, grace: Box::pin(sleep(GRACE)) })
}

struct Closing {
    page: BoxBody,
    unread: Unread,
    grace: Pin<Box<Sleep>>,
}

impl MessageBody for Closing {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.page.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(chunk) = ready!(Pin::new(&mut self.page).poll_next(context)) {
            return Poll::Ready(Some(chunk));
        }
        if self.unread.poll_drain(context) == Poll::Ready(Drained::ToTheEnd) {
            return Poll::Ready(None);
        }
        self.grace.as_mut().poll(context).map(|()| None)
    }
}
