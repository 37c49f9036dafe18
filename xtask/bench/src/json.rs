//! The results for programs: stable names, with their units.

use crate::arguments::Arguments;
use crate::figures::Figures;
use crate::rounds::Rows;
use crate::targets::Target;
use serde_json::{Value, json};

/// Everything that one run has found.
pub(crate) fn document(arguments: &Arguments, rows: &Rows, targets: &[Target]) -> Value {
    let length = arguments.length();
    json!({
        "seconds_per_measurement": length.duration.as_secs_f64(),
        "rounds": length.rounds,
        "servers": servers(rows),
        "targets": targets,
    })
}

/// The median of each row, and the rate of every round, which shows how noisy the machine was.
fn servers(rows: &Rows) -> Value {
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
