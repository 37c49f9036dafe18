//! The rates as a picture: bars, drawn by hand as SVG.

use crate::rounds::Rows;
use crate::subject::Database;
use std::fmt::Write;

const WIDTH: f64 = 860.0;
const PANEL_HEIGHT: f64 = 230.0;
/// Of the bars; above them is room for numbers, below for names.
const BARS_HEIGHT: f64 = 150.0;
const TOP: f64 = 46.0;
const LEFT: f64 = 20.0;

/// A bar of each group: whose rate, in which color.
const SERIES: [(&str, &str); 3] =
    [("raw database limit", "#9aa5b1"), ("Mintmark", "#1f6f54"), ("peer (FastAPI)", "#c2703d")];

/// One panel for each database, one group of bars for each number of connections.
pub(crate) fn svg(rows: &Rows) -> String {
    let databases = [Database::Sqlite, Database::Postgres];
    let mut drawing = String::new();
    legend(&mut drawing);
    let mut top = 40.0;
    for database in databases {
        panel(&mut drawing, rows, database, top);
        top += PANEL_HEIGHT;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{top}\" fill=\"#ffffff\"/>\n{drawing}</svg>\n"
    )
}

fn legend(drawing: &mut String) {
    let mut left = LEFT;
    for (name, color) in SERIES {
        rectangle(drawing, (left, 14.0), (12.0, 12.0), color);
        text(drawing, (left + 18.0, 24.0), "start", name);
        left += 170.0;
    }
}

fn panel(drawing: &mut String, rows: &Rows, database: Database, top: f64) {
    let connections = connections(rows);
    let rates: Vec<[Option<f64>; 3]> =
        connections.iter().map(|connections| rates(rows, database, *connections)).collect();
    let highest = rates.iter().flatten().flatten().fold(1.0, |highest: f64, rate| highest.max(*rate));
    text(drawing, (LEFT, top + 20.0), "start", &format!("{database}: accepted webhooks a second"));
    let base = top + TOP + BARS_HEIGHT;
    let mut left = LEFT;
    for (connections, rates) in connections.iter().zip(rates) {
        for (rate, (_, color)) in rates.iter().zip(SERIES) {
            if let Some(rate) = rate {
                let height = BARS_HEIGHT * rate / highest;
                rectangle(drawing, (left, base - height), (54.0, height), color);
                text(drawing, (left + 27.0, base - height - 5.0), "middle", &format!("{rate:.0}"));
            }
            left += 60.0;
        }
        let words = if *connections == 1 { "connection" } else { "connections" };
        text(drawing, (left - 90.0, base + 18.0), "middle", &format!("{connections} {words}"));
        left += 24.0;
    }
}

/// In the order of their measurement.
fn connections(rows: &Rows) -> Vec<usize> {
    let mut connections: Vec<usize> = rows.iter().map(|row| row.connections).collect();
    connections.sort_unstable();
    connections.dedup();
    connections
}

fn rates(rows: &Rows, database: Database, connections: usize) -> [Option<f64>; 3] {
    let rate = |name: String| rows.figures(&name, connections).map(|figures| figures.accepted_per_second);
    let peers = ["1-worker", "2-workers"].map(|workers| rate(format!("peer-{database}-{workers}")));
    [
        rate(format!("limit-{database}")),
        rate(format!("mintmark-{database}")),
        peers.into_iter().flatten().reduce(f64::max),
    ]
}

fn rectangle(drawing: &mut String, (left, top): (f64, f64), (width, height): (f64, f64), color: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        drawing,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"/>"
    );
}

fn text(drawing: &mut String, (left, top): (f64, f64), anchor: &str, words: &str) {
    let _ = writeln!(drawing, "<text x=\"{left:.1}\" y=\"{top:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Figures;
    use crate::load::Sample;

    #[test]
    fn the_highest_bar_is_as_high_as_the_panel_and_a_missing_peer_has_none() {
        let mut rows = Rows::default();
        for (name, accepted_per_second) in [("limit-sqlite", 2000.0), ("mintmark-sqlite", 1000.0)] {
            let figures = Figures::new(&Sample::default(), None, None);
            rows.add(name, 64, Figures { accepted_per_second, ..figures });
        }
        let picture = svg(&rows);
        assert!(picture.contains("height=\"150.0\"") && picture.contains("height=\"75.0\""));
        assert_eq!(picture.matches("width=\"54.0\"").count(), 2);
    }
}
