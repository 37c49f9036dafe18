//! Reading single settings: each mistake is noted, and the reading goes on.

use super::layers::Layers;
use figment::value::Value;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

impl Layers {
    /// A text; `None` if it is empty.
    pub(super) fn text(&mut self, setting: &str) -> Option<String> {
        let value = self.value(setting)?;
        match text_of(&value) {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => self.refuse(setting, "a single value is expected"),
        }
    }

    /// A text that has to be there.
    pub(super) fn required_text(&mut self, setting: &str) -> Option<String> {
        match self.value(setting).as_ref().and_then(text_of) {
            Some(text) if text.trim().is_empty() => self.refuse(setting, "a value is expected"),
            _ => self.text(setting),
        }
    }

    /// As [`Layers::parsed`], for a value that has to be there.
    pub(super) fn required<T: FromStr<Err: Display>>(&mut self, setting: &str) -> Option<T> {
        self.required_text(setting)?;
        self.parsed(setting)
    }

    /// A value of a type that is written as a text; `None` if it is empty.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, setting: &str) -> Option<T> {
        let text = self.text(setting)?;
        match text.trim().parse() {
            Ok(value) => Some(value),
            Err(error) => self.refuse(setting, &error.to_string()),
        }
    }

    /// A list: of the file, `["a", "b"]` in a variable, or a single value.
    pub(super) fn list(&mut self, setting: &str) -> Vec<String> {
        let texts = match self.value(setting) {
            Some(Value::Array(_, values)) => values.iter().map(text_of).collect(),
            Some(value) => text_of(&value).and_then(|text| split(&text)),
            None => return Vec::new(),
        };
        texts
            .or_else(|| self.refuse(setting, "a list of texts is expected, such as [\"a\", \"b\"]"))
            .unwrap_or_default()
    }

    /// A list of values of a type that is written as a text.
    pub(super) fn parsed_list<T: FromStr<Err: Display>>(&mut self, setting: &str) -> Vec<T> {
        let mut values = Vec::new();
        for text in self.list(setting) {
            match text.parse::<T>() {
                Ok(value) => values.push(value),
                Err(error) => values.extend(self.refuse(setting, &error.to_string())),
            }
        }
        values
    }

    /// A duration such as `1s` or `500ms`; a bare number is seconds.
    pub(super) fn duration(&mut self, setting: &str) -> Option<Duration> {
        let text = self.required_text(setting)?;
        let written =
            text.trim().parse::<jiff::SignedDuration>().ok().and_then(|duration| duration.try_into().ok());
        let seconds =
            || text.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        written
            .or_else(seconds)
            .or_else(|| self.refuse(setting, "a duration is expected, such as 1s or 500ms"))
    }

    pub(super) fn refuse<T>(&mut self, setting: &str, message: &str) -> Option<T> {
        let place = self.place(setting);
        self.problems.add(place, message);
        None
    }
}

/// A number or a boolean in the file stands for its text, since a secret may look like one.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Char(_, character) => Some(character.to_string()),
        Value::Bool(_, truth) => Some(truth.to_string()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|number| number.to_string())
            .or_else(|| number.to_f64().map(|number| number.to_string())),
        Value::Empty(..) | Value::Dict(..) | Value::Array(..) => None,
    }
}

/// Brackets hold a list of TOML, or of bare words as a shell makes it easy to write.
fn split(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    match text.strip_prefix('[').map(|text| text.strip_suffix(']')) {
        None => Some(bare(text)),
        Some(None) => None,
        Some(Some(inside)) if inside.contains(['"', '\'']) => quoted(text),
        Some(Some(inside)) => Some(bare(inside)),
    }
}

fn bare(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn quoted(text: &str) -> Option<Vec<String>> {
    let table: toml::Table = format!("list = {text}").parse().ok()?;
    let values = table.get("list")?.as_array()?;
    values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}
