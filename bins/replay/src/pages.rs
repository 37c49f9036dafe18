//! Reading the log page by page: memory stays flat, however long it is.

use mintmark_fulfillment::{AuditFilter, AuditRow, Error, Records};

const PAGE: i64 = 1000;

/// Everything a filter names, newest first.
pub(crate) fn rows(records: &Records, filter: AuditFilter) -> impl Iterator<Item = Result<AuditRow, Error>> {
    let pages = Pages { records, filter, ended: false };
    pages.flat_map(|page| match page {
        Ok(rows) => rows.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}

struct Pages<'a> {
    records: &'a Records,
    filter: AuditFilter,
    ended: bool,
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<AuditRow>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let page = self.records.rows(&AuditFilter { limit: Some(PAGE), ..self.filter.clone() });
        let oldest = page.as_ref().ok().and_then(|rows| rows.last()).map(|row| row.id);
        self.ended = oldest.is_none();
        self.filter.before = oldest;
        Some(page)
    }
}
