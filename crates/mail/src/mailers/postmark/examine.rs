//! The questions for the server of a token and for the stream that letters go into.

use std::borrow::Cow;

use http::Method;
use postmark::{Endpoint, Query, QueryError};
use serde::{Deserialize, de::DeserializeOwned};

use super::client::{Client, NoAnswer};
use crate::{Doubt, Examination};

/// Whom the token belongs to. The answer names the tokens as well, which nobody here needs.
const SERVER: &str = "/server";
/// Where a letter goes that names no stream.
const STREAM: &str = "/message-streams/outbound";

const SANDBOX: Doubt = Doubt {
    reason: "the server of this token is a sandbox: it accepts letters and delivers none",
    remedy: "set mail.postmark.token to the token of a live server",
};
const ARCHIVED: Doubt = Doubt {
    reason: "the message stream outbound is archived: letters are refused",
    remedy: "unarchive it at Postmark: Message Streams, Default Transactional Stream",
};

/// Asks with one client, on one connection.
pub(super) async fn examine(client: &Client) -> Result<Examination, QueryError<NoAnswer>> {
    let server: Server = ask(client, SERVER).await?;
    let stream: Stream = ask(client, STREAM).await?;
    let is_sandbox = server.delivery_type.as_deref() == Some("Sandbox");
    let doubts = [(is_sandbox, SANDBOX), (stream.archived_at.is_some(), ARCHIVED)];
    Ok(Examination {
        words: format!("Postmark knows the token: server {}, stream {}", server.name, stream.id),
        doubts: doubts.into_iter().filter_map(|(holds, doubt)| holds.then_some(doubt)).collect(),
    })
}

async fn ask<A: DeserializeOwned + Send + Sync>(
    client: &Client,
    path: &'static str,
) -> Result<A, QueryError<NoAnswer>> {
    Question { path, answer: std::marker::PhantomData }.execute(client).await
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Server {
    name: String,
    delivery_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    #[serde(rename = "ID")]
    id: String,
    archived_at: Option<String>,
}

/// A question without parameters. The crate's own ones read answers that lack what matters here.
struct Question<A> {
    path: &'static str,
    answer: std::marker::PhantomData<fn() -> A>,
}

impl<A: DeserializeOwned + Send + Sync> Endpoint for Question<A> {
    type Request = ();
    type Response = A;

    fn endpoint(&self) -> Cow<'static, str> {
        self.path.into()
    }

    fn body(&self) -> &Self::Request {
        &()
    }

    fn method(&self) -> Method {
        Method::GET
    }
}
