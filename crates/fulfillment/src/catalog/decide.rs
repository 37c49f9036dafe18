//! What an order gets: its history, as its product's entry reads it.

use super::product::{FreeOrders, Keys, Licensed, Notice, Product, TestOrders};
use super::{Catalog, Terms};
use crate::lifecycle::{History, Scope, State, Told, is_erased};
use jiff::Timestamp;
use mintmark_adapters::{Event, Order};
use mintmark_licensing::Mode;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One letter has room for no more, and a quantity is a number that a sender may choose.
const MOST_KEYS: u32 = 1_000;

/// Why an order gets nothing whose buyer asked to be forgotten.
pub(crate) const ERASED: &str = "erased";

/// What an order gets.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// Nothing yet: no sale is known.
    Unsold,
    /// Nothing, on purpose.
    Ignored(String),
    /// Nothing, until a person has mended the catalog.
    Unmapped(String),
    /// A license; its state says whether it is minted, and how it stands.
    Licensed(Box<Entitled>),
}

/// What is owed to an order that has a license, or could have one.
#[derive(Debug, Clone)]
pub(crate) struct Entitled {
    /// The order as its charges tell it together: what was bought, of the earliest; who the buyer is, of the latest.
    pub(crate) order: Order,
    /// When it was first sold, in whole seconds.
    pub(crate) sold_at: Timestamp,
    /// What its product's entry says.
    pub(crate) terms: Terms,
    /// What its history has made of it.
    pub(crate) state: State,
    /// The same, of those of its licenses that the operator decided upon one by one.
    own_states: BTreeMap<u32, State>,
    /// How many licenses: items 0 to this less one. It never falls, so that no license is out of reach.
    pub(crate) keys: u32,
    /// The occasions on which the buyer gets a further letter.
    pub(crate) notify: Vec<Notice>,
}

impl Entitled {
    /// What the history has made of one of its licenses.
    pub(crate) fn state_of(&self, item: u32) -> &State {
        self.own_states.get(&item).unwrap_or(&self.state)
    }

    /// Whether it gets a license that it does not have yet.
    pub(crate) fn mints(&self) -> bool {
        (0..self.keys).any(|item| self.state_of(item).mints())
    }
}

impl Catalog {
    /// What the order gets of which all of `told` is known at `now`.
    pub(crate) fn decide(&self, source: &str, mode: Mode, told: &[Told], now: Timestamp) -> Decision {
        if is_erased(told) {
            return Decision::Ignored(ERASED.to_owned());
        }
        let believed = self.believed(source, told);
        let Some(history) = History::of(&believed) else { return Decision::Unsold };
        let product_id = &history.first().order.product_id;
        let product = match self.product(source, product_id) {
            None => return Decision::Unmapped(self.unmapped(source, product_id)),
            Some(Product::Ignored) => return Decision::Ignored("ignored by products.yaml".to_owned()),
            Some(Product::Bundle(_)) => {
                return Decision::Ignored("bundle: each of its products has a license".to_owned());
            }
            Some(Product::Licensed(product)) => product,
        };
        if mode == Mode::Test && product.test == TestOrders::Ignore {
            return Decision::Ignored("ignored by products.yaml: test purchase".to_owned());
        }
        if product.free == FreeOrders::Ignore && is_free(&history) && !self.is_member(source, product_id) {
            return Decision::Ignored("free order".to_owned());
        }
        match entitled(product, &history, now) {
            Ok(entitled) => Decision::Licensed(Box::new(entitled)),
            Err(reason) => {
                Decision::Unmapped(format!("config/products.yaml: {source}/{product_id}: {reason}"))
            }
        }
    }
}

impl Catalog {
    /// Leaves out tellings of a charge that name a product without a license, where another telling names one with: it
    /// was told again after a mistake.
    fn believed<'a>(&self, source: &str, told: &'a [Told]) -> Cow<'a, [Told]> {
        let is_licensed = |told: &Told| match &told.event {
            Event::Sold(order) => {
                matches!(self.product(source, &order.product_id), Some(Product::Licensed(_)))
            }
            _ => true,
        };
        let corrected =
            |told_again: &Told| told.iter().any(|other| same_charge(other, told_again) && is_licensed(other));
        let is_superseded = |told: &&Told| !is_licensed(told) && corrected(told);
        if told.len() < 2 || !told.iter().any(|told| is_superseded(&told)) {
            return Cow::Borrowed(told);
        }
        Cow::Owned(told.iter().filter(|told| !is_superseded(told)).cloned().collect())
    }
}

fn same_charge(one: &Told, other: &Told) -> bool {
    match (&one.event, &other.event) {
        (Event::Sold(one), Event::Sold(other)) => one.sale_id == other.sale_id,
        _ => false,
    }
}

/// Whether nothing was ever asked for it. A gift has no price, since somebody else paid.
fn is_free(history: &History<'_>) -> bool {
    history.charges().iter().all(|paid| paid.order.price_usd_cents == Some(0) && !paid.order.is_gift)
}

fn entitled(product: &Licensed, history: &History<'_>, now: Timestamp) -> Result<Entitled, &'static str> {
    let keys = match product.keys {
        Keys::One => 1,
        Keys::Quantity => history.most_units(now),
    };
    if keys > MOST_KEYS {
        return Err("keys: quantity, but more than 1000 were bought");
    }
    let (first, latest) = (history.first(), history.latest());
    let state = |scope| State::of(history, &product.policy, scope, now);
    let items = history.items_decided_upon().into_iter();
    let own_states = items.map(|item| Ok((item, state(Scope::Item(item))?)));
    Ok(Entitled {
        state: state(Scope::Order)?,
        own_states: own_states.collect::<Result<_, &'static str>>()?,
        order: Order {
            email: latest.order.email.clone(),
            name: latest.order.name.clone(),
            ..first.order.clone()
        },
        sold_at: first.at,
        terms: Terms::of(product, first.order),
        keys,
        notify: product.notify.clone(),
    })
}
