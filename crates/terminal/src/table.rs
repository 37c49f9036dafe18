//! Tables without lines, which a person reads and a program can cut into fields.

use crate::paper::Ink;
use comfy_table::Table;

/// A table with its header alone.
pub fn empty(header: &[&str], ink: Ink) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).force_no_tty().set_header(header.to_vec());
    if ink == Ink::Colored {
        table.enforce_styling();
    }
    table
}

/// The header and one line for each row, each with its line end.
pub fn drawn(mut table: Table) -> Vec<String> {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Characters of the longest line.
pub fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
}
