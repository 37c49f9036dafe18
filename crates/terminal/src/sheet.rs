//! Names and values below each other, for people.

use mintmark_fulfillment::printable;

/// One line for each pair, the values in one column.
pub fn fields(fields: &[(&str, String)]) -> String {
    let longest = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    fields.iter().map(|(name, value)| format!("  {name:longest$}  {}\n", printable(value))).collect()
}
