//! A body as named values in the order they came, whether it was a form or JSON.

pub(crate) mod form;
mod json;
mod read;

use serde_json::{Map, Value};

use crate::Body;
pub(crate) use read::{Fault, check_email, check_identifier};

/// The top level of a body, decoded once. A name that was sent twice is here twice.
///
/// NUL never occurs in a text, because PostgreSQL cannot store it: U+FFFD stands in its place.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    entries: Vec<(String, Value)>,
    /// Names with a value that was not UTF-8 and is therefore not what was sent.
    broken: Vec<String>,
}

impl Fields {
    /// Decodes by the content type, or by the first character where none is named that we know.
    pub(crate) fn decode(body: &Body<'_>) -> Result<Self, Fault> {
        let bytes = body.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body.bytes);
        if bytes.trim_ascii().is_empty() {
            return Err(Fault::body("it is empty"));
        }
        match media_type(body).as_str() {
            "application/json" => json::decode(bytes),
            "application/x-www-form-urlencoded" => Ok(form::fields(bytes)),
            other if other.starts_with("multipart/") => Err(Fault::body("multipart is not understood")),
            _ if looks_like_json(bytes) => json::decode(bytes),
            _ => Ok(form::fields(bytes)),
        }
    }

    /// Values that were decoded before.
    pub(crate) fn of(values: Map<String, Value>) -> Self {
        Self { entries: values.into_iter().collect(), broken: Vec::new() }
    }

    /// The named values of an object under this name, as fields of their own.
    pub(crate) fn within(&self, name: &str) -> Option<Self> {
        self.get(name)?.as_object().cloned().map(Self::of)
    }

    /// Everything sent under this name at top level.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.entries.iter().filter(move |(key, _)| key == name).map(|(_, value)| value)
    }

    /// Puts a text in the place of everything that was sent under this name, and takes the member of this name out of
    /// `members`.
    pub(crate) fn set(&mut self, name: &str, text: &str, members: &str) {
        self.broken.retain(|broken| broken != name);
        self.entries.retain(|(key, _)| key != name);
        for (_, value) in self.entries.iter_mut().filter(|(key, _)| key == members) {
            if let Value::Object(members) = value {
                members.shift_remove(name);
            }
        }
        self.entries.push((name.to_owned(), Value::String(text.replace('\0', "\u{fffd}"))));
    }

    /// The value under this name; null and blank text are how stores say that there is none.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.all(name).last().filter(|value| !is_blank(value))
    }

    /// The named values under this name as they were decoded, of every map that was sent.
    pub(crate) fn members<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.all(name).filter_map(Value::as_object).flatten()
    }

    /// The named values under this name, such as `variants[Tier]=Pro`; in a body without any, nothing.
    pub(crate) fn map(&self, name: &str) -> Map<String, Value> {
        self.all(name).filter_map(Value::as_object).last().map(form::settled).unwrap_or_default()
    }

    /// The values of a list under this name, such as `purchase_ids[]=…`; an empty form field is an empty list.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<Value>> {
        let values = match self.get(name)? {
            Value::Array(values) => values,
            Value::Object(members) => members.get("")?.as_array()?,
            _ => return None,
        };
        Some(values.iter().filter(|value| !is_blank(value)).cloned().collect())
    }

    /// Those of the names that were sent more than once with different values.
    pub(crate) fn contradictory<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        names.iter().copied().filter(|name| self.is_contradictory(name)).collect()
    }

    fn is_contradictory(&self, name: &str) -> bool {
        let mut values = self.all(name);
        let first = values.next();
        values.any(|value| Some(value) != first)
    }
}

fn media_type(body: &Body<'_>) -> String {
    let header = body.content_type.unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A form of Gumroad's cannot begin like this: its brackets are escaped.
fn looks_like_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}
