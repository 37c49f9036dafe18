//! The terms of one order: what its product's entry makes of its facts.

use super::Catalog;
use super::product::{Expires, FreeOrders, Licensed, Product, Seats, TestOrders};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use mintmark_adapters::{Order, Recurrence};
use mintmark_licensing::{Line, Mode, Tier};

/// A member may keep working while a charge is tried again.
const DEFAULT_SUBSCRIPTION_GRACE: u64 = 7 * 86_400;

/// What an order gets.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// A license on these terms.
    Mint(Box<Terms>),
    /// Nothing, on purpose.
    Ignored(String),
    /// Nothing, until a person has mended the catalog.
    Unmapped(String),
}

/// The terms of a license.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// The tier.
    pub(crate) tier: Tier,
    /// The product line, if not the default.
    pub(crate) line: Option<Line>,
    /// The product, as the letter calls it.
    pub(crate) product_name: String,
    /// The letter's template.
    pub(crate) letter: String,
    /// A link for the letter.
    pub(crate) download: Option<String>,
    /// How many seats.
    pub(crate) seats: u32,
    /// Until when it runs.
    pub(crate) expires_at: Option<Timestamp>,
    /// Seconds that it may run on after that.
    pub(crate) grace: u64,
    /// Up to which release date new builds run.
    pub(crate) updates_until: Option<Timestamp>,
    /// What it allows.
    pub(crate) entitlements: Vec<String>,
}

impl Catalog {
    /// What `order`, sold at `sold_at`, gets.
    pub(crate) fn terms(&self, source: &str, mode: Mode, order: &Order, sold_at: Timestamp) -> Decision {
        let product = match self.product(source, &order.product_id) {
            None => return Decision::Unmapped(self.unmapped(source, &order.product_id)),
            Some(Product::Ignored) => return Decision::Ignored("ignored by products.yaml".to_owned()),
            Some(Product::Licensed(product)) => product,
        };
        if mode == Mode::Test && product.test == TestOrders::Ignore {
            return Decision::Ignored("ignored by products.yaml: test purchase".to_owned());
        }
        if product.free == FreeOrders::Ignore && order.price_usd_cents == Some(0) && !order.is_gift {
            return Decision::Ignored("free order".to_owned());
        }
        match licensed_terms(product, order, sold_at) {
            Ok(terms) => Decision::Mint(Box::new(terms)),
            Err(reason) => {
                Decision::Unmapped(format!("config/products.yaml: {source}/{}: {reason}", order.product_id))
            }
        }
    }
}

fn licensed_terms(product: &Licensed, order: &Order, sold_at: Timestamp) -> Result<Terms, &'static str> {
    let seats = match product.seats {
        Seats::Quantity => order.quantity,
        Seats::Fixed(seats) => seats,
    };
    let (expires_at, grace) = expiry(product, order, sold_at)?;
    let updates_until = product.updates.map(|span| add(sold_at, span)).transpose()?;
    let named = product.name.clone().or_else(|| order.product_name.clone());
    Ok(Terms {
        tier: product.tier.clone(),
        line: product.line.clone(),
        product_name: named.unwrap_or_else(|| order.product_id.clone()),
        letter: product.letter.clone(),
        download: product.download.clone(),
        seats,
        expires_at,
        grace,
        updates_until,
        entitlements: product.entitlements.clone(),
    })
}

/// A subscription's grace is part of its time, since the next charge may come late; any other follows the end.
fn expiry(
    product: &Licensed,
    order: &Order,
    sold_at: Timestamp,
) -> Result<(Option<Timestamp>, u64), &'static str> {
    match &product.expires {
        Expires::Never => Ok((None, 0)),
        Expires::After(span) => Ok((Some(add(sold_at, *span)?), product.grace.unwrap_or(0))),
        Expires::Subscription => {
            let recurrence =
                order.recurrence.ok_or("expires: subscription, but the order has no recurrence")?;
            let paid = add(sold_at, period(recurrence))?;
            let grace = product.grace.unwrap_or(DEFAULT_SUBSCRIPTION_GRACE);
            let grace = i64::try_from(grace).map_err(|_| "the grace is too long")?;
            Ok((Some(add(paid, grace.seconds())?), 0))
        }
    }
}

fn period(recurrence: Recurrence) -> Span {
    match recurrence {
        Recurrence::Monthly => 1.month(),
        Recurrence::Quarterly => 3.months(),
        Recurrence::Biannually => 6.months(),
        Recurrence::Yearly => 1.year(),
        Recurrence::EveryTwoYears => 2.years(),
    }
}

/// Months and years are those of the calendar, in UTC: a month after January 31 ends with February.
fn add(time: Timestamp, span: Span) -> Result<Timestamp, &'static str> {
    let added = time.to_zoned_datetime(TimeZone::UTC).checked_add(span);
    added.map(|zoned| zoned.timestamp()).map_err(|_| "the license would end after the year 9999")
}
