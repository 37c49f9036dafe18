//! The trait that every store's adapter implements.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use jiff::Timestamp;

use crate::{Books, Error, Interpretation, Record, WebhookSecret};

/// What a store looks like from the inside: who is at the door, and what a recorded delivery means.
pub trait SourceAdapter: Debug + Send + Sync {
    /// The name in the webhook's path, in `products.yaml` and in every row, such as `gumroad`.
    fn name(&self) -> &'static str;

    /// Whether the body has to be read before anyone can tell who sent it.
    fn proof(&self) -> Proof;

    /// Whether the request comes from the store; pure, on raw bytes, before anything is parsed.
    ///
    /// # Errors
    /// [`NotAuthentic`], which says nothing more: whoever asks must not learn what was wrong.
    fn authenticate(&self, request: &Request<'_>, now: Timestamp) -> Result<Authentic, NotAuthentic>;

    /// From now on these secrets prove a request, and no others. A source that has none takes none.
    ///
    /// # Errors
    /// There are too many of them.
    fn accept_secrets(&self, _secrets: &[WebhookSecret]) -> Result<(), Error> {
        Ok(())
    }

    /// What a recorded body says; total: whatever the bytes are, there is an answer.
    fn interpret(&self, body: &Body<'_>) -> Interpretation;

    /// What a record says that came out of the store's books; total, as `interpret` is, which reads such a body too.
    fn interpret_record(&self, record: &str) -> Interpretation {
        self.interpret(&Body { content_type: None, bytes: record.as_bytes() })
    }

    /// The fields that an operator can set right in what came, by the names that the store has for them.
    fn correctable_fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// As `interpret`, with these fields as they should have been, whoever wrote something else there.
    fn interpret_corrected(&self, body: &Body<'_>, _set: &BTreeMap<String, String>) -> Interpretation {
        self.interpret(body)
    }

    /// The sale in one line of the table that the store exports for its seller, by the names of its columns; `None` for a
    /// line that is no sale. An error says what is wrong with the line.
    fn exported_sale(&self, _columns: Columns<'_>) -> Option<Result<Record, String>> {
        Some(Err("this source is known to export no table".to_owned()))
    }

    /// The store's own records, if it has any and the settings hold the token to ask for them.
    fn books(&self) -> Option<&dyn Books> {
        None
    }
}

/// The value of a column of a line, if it is not blank.
pub type Columns<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// A request as it stands at the door, undecoded.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The query string without its question mark.
    pub query: Option<&'a str>,
    /// The headers in the order they came; names in any case.
    pub headers: &'a [(String, String)],
    /// The body, for sources that prove themselves over it; see [`Proof::OverBody`].
    pub body: Option<&'a [u8]>,
}

/// A body as it was recorded.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    /// The `Content-Type` header, parameters included.
    pub content_type: Option<&'a str>,
    /// The bytes as they arrived.
    pub bytes: &'a [u8],
}

/// When a source can be told apart from a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By query and headers alone; a stranger's body is never read.
    BeforeBody,
    /// By a signature over the body, which is therefore read first.
    OverBody,
}

/// A request that really comes from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentic {
    /// Which of the configured secrets it used: `primary` or `secondary`.
    pub label: String,
}

/// A request of a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAuthentic;

/// Query, headers and body may all carry a secret, so none is shown.
impl Debug for Request<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").finish_non_exhaustive()
    }
}

/// A body is a buyer's private matter; its length is nobody's.
impl Debug for Body<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, bytes } = self;
        formatter
            .debug_struct("Body")
            .field("content_type", content_type)
            .field("length", &bytes.len())
            .finish()
    }
}
