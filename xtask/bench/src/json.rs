//! The results for programs: stable names, with their units.

use crate::arguments::Arguments;
use crate::figures::Figures;
use crate::results::Results;
use crate::rounds::Rows;
use serde_json::{Value, json};

/// The whole run as one document.
pub(crate) fn document(arguments: &Arguments, results: &Results) -> Value {
    let length = arguments.length();
    json!({
        "machine": results.machine,
        "seconds_per_measurement": length.duration.as_secs_f64(),
        "rounds": length.rounds,
        "servers": servers(&results.rows),
        "replay": results.replays,
        "growth": results.growth,
        "library": results.library,
        "targets": results.targets(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Sample;

    #[test]
    fn a_row_has_its_name_its_medians_and_every_round() {
        let mut rows = Rows::default();
        for accepted_per_second in [1.0, 3.0, 2.0] {
            let figures = Figures::new(&Sample::default(), None, None);
            rows.add("bare", 16, Figures { accepted_per_second, ..figures });
        }
        let row = &servers(&rows)[0];
        assert_eq!((&row["name"], &row["connections"]), (&json!("bare"), &json!(16)));
        assert_eq!(row["accepted_per_second"], json!(2.0));
        assert_eq!(row["rounds_accepted_per_second"], json!([1.0, 3.0, 2.0]));
        assert_eq!(row["rss_peak_mib"], Value::Null);
    }
}
