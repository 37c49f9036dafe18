//! What a run would touch, and what would come of it.

use crate::list::groups::{By, Group, Groups};
use jiff::Timestamp;
use mintmark_fulfillment::{AuditRow, Fulfillment, Outcome};
use serde_json::{Value, json};

/// More reasons or products than a person reads.
const MOST_SHOWN: usize = 12;

/// The rows that are chosen, counted.
#[derive(Debug)]
pub(crate) struct Preview {
    rows: usize,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    reasons: Groups,
    products: Groups,
    /// Sales without a license, of products that the catalog knows: each may get a license with its letter.
    licenses: usize,
    /// Letters that would be queued again.
    letters: usize,
    /// Rows of products that the catalog still does not know.
    unmapped: usize,
    /// Rows that a person has to compare with the store.
    held: usize,
}

impl Default for Preview {
    fn default() -> Self {
        Self {
            rows: 0,
            oldest: None,
            newest: None,
            reasons: Groups::new(By::Reason),
            products: Groups::new(By::Product),
            licenses: 0,
            letters: 0,
            unmapped: 0,
            held: 0,
        }
    }
}

impl Preview {
    pub(super) fn count(&mut self, row: &AuditRow, fulfillment: &Fulfillment) {
        self.rows += 1;
        self.oldest = Some(self.oldest.map_or(row.received_at, |oldest| oldest.min(row.received_at)));
        self.newest = Some(self.newest.map_or(row.received_at, |newest| newest.max(row.received_at)));
        self.reasons.count(row);
        self.products.count(row);
        let is_known = row.product_id.as_ref().map(|product| fulfillment.knows_product(&row.source, product));
        let fate = match (row.processed, row.outcome, is_known) {
            (true, ..) => Some(&mut self.letters),
            (false, Some(Outcome::Held), _) => Some(&mut self.held),
            (false, _, Some(false)) => Some(&mut self.unmapped),
            (false, _, Some(true)) if row.kind == "sale" && row.license_id.is_none() => {
                Some(&mut self.licenses)
            }
            (false, ..) => None,
        };
        if let Some(fate) = fate {
            *fate += 1;
        }
    }

    /// For the person who is asked.
    pub(super) fn words(&self) -> String {
        let span = match (self.oldest, self.newest) {
            (Some(oldest), Some(newest)) if oldest != newest => {
                format!(", from {} to {}", minute(oldest), minute(newest))
            }
            (Some(only), _) => format!(", of {}", minute(only)),
            (None, _) => String::new(),
        };
        let mut words = match self.rows {
            1 => format!("1 row has something left to do{span}:\n"),
            count => format!("{count} rows have something left to do{span}:\n"),
        };
        words.push_str(&counted(self.reasons.sorted(), By::Reason));
        let products = self.products.sorted();
        if products.len() > 1 {
            words.push_str(&format!("By product:\n{}", counted(products, By::Product)));
        }
        words + &self.consequences()
    }

    fn consequences(&self) -> String {
        let Self { licenses, letters, unmapped, held, .. } = self;
        let mut told = Vec::new();
        if *licenses > 0 {
            told.push(format!("Up to {} with a letter each would go out.", many(*licenses, "license")));
        }
        if *letters > 0 {
            told.push(format!("{} would be queued again; no license has two.", many(*letters, "letter")));
        }
        if *unmapped > 0 {
            told.push(format!(
                "{} of products that are still unknown would fail again.",
                many(*unmapped, "row")
            ));
        }
        if *held > 0 {
            told.push(format!("{} would be held again: a person has to look.", many(*held, "row")));
        }
        told.iter().map(|line| format!("{line}\n")).collect()
    }

    pub(super) fn to_json(&self) -> Value {
        let groups = |groups: &Groups| {
            let told = |group: Group| json!({"value": group.value, "rows": group.rows});
            groups.sorted().into_iter().map(told).collect::<Value>()
        };
        json!({
            "rows": self.rows,
            "oldest": self.oldest,
            "newest": self.newest,
            "reasons": groups(&self.reasons),
            "products": groups(&self.products),
            "licenses": self.licenses,
            "letters": self.letters,
            "unmapped": self.unmapped,
            "held": self.held,
        })
    }
}

/// One line for each group.
pub(super) fn counted(groups: Vec<Group>, by: By) -> String {
    let rest: usize = groups.iter().skip(MOST_SHOWN).map(|group| group.rows).sum();
    let shown = groups.iter().take(MOST_SHOWN);
    let mut words: String = shown.map(|group| format!("{:>7}  {}\n", group.rows, group.told(by))).collect();
    if rest > 0 {
        words.push_str(&format!("{rest:>7}  others: list --by {}\n", by.name()));
    }
    words
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
