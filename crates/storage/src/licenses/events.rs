//! The history of a license.

use crate::connection::AnyConnection;
use crate::schema::{license_events, licenses};
use crate::{Result, Store, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// One change of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseEvent {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: String,
    /// The delivery that caused it.
    pub delivery_id: Option<i64>,
    /// Anything else worth knowing.
    pub detail: Option<String>,
}

impl Store {
    /// What has happened to a license, oldest first.
    pub fn license_events(&self, license_id: &str) -> Result<Vec<LicenseEvent>> {
        let rows: Vec<(i64, String, Option<i64>, Option<String>)> = self.read(|connection| {
            Ok(license_events::table
                .inner_join(licenses::table)
                .filter(licenses::id.eq(license_id))
                .order(license_events::id)
                .select((
                    license_events::at,
                    license_events::event,
                    license_events::delivery_id,
                    license_events::detail,
                ))
                .load(connection)?)
        })?;
        let event = |(at, event, delivery_id, detail)| {
            Ok(LicenseEvent { at: time::from_column(at)?, event, delivery_id, detail })
        };
        rows.into_iter().map(event).collect()
    }
}

pub(crate) fn add_event(
    connection: &mut AnyConnection,
    license: i64,
    at: Timestamp,
    event: &str,
    delivery_id: Option<i64>,
    detail: Option<&str>,
) -> Result<()> {
    diesel::insert_into(license_events::table)
        .values((
            license_events::license_number.eq(license),
            license_events::at.eq(time::to_column(at)),
            license_events::event.eq(event),
            license_events::delivery_id.eq(delivery_id),
            license_events::detail.eq(detail),
        ))
        .execute(connection)?;
    Ok(())
}
