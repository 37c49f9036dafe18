//! Rows counted by what they have in common.

use crate::paper::{Paper, wrap};
use crate::reasons;
use clap::ValueEnum;
use jiff::Timestamp;
use mintmark_fulfillment::{AuditRow, Error, printable};
use mintmark_terminal::table::widest;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    Reason,
    Product,
    Source,
    Outcome,
    Kind,
    Day,
}

/// Rows that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// What; `None` where a row says nothing about it.
    pub(crate) value: Option<String>,
    pub(crate) rows: usize,
    oldest: Timestamp,
    newest: Timestamp,
    /// The newest row.
    pub(crate) example: i64,
}

/// The groups while rows are counted.
#[derive(Debug)]
pub(crate) struct Groups {
    by: By,
    counted: HashMap<Option<String>, Group>,
}

impl By {
    fn value(self, row: &AuditRow) -> Option<String> {
        match self {
            Self::Reason => row.error.as_deref().or(row.reason.as_deref()).map(reasons::common),
            Self::Product => row.product_id.as_ref().map(|product| format!("{}/{product}", row.source)),
            Self::Source => Some(row.source.clone()),
            Self::Outcome => row.outcome.map(|outcome| outcome.as_str().to_owned()),
            Self::Kind => Some(row.kind.clone()),
            Self::Day => Some(row.received_at.strftime("%Y-%m-%d").to_string()),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Product => "product",
            Self::Source => "source",
            Self::Outcome => "outcome",
            Self::Kind => "kind",
            Self::Day => "day",
        }
    }

    fn nothing(self) -> &'static str {
        match self {
            Self::Outcome => "(not decided)",
            Self::Reason => "(no reason)",
            Self::Product | Self::Source | Self::Kind | Self::Day => "(unknown)",
        }
    }
}

impl Groups {
    pub(crate) fn new(by: By) -> Self {
        Self { by, counted: HashMap::new() }
    }

    pub(crate) fn count(&mut self, row: &AuditRow) {
        let value = self.by.value(row);
        let at = row.received_at;
        let group = self.counted.entry(value).or_insert_with_key(|value| Group {
            value: value.clone(),
            rows: 0,
            oldest: at,
            newest: at,
            example: row.id,
        });
        group.rows += 1;
        group.oldest = group.oldest.min(at);
        group.newest = group.newest.max(at);
        group.example = group.example.max(row.id);
    }

    pub(crate) fn count_all(
        mut self,
        rows: impl Iterator<Item = Result<AuditRow, Error>>,
    ) -> Result<Self, Error> {
        for row in rows {
            self.count(&row?);
        }
        Ok(self)
    }

    /// The largest first; days newest first.
    pub(crate) fn sorted(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = self.counted.values().cloned().collect();
        match self.by {
            By::Day => groups.sort_by(|one, other| other.value.cmp(&one.value)),
            _ => groups
                .sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.value.cmp(&other.value))),
        }
        groups
    }
}

impl Group {
    pub(super) fn to_json(&self, by: By) -> Value {
        json!({
            "by": by.name(),
            "value": self.value,
            "rows": self.rows,
            "oldest": self.oldest,
            "newest": self.newest,
            "example": self.example,
        })
    }

    pub(crate) fn told(&self, by: By) -> String {
        self.value.as_deref().map_or_else(|| by.nothing().to_owned(), printable)
    }
}

/// One line for each group, or two where there is no room.
pub(super) fn render(groups: &[Group], by: By, paper: Paper) -> String {
    let beside = lines(groups, by, |group| vec![format!("{}  {}", span(group), group.told(by))]);
    match paper.width {
        Some(width) if widest(&beside) > width => {
            let room = width.saturating_sub(counts(groups) + 2);
            lines(groups, by, |group| {
                let mut lines = wrap(&group.told(by), room);
                lines.push(format!("{}, such as {}", ages(group), group.example));
                lines
            })
        }
        _ => beside,
    }
}

fn lines(groups: &[Group], by: By, told: impl Fn(&Group) -> Vec<String>) -> String {
    let width = counts(groups);
    let heading = by.name().to_uppercase();
    let is_wide = groups.first().is_some_and(|group| told(group).len() == 1);
    let heading = match is_wide {
        true => format!("{:16}  {:16}  {:>7}  {heading}", "OLDEST (UTC)", "NEWEST (UTC)", "EXAMPLE"),
        false => heading,
    };
    let mut text = format!("{:>width$}  {heading}\n", "ROWS");
    for group in groups {
        let mut count = group.rows.to_string();
        for line in told(group) {
            text.push_str(&format!("{count:>width$}  {line}\n"));
            count.clear();
        }
    }
    text
}

/// Columns that the counts take.
fn counts(groups: &[Group]) -> usize {
    let longest = groups.iter().map(|group| group.rows.to_string().len()).max().unwrap_or_default();
    longest.max("ROWS".len())
}

fn span(group: &Group) -> String {
    let Group { oldest, newest, example, .. } = group;
    format!("{}  {}  {example:>7}", minute(*oldest), minute(*newest))
}

fn ages(group: &Group) -> String {
    if group.rows == 1 {
        return minute(group.oldest);
    }
    format!("{} to {}", minute(group.oldest), minute(group.newest))
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_fit_the_terminal() {
        for width in [Some(60), Some(80), None] {
            let table = render(&groups(), By::Reason, Paper::plain(width));
            assert!(width.is_none_or(|width| widest(&table) <= width), "{table}");
            let name = width.map_or("groups_whole".to_owned(), |width| format!("groups_at_{width}"));
            insta::assert_snapshot!(name, table);
        }
    }

    fn groups() -> Vec<Group> {
        let at = |text: &str| text.parse().unwrap();
        let unmapped = Group {
            value: Some("no entry in config/products.yaml: gumroad/pro-2026".to_owned()),
            rows: 37,
            oldest: at("2026-11-22T21:07:00Z"),
            newest: at("2026-11-23T02:54:09Z"),
            example: 1203,
        };
        let letters = Group {
            value: Some("email error: 401 Unauthorized: the token of the provider is not valid".to_owned()),
            rows: 12,
            ..unmapped.clone()
        };
        vec![unmapped.clone(), letters, Group { value: None, rows: 1, ..unmapped }]
    }
}
