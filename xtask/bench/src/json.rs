//! The results for programs: stable names, with their units.

use crate::figures::Figures;
use crate::rounds::Rows;
use serde_json::{Value, json};

/// The median of each row, and the rate of every round, which shows how noisy the machine was.
pub(crate) fn rows(rows: &Rows) -> Value {
    let rows = rows.iter().map(|row| {
        let mut value = json!({
            "name": row.name,
            "connections": row.connections,
            "rounds_accepted_per_second":
                row.rounds.iter().map(|round| round.accepted_per_second).collect::<Vec<f64>>(),
        });
        let figures = serde_json::to_value(Figures::median(&row.rounds)).unwrap_or_default();
        if let (Value::Object(value), Value::Object(figures)) = (&mut value, figures) {
            value.extend(figures);
        }
        value
    });
    rows.collect()
}
