//! One entry of the catalog, checked.

use crate::lifecycle::Policy;
use mintmark_licensing::{Line, Tier};

/// What a product's orders get.
#[derive(Debug, Clone)]
pub(crate) enum Product {
    /// Nothing: `ignore: true`.
    Ignored,
    /// Nothing itself: a bundle without a tier, whose members have licenses of their own.
    Bundle(Vec<String>),
    /// A license.
    Licensed(Box<Licensed>),
}

impl Product {
    /// The products that are sold together under this one.
    pub(super) fn members(&self) -> &[String] {
        match self {
            Self::Ignored => &[],
            Self::Bundle(members) => members,
            Self::Licensed(licensed) => &licensed.bundle,
        }
    }
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
    /// `entitlements`
    pub(super) entitlements: Vec<String>,
    /// `free`
    pub(super) free: FreeOrders,
    /// `test`
    pub(super) test: TestOrders,
    /// `bundle`
    pub(super) bundle: Vec<String>,
    /// `keys`
    pub(super) keys: Keys,
    /// `notify`
    pub(super) notify: Vec<Notice>,
    /// What depends on the life of the order.
    pub(super) policy: Policy,
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

/// How many licenses an order gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// One.
    One,
    /// One for each unit.
    Quantity,
}

/// An occasion for a further letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Notice {
    /// The license was prolonged or changed.
    Renewal,
    /// The license was revoked.
    Revocation,
    /// The license was suspended.
    Suspension,
}
