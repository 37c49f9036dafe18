//! What the maintainer types, and what is printed.

use super::rows::Row;
use super::sales::Sale;
use super::shop::Shop;
use crate::process::output;

impl Shop<'_> {
    /// Every audit row.
    pub(super) fn deliveries(&self) -> anyhow::Result<Vec<Row>> {
        self.rows("mintmark-replay", &["list", "--json"])
    }

    /// The audit rows of one order.
    pub(super) fn deliveries_of(&self, sale: &Sale) -> anyhow::Result<Vec<Row>> {
        self.rows("mintmark-replay", &["list", "--order", sale.sale_id, "--json"])
    }

    /// Everything about one audit row.
    pub(super) fn delivery(&self, id: &str) -> anyhow::Result<Row> {
        only(self.rows("mintmark-replay", &["show", id, "--json"])?, "audit row")
    }

    /// Every license.
    pub(super) fn licenses(&self) -> anyhow::Result<Vec<Row>> {
        self.rows("mintmark-admin", &["license", "list", "--json"])
    }

    /// Fulfills one audit row again.
    pub(super) fn replay(&self, id: &str) -> anyhow::Result<()> {
        output(self.program("mintmark-replay")?.args(["run", id, "--yes"])).map(drop)
    }

    fn rows(&self, program: &str, arguments: &[&str]) -> anyhow::Result<Vec<Row>> {
        Row::parse_all(&output(self.program(program)?.args(arguments))?)
    }
}

/// The row, if there is exactly one.
pub(super) fn only(mut rows: Vec<Row>, what: &str) -> anyhow::Result<Row> {
    anyhow::ensure!(rows.len() == 1, "{} rows instead of one {what}: {rows:?}", rows.len());
    Ok(rows.remove(0))
}
