//! One entry of the catalog, checked.

use jiff::Span;
use mintmark_licensing::{Line, Tier};

/// What a product's orders get.
#[derive(Debug, Clone)]
pub(crate) enum Product {
    /// Nothing: `ignore: true`.
    Ignored,
    /// A license.
    Licensed(Box<Licensed>),
}

/// The license of a product's orders.
#[derive(Debug, Clone)]
pub(crate) struct Licensed {
    /// `tier`
    pub(super) tier: Tier,
    /// `line`, in place of `signing.line`
    pub(super) line: Option<Line>,
    /// `name`, as the letter calls the product
    pub(super) name: Option<String>,
    /// `letter`, a template of its own
    pub(super) letter: String,
    /// `download`, a link for the letter
    pub(super) download: Option<String>,
    /// `seats`
    pub(super) seats: Seats,
    /// `expires`
    pub(super) expires: Expires,
    /// `updates`: how long new builds are included; `None` is for ever
    pub(super) updates: Option<Span>,
    /// `grace`, in seconds
    pub(super) grace: Option<u64>,
    /// `entitlements`
    pub(super) entitlements: Vec<String>,
    /// `free`
    pub(super) free: FreeOrders,
    /// `test`
    pub(super) test: TestOrders,
}

/// How many seats a license has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seats {
    /// As many as were bought.
    Quantity,
    /// Always this many.
    Fixed(u32),
}

/// Until when a license runs.
#[derive(Debug, Clone)]
pub(crate) enum Expires {
    /// For ever.
    Never,
    /// One period of the subscription, and the grace, after each charge.
    Subscription,
    /// This long after the order.
    After(Span),
}

/// What an order without a price gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FreeOrders {
    /// A license like any other.
    Mint,
    /// Nothing.
    Ignore,
}

/// What a test purchase of the seller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestOrders {
    /// A test license.
    Mint,
    /// Nothing.
    Ignore,
}
