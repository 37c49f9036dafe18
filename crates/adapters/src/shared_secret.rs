//! Whether a request carries one of the secrets that a sender who signs nothing is given in its address.

use std::fmt::{self, Debug};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::percent_decode;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;

use crate::fields::form;
use crate::{Authentic, Error, NotAuthentic, Request, WebhookSecret};

/// What a secret is called once only its digest is left, in the order of the settings.
const LABELS: [&str; 2] = ["primary", "secondary"];

/// Knows the secrets by their digests alone, so no dump of memory and no log can give one away.
pub(crate) struct Door {
    digests: Vec<(&'static str, [u8; 32])>,
}

impl Door {
    pub(crate) fn new(secrets: &[WebhookSecret]) -> Result<Self, Error> {
        if secrets.len() > LABELS.len() {
            return Err(Error::TooManySecrets { count: secrets.len() });
        }
        let digests = secrets.iter().map(|secret| sha256(secret.expose().as_bytes()));
        Ok(Self { digests: LABELS.into_iter().zip(digests).collect() })
    }

    /// Compares everything that could be the secret with every digest and never stops early, so that the time taken
    /// says nothing about how close a guess was.
    pub(crate) fn open(&self, request: &Request<'_>) -> Result<Authentic, NotAuthentic> {
        let mut label = None;
        for candidate in candidates(request) {
            let offered = sha256(&candidate);
            for (name, expected) in &self.digests {
                if bool::from(expected.ct_eq(&offered)) {
                    label = label.or(Some(*name));
                }
            }
        }
        label.map(|label| Authentic { label: label.to_owned() }).ok_or(NotAuthentic)
    }
}

impl Debug for Door {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.digests.iter().map(|(label, _)| label)).finish()
    }
}

/// Everything in the request that may be the secret. An empty text never is.
fn candidates(request: &Request<'_>) -> Vec<Vec<u8>> {
    let query = request.query.into_iter().flat_map(in_query);
    let headers = request.headers.iter().flat_map(|(name, value)| in_header(name, value));
    query.chain(headers).filter(|candidate| !candidate.is_empty()).collect()
}

/// The query's `secret`, read as a form and also with its plus signs as they are: people paste secrets unescaped.
fn in_query(query: &str) -> Vec<Vec<u8>> {
    let Some((_, value)) = form::pairs(query.as_bytes()).find(|(key, _)| form::decode(key) == b"secret")
    else {
        return Vec::new();
    };
    vec![form::decode(value), percent_decode(value).collect()]
}

/// The password of HTTP Basic. Gumroad, for one, copies it out of the address as it stands, escapes and all.
fn in_header(name: &str, value: &str) -> Vec<Vec<u8>> {
    if !name.eq_ignore_ascii_case("authorization") {
        return Vec::new();
    }
    let Some(password) = basic_password(value) else {
        return Vec::new();
    };
    vec![percent_decode(&password).collect(), password]
}

fn basic_password(value: &str) -> Option<Vec<u8>> {
    let (scheme, credentials) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD_NO_PAD.decode(credentials.trim().trim_end_matches('=')).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Some(decoded[colon + 1..].to_vec())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("a SHA-256 digest has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_never_the_secret() {
        let door = Door { digests: vec![("primary", sha256(b""))] };
        let headers = [("Authorization".to_owned(), "Basic Og==".to_owned())];
        let request = Request { query: Some("secret="), headers: &headers, body: None };
        assert_eq!(door.open(&request), Err(NotAuthentic));
    }
}
