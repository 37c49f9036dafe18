//! The short way of a plain sale: one charge for one license, of which nothing else is known.

use super::attempt::{self, Attempt, Ending};
use super::{Ended, Fulfilled, links, notices};
use crate::catalog::{Catalog, Decision, Entitled};
use crate::lifecycle::Told;
use crate::mailing::Mailing;
use crate::mint::Draft;
use crate::{Error, Fulfillment};
use mintmark_adapters::{Event, Interpretation, Order};
use mintmark_storage::{Issue, Issued, LetterKind, OrderName, Outcome};

/// An order of a single item has no other.
const ONLY_ITEM: u32 = 0;
/// A server sends its own new letters at once; this long it keeps the others off them.
const HEAD_START_SECONDS: i64 = 30;

impl Fulfillment {
    /// Fulfills a plain sale; `None` if the delivery is none, or more is known of its order.
    pub(super) async fn try_plain_sale(
        &self,
        attempt: Attempt<'_>,
        interpretation: &Interpretation,
        events: &[Event],
    ) -> Result<Option<Ended>, Error> {
        let (delivery, catalog) = (attempt.delivery, self.catalog());
        let source = &delivery.recorded.source;
        let [event @ Event::Sold(order)] = events else { return Ok(None) };
        if !is_plain(&catalog, source, order) {
            return Ok(None);
        }
        let received_at = delivery.recorded.received_at;
        let told = [Told { event: event.clone(), delivery: delivery.id, received_at }];
        let ending = match catalog.decide(source, interpretation.mode, &told, attempt.now) {
            Decision::Licensed(entitled) if entitled.keys == 1 => {
                return self.issue(attempt, interpretation, &entitled).await;
            }
            Decision::Unsold | Decision::Licensed(_) => return Ok(None),
            Decision::Ignored(reason) => Ending::ignored(reason),
            Decision::Unmapped(reason) => Ending::failed(reason),
        };
        self.conclude(attempt, attempt::subject(interpretation), ending).await.map(Some)
    }

    async fn issue(
        &self,
        attempt: Attempt<'_>,
        interpretation: &Interpretation,
        entitled: &Entitled,
    ) -> Result<Option<Ended>, Error> {
        let (recorded, subject) = (&attempt.delivery.recorded, attempt::subject(interpretation));
        let name = OrderName {
            source: recorded.source.clone(),
            mode: subject.mode.clone(),
            order_id: entitled.order.order_id.clone(),
        };
        let (mode, seq) = (interpretation.mode, entitled.state.seq);
        let draft = Draft { name: &name, mode, origin: recorded.origin, entitled, item: ONLY_ITEM, seq };
        let license = match self.minter.mint(&draft) {
            Ok(license) => license,
            Err(error) => {
                let ending = Ending::failed(format!("cannot mint: {error}"));
                return self.conclude(attempt, subject, ending).await.map(Some);
            }
        };
        let (terms, email) = (&entitled.terms, &entitled.order.email);
        let letter = notices::new_letter(LetterKind::License, terms, email, self.head_start(), attempt.now);
        let conclusion = attempt.conclusion(subject, Ending::licensed());
        Ok(licensed(self.records.store.issue(Issue { license, letter, conclusion }).await?))
    }

    /// Seconds that this program keeps others off its own new letters.
    pub(super) fn head_start(&self) -> i64 {
        if self.outbox.is_some() { HEAD_START_SECONDS } else { 0 }
    }
}

/// Whether a sale is one of which nothing else can follow. An order without a time of its own counts from what was heard
/// of it first, and so from more than this delivery.
fn is_plain(catalog: &Catalog, source: &str, order: &Order) -> bool {
    order.subscription_id.is_none()
        && order.sold_at.is_some()
        && !order.is_gift
        && !links::is_of_a_bundle(catalog, source, order)
}

fn licensed(issued: Issued) -> Option<Ended> {
    let (license, mailing, new_letter, outcome) = match issued {
        Issued::Now(license, letter) => {
            (license, Mailing::of(Some(&letter)), Some(letter.id), Outcome::Minted)
        }
        Issued::Before(license, letter) => (license, Mailing::of(letter.as_ref()), None, Outcome::Found),
        Issued::Contested => return None,
    };
    tracing::debug!(license = license.terms.id, letter = new_letter, "license on record");
    let fulfilled = Fulfilled::Licensed { license_key: license.terms.key, mailing, new_letter };
    Some((fulfilled, outcome.as_str()))
}
