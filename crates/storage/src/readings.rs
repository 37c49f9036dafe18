//! Deliveries that wait for the store's own word, and what it said.

use crate::schema::{conclusions, readings};
use crate::{Pending, Result, Store, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

impl Store {
    /// The deliveries whose truth is to be asked for by `now`, those that wait longest first.
    pub fn to_verify(&self, now: Timestamp, limit: i64) -> Result<Vec<i64>> {
        self.read(|connection| {
            Ok(conclusions::table
                .filter(conclusions::verify_at.le(time::to_column(now)))
                .order((conclusions::verify_at, conclusions::delivery_id))
                .select(conclusions::delivery_id)
                .limit(limit)
                .load(connection)?)
        })
    }

    /// Takes those of them in hand that no other server has, until `until`; then they are anybody's again.
    pub fn claim_to_verify(&self, ids: Vec<i64>, now: Timestamp, until: Timestamp) -> Pending<Vec<i64>> {
        self.write(move |connection| {
            let mut claimed = Vec::with_capacity(ids.len());
            for id in ids {
                let due = conclusions::table.find(id).filter(conclusions::verify_at.le(time::to_column(now)));
                let changed = diesel::update(due)
                    .set(conclusions::verify_at.eq(time::to_column(until)))
                    .execute(connection)?;
                claimed.extend((changed > 0).then_some(id));
            }
            Ok(claimed)
        })
    }

    /// Puts the question off. One that was answered meanwhile stays answered.
    pub fn postpone_verifying(&self, id: i64, until: Timestamp) -> Pending<()> {
        self.write(move |connection| {
            let open = conclusions::table.find(id).filter(conclusions::verify_at.is_not_null());
            diesel::update(open)
                .set(conclusions::verify_at.eq(time::to_column(until)))
                .execute(connection)?;
            Ok(())
        })
    }

    /// Writes down what the store itself says of a delivery, in place of what it said before.
    pub fn write_reading(&self, id: i64, record: String, now: Timestamp) -> Pending<()> {
        self.write(move |connection| {
            let said = (readings::at.eq(time::to_column(now)), readings::record.eq(&record));
            let changed = diesel::update(readings::table.find(id)).set(said).execute(connection)?;
            if changed == 0 {
                let said = (readings::at.eq(time::to_column(now)), readings::record.eq(&record));
                diesel::insert_into(readings::table)
                    .values((readings::delivery_id.eq(id), said))
                    .execute(connection)?;
            }
            Ok(())
        })
    }
}
