//! Reading the log page by page: memory stays flat, however long it is.

use mintmark_fulfillment::{AuditFilter, AuditRow, Error, Records};

/// The first page is short, for who wants a few rows; each page looks the filter up anew, so the later ones are long.
const FIRST_PAGE: i64 = 200;
const LONGEST_PAGE: i64 = 10_000;

/// Everything a filter names, newest first.
pub(crate) fn rows(records: &Records, filter: AuditFilter) -> impl Iterator<Item = Result<AuditRow, Error>> {
    let pages = Pages { records, filter, size: FIRST_PAGE, ended: false };
    pages.flat_map(|page| match page {
        Ok(rows) => rows.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}

struct Pages<'a> {
    records: &'a Records,
    filter: AuditFilter,
    size: i64,
    ended: bool,
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<AuditRow>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let page = self.records.rows(&AuditFilter { limit: Some(self.size), ..self.filter.clone() });
        let oldest = page.as_ref().ok().and_then(|rows| rows.last()).map(|row| row.id);
        self.ended = page.as_ref().map_or(true, |rows| rows.len() < usize::try_from(self.size).unwrap_or(0));
        self.size = LONGEST_PAGE.min(self.size * 10);
        self.filter.before = oldest;
        Some(page)
    }
}
