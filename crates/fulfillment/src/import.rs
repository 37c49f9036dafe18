//! Importing: what was told elsewhere, written down here as deliveries, once.

use crate::reconcile::charges::{Charges, are_comparable};
use crate::sweep::TOGETHER;
use crate::{Error, Fulfillment, Records};
use futures_util::future::join_all;
use jiff::Timestamp;
use mintmark_adapters::{Body, Columns, Event, Interpretation, Kind, Verdict};
use mintmark_storage::{AuditFilter, AuditRow, NewDelivery, Origin, Recalled};
use std::collections::BTreeSet;

/// Larger bodies are not kept whole at the door either.
const LARGEST_BODY: usize = 256 * 1024;

/// What is to become a delivery.
#[derive(Clone)]
pub struct Parcel {
    /// The source's name.
    pub source: String,
    /// The content type of the body.
    pub content_type: Option<String>,
    /// A JSON array of `[name, value]` pairs.
    pub headers: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// What importing a parcel would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is written down and fulfilled.
    New {
        /// The event.
        kind: &'static str,
        /// The order that it tells of.
        order_id: Option<String>,
        /// The product, by its source and the source's id, if it tells of one.
        product: Option<(String, String)>,
    },
    /// All that it says is on record.
    Known {
        /// The newest row that says so.
        row: Option<i64>,
    },
    /// It cannot be imported.
    Refused(String),
}

/// What importing compares with: what is on record, and what came earlier in the same import.
#[derive(Debug, Default)]
pub struct Customs {
    charges: Charges,
    /// What cannot be compared charge by charge, word by word.
    others: BTreeSet<String>,
}

/// A body is a buyer's private matter.
impl std::fmt::Debug for Parcel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Parcel").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Records {
    /// A line of the table that a store exports, as a parcel; `None` for a line that is no sale. The inner error says
    /// what is wrong with the line.
    ///
    /// # Errors
    /// There is no such source.
    pub fn exported_sale(
        &self,
        source: &str,
        columns: Columns<'_>,
    ) -> Result<Option<Result<Parcel, String>>, Error> {
        let adapter = self.sources.get(source);
        let adapter = adapter.ok_or_else(|| Error::NotFound { what: "source", id: source.to_owned() })?;
        let sale = adapter.exported_sale(columns);
        Ok(sale.map(|sale| {
            sale.map(|record| Parcel {
                source: source.to_owned(),
                content_type: Some(record.content_type.to_owned()),
                headers: "[]".to_owned(),
                body: record.body.into_bytes(),
            })
        }))
    }

    /// What importing this parcel would do, after those that were examined with the same customs.
    ///
    /// # Errors
    /// The database fails.
    pub fn examine(&self, parcel: &Parcel, customs: &mut Customs) -> Result<Fate, Error> {
        let Some(adapter) = self.sources.get(&parcel.source) else {
            return Ok(Fate::Refused(format!("there is no source {}", parcel.source)));
        };
        if parcel.body.len() > LARGEST_BODY {
            return Ok(Fate::Refused("body too large".to_owned()));
        }
        let body = Body { content_type: parcel.content_type.as_deref(), bytes: &parcel.body };
        let told = adapter.interpret(&body);
        match &told.verdict {
            Verdict::Events(events) => self.compare(parcel, &told, events, customs),
            Verdict::Ignored(reason) | Verdict::Held(reason) | Verdict::Unreadable(reason) => {
                Ok(Fate::Refused(reason.clone()))
            }
            Verdict::Reported(_) => {
                Ok(Fate::Refused("a report on a letter, which only its own installation knows".to_owned()))
            }
        }
    }

    fn compare(
        &self,
        parcel: &Parcel,
        told: &Interpretation,
        events: &[Event],
        customs: &mut Customs,
    ) -> Result<Fate, Error> {
        let ids: Vec<String> = told.order_id.iter().chain(&told.sale_id).cloned().collect();
        let mut rows = self.rows_saying_the_same(parcel, told)?;
        for recalled in self.store.recall(&parcel.source, &ids)? {
            customs.charges.add(&self.events_of(&recalled));
            rows = rows.max(Some(recalled.delivery.id));
        }
        let is_known = match are_comparable(events) && told.mode.as_str() == "live" {
            true => !customs.charges.lacks(events),
            false => rows.is_some() || !customs.others.insert(format!("{} {told:?}", parcel.source)),
        };
        if is_known {
            return Ok(Fate::Known { row: rows });
        }
        customs.charges.add(events);
        let stated = |name: &str| told.facts.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let product = stated("product_id").filter(|_| told.kind == Kind::Sale);
        let product = product.map(|product| (parcel.source.clone(), product));
        Ok(Fate::New { kind: told.kind.as_str(), order_id: told.order_id.clone(), product })
    }

    /// The newest row of the same event of the same order, for what cannot be compared charge by charge.
    fn rows_saying_the_same(&self, parcel: &Parcel, told: &Interpretation) -> Result<Option<i64>, Error> {
        let Some(order) = told.order_id.clone() else { return Ok(None) };
        let (source, kind) = (Some(parcel.source.clone()), Some(told.kind.as_str().to_owned()));
        let rows = self.rows(&AuditFilter { source, kind, order: Some(order), ..AuditFilter::default() })?;
        for row in rows.iter().filter(|row| row.mode == told.mode.as_str()) {
            let delivery = self.store.delivery(row.id)?;
            if delivery.and_then(|delivery| self.interpret(&delivery)).as_ref() == Some(told) {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    fn events_of(&self, recalled: &Recalled) -> Vec<Event> {
        let reading = recalled.reading.as_deref();
        match self.believed(&recalled.delivery, reading).map(|interpretation| interpretation.verdict) {
            Some(Verdict::Events(events)) => events,
            _ => Vec::new(),
        }
    }
}

impl Fulfillment {
    /// Writes parcels down as deliveries and fulfills them; answers with their rows, in the same order. Whoever calls
    /// this has examined them.
    ///
    /// # Errors
    /// The database fails.
    pub fn import(&self, parcels: &[Parcel], now: Timestamp) -> Result<Vec<AuditRow>, Error> {
        let mut rows = Vec::with_capacity(parcels.len());
        for together in parcels.chunks(TOGETHER) {
            let written = together.iter().map(|parcel| self.take_in(parcel, now));
            let written: Result<Vec<i64>, Error> =
                pollster::block_on(join_all(written)).into_iter().collect();
            for id in written? {
                rows.push(self.records.row(id)?);
            }
        }
        Ok(rows)
    }

    async fn take_in(&self, parcel: &Parcel, now: Timestamp) -> Result<i64, Error> {
        let recorded = self.records.store.record(NewDelivery {
            source: parcel.source.clone(),
            origin: Origin::Import,
            received_at: now,
            remote_address: None,
            secret_label: None,
            content_type: parcel.content_type.clone(),
            headers: parcel.headers.clone(),
            body: parcel.body.clone(),
            declared_size: None,
        });
        let delivery = recorded.await?;
        match self.fulfill(&delivery, now).await {
            // It is on record, and its row says that it is not finished.
            Ok(_) | Err(Error::Panicked { .. }) => Ok(delivery.id),
            Err(error) => Err(error),
        }
    }
}
