//! What was missed, written down as deliveries and fulfilled like any other.

use super::Run;
use super::sales::News;
use crate::sweep::TOGETHER;
use crate::{Error, Fulfilled};
use futures_util::future::join_all;
use mintmark_adapters::Record;
use mintmark_storage::{Delivery, NewDelivery, Origin};

impl Run<'_> {
    /// Many at a time, so that they share their transactions.
    pub(super) fn write(&mut self, news: Vec<(News, Record)>) -> Result<(), Error> {
        for together in news.chunks(TOGETHER) {
            let this = &*self;
            let written = together.iter().map(|(_, record)| this.take(record));
            let written: Result<Vec<i64>, Error> =
                pollster::block_on(join_all(written)).into_iter().collect();
            let written = written?;
            let rows = self.fulfillment.records.store.audit_rows_of(&written)?;
            for ((news, record), id) in together.iter().zip(&written) {
                let row = rows.iter().find(|row| row.id == *id);
                let (sale_id, order_id) = (&record.interpretation.sale_id, &record.interpretation.order_id);
                let name = sale_id.clone().or_else(|| order_id.clone()).unwrap_or_default();
                self.tally.written(*news, &name, row);
            }
        }
        Ok(())
    }

    /// The number of the delivery.
    async fn take(&self, record: &Record) -> Result<i64, Error> {
        let delivery = self.fulfillment.records.store.record(self.delivery(record)).await?;
        tracing::debug!(delivery = delivery.id, source = self.source, "on record, from the store's records");
        match self.fulfill(&delivery).await {
            // It is on record, and its row says that it is not finished.
            Ok(()) | Err(Error::Panicked { .. }) => Ok(delivery.id),
            Err(error) => Err(error),
        }
    }

    async fn fulfill(&self, delivery: &Delivery) -> Result<(), Error> {
        let fulfilled = self.fulfillment.fulfill(delivery, self.now).await?;
        if let (Fulfilled::Licensed { new_letter: Some(letter), .. }, Some(outbox)) =
            (fulfilled, self.fulfillment.outbox())
        {
            // Nobody waits for its result; its buyer has waited long enough.
            drop(outbox.send_now(letter));
        }
        Ok(())
    }

    fn delivery(&self, record: &Record) -> NewDelivery {
        NewDelivery {
            source: self.source.to_owned(),
            origin: Origin::Reconcile,
            received_at: self.now,
            remote_address: None,
            secret_label: None,
            content_type: Some(record.content_type.to_owned()),
            headers: "[]".to_owned(),
            body: record.body.clone().into_bytes(),
            declared_size: None,
        }
    }
}
