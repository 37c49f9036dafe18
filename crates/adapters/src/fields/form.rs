//! Forms, with the bracketed names by which they carry maps and lists.

use std::borrow::Cow;
use std::collections::HashMap;

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::Fields;

/// Brackets nested deeper are not structure but a long name: dropping a deep tree would exhaust the stack.
const DEEPEST: usize = 8;

/// The undecoded pairs of a form.
pub(crate) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        match pair.iter().position(|byte| *byte == b'=') {
            Some(equals) => (&pair[..equals], &pair[equals + 1..]),
            None => (pair, &[][..]),
        }
    })
}

/// Decodes a name or a value once: plus signs are spaces, and a broken escape stands for itself.
pub(crate) fn decode(bytes: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
}

/// Reads a form; there is no form that cannot be read.
pub(super) fn fields(bytes: &[u8]) -> Fields {
    let mut fields = Fields::default();
    let mut maps = HashMap::new();
    for (key, value) in pairs(bytes) {
        let (key, _) = text(&decode(key));
        let (value, is_broken) = text(&decode(value));
        if is_broken {
            fields.broken.push(key.clone());
        }
        match path(&key) {
            Some((head, rest)) => {
                let at = *maps.entry(head.to_owned()).or_insert_with(|| open_map(&mut fields, head));
                insert(&mut fields.entries[at].1, &rest, Value::String(value));
            }
            None => fields.entries.push((key, Value::String(value))),
        }
    }
    fields
}

/// A map as its reader wants it: below the top level `name[]` is a list, at the top level a member without a name.
pub(super) fn settled(members: &Map<String, Value>) -> Map<String, Value> {
    let settle = |(name, value): (&String, &Value)| match value {
        Value::Array(values) if name.is_empty() => (name.clone(), values.last().cloned().unwrap_or_default()),
        other => (name.clone(), with_lists(other)),
    };
    members.iter().map(settle).collect()
}

fn with_lists(value: &Value) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    match members.get("") {
        Some(Value::Array(values)) if members.len() == 1 => Value::Array(values.clone()),
        _ => Value::Object(members.iter().map(|(name, value)| (name.clone(), with_lists(value))).collect()),
    }
}

fn open_map(fields: &mut Fields, head: &str) -> usize {
    fields.entries.push((head.to_owned(), Value::Object(Map::new())));
    fields.entries.len() - 1
}

/// Splits `old_plan[tier][id]` into its head and the names in brackets; `None` if it is a plain name.
fn path(key: &str) -> Option<(&str, Vec<&str>)> {
    let (head, brackets) = key.split_at(key.find('[')?);
    let inner = brackets.strip_prefix('[')?.strip_suffix(']')?;
    let rest: Vec<&str> = inner.split("][").collect();
    let is_structure =
        !head.is_empty() && rest.len() <= DEEPEST && !rest.iter().any(|name| name.contains(['[', ']']));
    is_structure.then_some((head, rest))
}

/// Puts a value at its place. Where a scalar is in the way the first one stays: no sane encoder does that.
fn insert(node: &mut Value, path: &[&str], value: Value) {
    let (Value::Object(members), [name, rest @ ..]) = (node, path) else {
        return;
    };
    match rest {
        [] if name.is_empty() => {
            if let Value::Array(values) = members.entry("").or_insert_with(|| Value::Array(Vec::new())) {
                values.push(value);
            }
        }
        [] => {
            members.insert((*name).to_owned(), value);
        }
        _ => insert(members.entry(*name).or_insert_with(|| Value::Object(Map::new())), rest, value),
    }
}

/// The text, and whether it had to be repaired because it was not UTF-8.
fn text(bytes: &[u8]) -> (String, bool) {
    let text = String::from_utf8_lossy(bytes);
    let is_broken = matches!(text, Cow::Owned(_));
    (text.replace('\0', "\u{fffd}"), is_broken)
}
