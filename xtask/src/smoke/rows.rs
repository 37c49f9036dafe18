//! Rows as the command lines print them: JSON Lines, fields by name.

use anyhow::{Context, ensure};
use serde_json::Value;

/// One printed object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row(Value);

impl Row {
    /// One row a line.
    pub(super) fn parse_all(lines: &str) -> anyhow::Result<Vec<Self>> {
        lines.lines().map(Self::parse).collect()
    }

    /// A field as text; an id is text or a number, whichever the program prefers.
    pub(super) fn text(&self, field: &str) -> anyhow::Result<String> {
        match self.field(field)? {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            other => anyhow::bail!("{field} is {other}, not text"),
        }
    }

    /// Fails, with both values, unless the field holds exactly this.
    pub(super) fn expect(&self, field: &str, expected: impl Into<Value>) -> anyhow::Result<()> {
        let (found, expected) = (self.field(field)?, expected.into());
        ensure!(*found == expected, "{field} is {found}, not {expected}, in {}", self.0);
        Ok(())
    }

    /// Fails unless the field is text that begins like this.
    pub(super) fn expect_start(&self, field: &str, start: &str) -> anyhow::Result<()> {
        let found = self.text(field)?;
        ensure!(found.starts_with(start), "{field} is {found:?} and does not begin with {start:?}");
        Ok(())
    }

    /// An object inside this one.
    pub(super) fn inner(&self, field: &str) -> anyhow::Result<Self> {
        self.field(field).cloned().map(Self)
    }

    /// The same row without a field that may change by itself.
    pub(super) fn without(mut self, field: &str) -> Self {
        if let Some(fields) = self.0.as_object_mut() {
            fields.remove(field);
        }
        self
    }

    fn parse(line: &str) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line:?}"))?;
        ensure!(value.is_object(), "no object: {line}");
        Ok(Self(value))
    }

    fn field(&self, field: &str) -> anyhow::Result<&Value> {
        self.0.get(field).with_context(|| format!("no field {field} in {}", self.0))
    }
}

impl From<Value> for Row {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_become_rows_and_nothing_becomes_none() {
        let rows = Row::parse_all("{\"id\":1}\n{\"id\":\"b\"}\n").unwrap();
        let ids: Vec<String> = rows.iter().map(|row| row.text("id").unwrap()).collect();
        assert_eq!(ids, ["1", "b"]);
        assert_eq!(Row::parse_all("").unwrap(), []);
        assert!(Row::parse_all("[]").is_err());
    }

    #[test]
    fn an_unexpected_value_is_shown_beside_the_expected_one() {
        let row = Row::parse("{\"error\":\"x\"}").unwrap();
        let error = row.expect("error", Value::Null).unwrap_err();
        assert_eq!(error.to_string(), "error is \"x\", not null, in {\"error\":\"x\"}");
    }

    #[test]
    fn an_absent_field_is_not_the_same_as_null() {
        assert!(Row::parse("{}").unwrap().expect("error", Value::Null).is_err());
    }
}
