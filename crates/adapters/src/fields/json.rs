//! JSON objects, without losing a name that was sent twice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::{Fault, Fields};

/// Reads an object. serde_json refuses nesting deeper than 128, so no body can exhaust the stack.
pub(super) fn decode(bytes: &[u8]) -> Result<Fields, Fault> {
    let text = String::from_utf8_lossy(bytes);
    let Entries(mut entries) = serde_json::from_str(&text).map_err(|error| fault(&error))?;
    if text.contains("\\u0000") {
        entries = entries.into_iter().map(|(name, value)| (without_nul(&name), storable(value))).collect();
    }
    let repaired =
        |(_, value): &&(String, Value)| value.as_str().is_some_and(|text| text.contains('\u{fffd}'));
    let broken = match text {
        Cow::Borrowed(_) => Vec::new(),
        Cow::Owned(_) => entries.iter().filter(repaired).map(|(name, _)| name.clone()).collect(),
    };
    Ok(Fields { entries, broken })
}

/// The members of the outermost object. A map would silently keep the last of two equal names.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Says where, and never what: serde_json's own words may quote the buyer.
fn fault(error: &serde_json::Error) -> Fault {
    match error.classify() {
        Category::Data => Fault::body("JSON without an object"),
        Category::Eof => {
            Fault::body(format!("JSON ends too early at line {} column {}", error.line(), error.column()))
        }
        Category::Syntax | Category::Io => {
            Fault::body(format!("invalid JSON at line {} column {}", error.line(), error.column()))
        }
    }
}

fn storable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_nul(&text)),
        Value::Array(values) => Value::Array(values.into_iter().map(storable).collect()),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (without_nul(&name), storable(value))).collect(),
        ),
        other => other,
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
