//! The question for one letter by the metadata that it was sent with.

use std::borrow::Cow;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postmark::{Endpoint, api::messages::OutboundSearchResponse};

/// What a query may hold as it is, in so far as it occurs in a uid.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// A search for the letter of one uid. The crate's own request has no metadata.
#[derive(Debug)]
pub(super) struct Search {
    path: String,
}

impl Search {
    pub(super) fn new(uid: &str) -> Self {
        let uid = utf8_percent_encode(uid, ESCAPED);
        Self { path: format!("/messages/outbound?count=1&offset=0&metadata_mail_uid={uid}") }
    }
}

impl Endpoint for Search {
    type Request = ();
    type Response = OutboundSearchResponse;

    fn endpoint(&self) -> Cow<'static, str> {
        self.path.clone().into()
    }

    fn body(&self) -> &Self::Request {
        &()
    }

    fn method(&self) -> Method {
        Method::GET
    }
}
