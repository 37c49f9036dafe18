//! Rows that a person has to look at: corrected, or dismissed.

use crate::fulfill::{Attempt, Ending, subject};
use crate::{Error, Fulfillment, Operator};
use jiff::Timestamp;
use mintmark_adapters::Verdict;
use mintmark_adapters::manual::Correction;
use mintmark_storage::{AuditRow, DISMISSED, Delivery};
use std::collections::BTreeMap;

impl Fulfillment {
    /// Puts on record what a delivery should have said in these fields, and fulfills that. The delivery itself stays as it
    /// came, and has nothing left to do. Answers with the row of the correction.
    ///
    /// # Errors
    /// The row cannot be corrected like this, and nothing was changed; or the database fails. What stands in the way of
    /// the corrected delivery is on its row, not here.
    pub fn correct(
        &self,
        id: i64,
        set: &BTreeMap<String, String>,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<AuditRow, Error> {
        let row = self.records.row(id)?;
        let delivery = self.delivery_of(&row)?;
        let correction = self.correction(&row, delivery, set, operator)?;
        let body = correction.to_body();
        let (_, told) = self.fulfill_by_hand(&row.source, Correction::CONTENT_TYPE, body, now)?;
        let ending = Ending::noted().because(format!("corrected by delivery {}", told.id));
        self.end_by_hand(id, ending, told.license_id.clone(), now)?;
        Ok(told)
    }

    /// Settles a row that nothing follows from: its delivery is told nowhere again.
    ///
    /// # Errors
    /// There is no such row, or nothing is left to do about it; or the database fails.
    pub fn dismiss(&self, id: i64, operator: &Operator, now: Timestamp) -> Result<AuditRow, Error> {
        let row = self.records.row(id)?;
        if row.processed {
            return Err(Error::Settled { id });
        }
        let why = operator.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let ending = Ending::ignored(format!("{DISMISSED}{}{why}", operator.name));
        self.end_by_hand(id, ending, None, now)?;
        self.records.row(id)
    }

    /// Takes a dismissal back, and does with the row what was left to do.
    ///
    /// # Errors
    /// There is no such row, or it was not dismissed; or the database fails.
    pub fn undo_dismissal(&self, id: i64, operator: &Operator, now: Timestamp) -> Result<AuditRow, Error> {
        let row = self.records.row(id)?;
        if !row.reason.is_some_and(|reason| reason.starts_with(DISMISSED)) {
            return Err(Error::NotDismissed { id });
        }
        let ending = Ending::open(format!("not dismissed any more, {operator}"));
        self.end_by_hand(id, ending, None, now)?;
        pollster::block_on(self.fulfill_again(id, now))?;
        self.records.row(id)
    }

    fn correction(
        &self,
        row: &AuditRow,
        delivery: Delivery,
        set: &BTreeMap<String, String>,
        operator: &Operator,
    ) -> Result<Correction, Error> {
        let id = row.id;
        if row.processed {
            return Err(Error::Settled { id });
        }
        let not_like_this = |reason: String| Error::Uncorrected { id, reason };
        let source = self.records.sources.get(&row.source);
        let source = source.ok_or_else(|| not_like_this("its source is not known any more".to_owned()))?;
        if delivery.recorded.declared_size.is_some() {
            return Err(not_like_this("its body was too large to keep".to_owned()));
        }
        let known = source.correctable_fields();
        if let Some(name) = set.keys().find(|name| !known.contains(&name.as_str())) {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(not_like_this(format!("{name} is no field that can be set; these are: {known}")));
        }
        let earlier =
            self.records.is_correction(&delivery).then(|| Correction::read(&delivery.recorded.body));
        let recorded = delivery.recorded;
        let mut correction = earlier.flatten().unwrap_or(Correction {
            corrects: id,
            set: BTreeMap::new(),
            by: String::new(),
            why: String::new(),
            received_at: recorded.received_at,
            content_type: recorded.content_type,
            body: recorded.body,
        });
        correction.set.extend(set.clone());
        (correction.corrects, correction.by) = (id, operator.name.clone());
        correction.why = operator.why.clone().unwrap_or_default();
        match correction.interpret(source).verdict {
            Verdict::Events(_) | Verdict::Ignored(_) | Verdict::Reported(_) => Ok(correction),
            Verdict::Held(reason) | Verdict::Unreadable(reason) => Err(not_like_this(reason)),
        }
    }

    /// One more attempt, which a person has ended.
    fn end_by_hand(
        &self,
        id: i64,
        ending: Ending,
        license: Option<String>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let delivery = self.records.store.retry(id).wait()?;
        let delivery = delivery.ok_or_else(|| Error::NotFound { what: "delivery", id: id.to_string() })?;
        let told = self.records.interpret(&delivery);
        let subject = told.map_or_else(crate::fulfill::unknown, |told| subject(&told));
        let conclusion = Attempt { delivery: &delivery, now }.conclusion(subject, ending);
        let settled = self
            .records
            .store
            .settle(now, move |ledger| ledger.conclude(&conclusion, None, license.as_deref()));
        Ok(settled.wait()?)
    }

    fn delivery_of(&self, row: &AuditRow) -> Result<Delivery, Error> {
        let delivery = self.records.store.delivery(row.id)?;
        delivery.ok_or_else(|| Error::NotFound { what: "delivery", id: row.id.to_string() })
    }
}
