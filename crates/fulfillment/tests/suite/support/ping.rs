//! What the store sends: a fixture, or a form of a test's own.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::Path;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../adapters/tests/fixtures/gumroad");

/// A request's body, which a test may vary.
#[derive(Clone)]
pub(crate) struct Ping {
    pub(crate) content_type: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Form(Vec<(String, String)>),
    Raw(Vec<u8>),
}

impl Ping {
    /// A body of the corpus.
    pub(crate) fn fixture(file: &str) -> Self {
        let body = String::from_utf8(Self::fixture_bytes(file)).unwrap();
        if file.ends_with(".json") {
            return Self::raw("application/json", body);
        }
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            let decode = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            (decode(name), decode(value))
        };
        Self::of(Content::Form(body.trim_end().split('&').map(pair).collect()))
    }

    pub(crate) fn fixture_bytes(file: &str) -> Vec<u8> {
        std::fs::read(Path::new(FIXTURES).join(file)).unwrap()
    }

    /// The smallest sale of the product that the built-in example maps.
    pub(crate) fn sale() -> Self {
        Self::of(Content::Form(Vec::new()))
            .with("sale_id", "sale-1")
            .with("product_id", "datatools-core")
            .with("email", "ada@example.com")
            .with("price", "4900")
            .with("resource_name", "sale")
            .with("sale_timestamp", "2026-03-14T09:26:53Z")
    }

    pub(crate) fn raw(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { content_type: content_type.to_owned(), content: Content::Raw(body.into()) }
    }

    /// With this value under a name, in the place of whatever was there.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let Self { content: Content::Form(mut pairs), .. } = self.without(name) else { panic!("no form") };
        pairs.push((name.to_owned(), value.to_owned()));
        Self::of(Content::Form(pairs))
    }

    pub(crate) fn without(self, name: &str) -> Self {
        let Content::Form(mut pairs) = self.content else { panic!("no form") };
        pairs.retain(|(key, _)| key != name);
        Self::of(Content::Form(pairs))
    }

    /// What stands under a name.
    pub(crate) fn value(&self, name: &str) -> &str {
        let Content::Form(pairs) = &self.content else { panic!("no form") };
        &pairs.iter().find(|(key, _)| key == name).expect("a field of that name").1
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        match &self.content {
            Content::Form(pairs) => {
                let pairs = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
                pairs.collect::<Vec<_>>().join("&").into_bytes()
            }
            Content::Raw(body) => body.clone(),
        }
    }

    fn of(content: Content) -> Self {
        Self { content_type: "application/x-www-form-urlencoded".to_owned(), content }
    }
}
