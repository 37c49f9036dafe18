//! The end of an attempt, in the transaction that decided it.

use super::Ledger;
use crate::connection::AnyConnection;
use crate::schema::{attempts, conclusions};
use crate::{Conclusion, Outcome, Result, licenses, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

impl Ledger<'_> {
    /// Writes down how an attempt ended, and which license it was about.
    pub fn conclude<'a>(
        &mut self,
        conclusion: &'a Conclusion,
        party: Option<&str>,
        license: Option<&str>,
    ) -> Result<()> {
        let license = match license {
            Some(id) => licenses::number(self.connection, id)?,
            None => None,
        };
        let outcome = first_outcome(self.connection, conclusion)?;
        let subject = &conclusion.subject;
        let unless_licensed = |text: &'a Option<String>| text.as_deref().filter(|_| license.is_none());
        diesel::update(conclusions::table.find(conclusion.delivery_id))
            .set((
                conclusions::kind.eq(&subject.kind),
                conclusions::mode.eq(&subject.mode),
                conclusions::order_id.eq(&subject.order_id),
                conclusions::sale_id.eq(subject.own_sale()),
                conclusions::party.eq(party),
                conclusions::product_id.eq(unless_licensed(&subject.product_id)),
                conclusions::email.eq(unless_licensed(&subject.email)),
                conclusions::processed.eq(conclusion.processed),
                conclusions::outcome.eq(outcome.map(Outcome::as_str)),
                conclusions::error.eq(&conclusion.error),
                conclusions::reason.eq(&conclusion.reason),
                conclusions::license_number.eq(license),
                conclusions::concluded_at.eq(time::to_column(conclusion.at)),
                conclusions::verify_at.eq(None::<i64>),
            ))
            .execute(self.connection)?;
        add_attempt(self.connection, conclusion)
    }

    /// Leaves it open what follows from a delivery until the store has been asked, at `verify_at`, if it is true.
    pub fn defer(&mut self, conclusion: &Conclusion, verify_at: Timestamp) -> Result<()> {
        self.conclude(conclusion, None, None)?;
        diesel::update(conclusions::table.find(conclusion.delivery_id))
            .set(conclusions::verify_at.eq(time::to_column(verify_at)))
            .execute(self.connection)?;
        Ok(())
    }
}

/// What a delivery has done it has done all the same when it is replayed, and finds it done.
fn first_outcome(connection: &mut AnyConnection, conclusion: &Conclusion) -> Result<Option<Outcome>> {
    if !matches!(conclusion.outcome, Some(Outcome::Found | Outcome::Noted)) {
        return Ok(conclusion.outcome);
    }
    let before: Option<String> = conclusions::table
        .find(conclusion.delivery_id)
        .select(conclusions::outcome)
        .get_result(connection)?;
    let done = before.as_deref().and_then(Outcome::from_word).filter(|outcome| outcome.changes_a_license());
    Ok(done.or(conclusion.outcome))
}

fn add_attempt(connection: &mut AnyConnection, conclusion: &Conclusion) -> Result<()> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::delivery_id.eq(conclusion.delivery_id),
            attempts::number.eq(conclusion.attempt),
            attempts::at.eq(time::to_column(conclusion.at)),
            attempts::outcome.eq(conclusion.outcome.map(Outcome::as_str)),
            attempts::error.eq(&conclusion.error),
            attempts::reason.eq(&conclusion.reason),
        ))
        .execute(connection)?;
    Ok(())
}
