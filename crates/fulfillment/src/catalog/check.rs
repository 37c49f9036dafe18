//! The checker: reads single values of the file, and notes every mistake with its line.

use super::yaml::{Node, Pair};
use crate::problems::Problems;
use mintmark_adapters::Sources;
use mintmark_mail::Templates;
use serde_saphyr::Spanned;
use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// What entries are checked against, and where mistakes go.
pub(super) struct Check<'a> {
    pub(super) place: &'a str,
    pub(super) sources: &'a Sources,
    pub(super) templates: &'a Templates,
    pub(super) problems: Problems,
}

impl Check<'_> {
    /// Notes a mistake. There is no value then.
    pub(super) fn refuse<T>(&mut self, line: u64, message: impl Into<String>) -> Option<T> {
        self.problems.add(format!("{}:{line}", self.place), message);
        None
    }

    /// A single value.
    pub(super) fn text(&mut self, pair: &Pair) -> Option<String> {
        match &pair.value {
            Node::Scalar(Some(text)) if !text.is_empty() => Some(text.clone()),
            _ => self.refuse(pair.line, format!("{}: a single value is expected", pair.key)),
        }
    }

    /// A value of a type that is written as a text.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, pair: &Pair) -> Option<T> {
        let text = self.text(pair)?;
        text.parse().map_err(|error| self.refuse::<()>(pair.line, format!("{}: {error}", pair.key))).ok()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, pair: &Pair, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(pair)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.refuse(pair.line, format!("{}: one of {} is expected", pair.key, words.join(", ")))
    }

    /// The items of a list, each with its line; an item is `None` if it is not a single value.
    pub(super) fn list<'n>(&mut self, pair: &'n Pair, example: &str) -> Option<Vec<(u64, Option<&'n str>)>> {
        let Node::List(items) = &pair.value else {
            return self.refuse(pair.line, format!("{}: a list is expected, such as {example}", pair.key));
        };
        let item = |item: &'n Spanned<Node>| match &item.value {
            Node::Scalar(text) => (item.defined.line(), text.as_deref().filter(|text| !text.is_empty())),
            Node::List(_) | Node::Mapping(_) => (item.defined.line(), None),
        };
        Some(items.iter().map(item).collect())
    }

    /// The pairs of a mapping. Repeated keys are mistakes: one of the two would be lost without a word.
    pub(super) fn mapping(&mut self, line: u64, what: &str, node: Node) -> Vec<Pair> {
        let pairs = match node {
            Node::Mapping(pairs) => pairs,
            Node::Scalar(None) => Vec::new(),
            Node::Scalar(Some(_)) | Node::List(_) => {
                self.refuse::<()>(line, format!("{what}: a mapping is expected"));
                Vec::new()
            }
        };
        let mut first: HashMap<&str, u64> = HashMap::new();
        for pair in &pairs {
            match first.get(pair.key.as_str()) {
                Some(line) => drop(
                    self.refuse::<()>(pair.line, format!("{} is here twice, first in line {line}", pair.key)),
                ),
                None => drop(first.insert(&pair.key, pair.line)),
            }
        }
        pairs
    }
}
