//! An order that is owed a license.

use jiff::Timestamp;

/// What minting and the letter need to know of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What one license is minted for: the subscription if there is one, else the sale.
    pub order_id: String,
    /// This very charge; a refund will name it.
    pub sale_id: String,
    /// The subscription that this charge pays for.
    pub subscription_id: Option<String>,
    /// The store's id of the product, as `products.yaml` names it.
    pub product_id: String,
    /// How the store calls the product.
    pub product_name: Option<String>,
    /// Where the letter goes; trimmed, otherwise as the store sent it, so it may not be mailable.
    pub email: String,
    /// The buyer, fit for a letter: one line, at most 128 characters; the local part of the address if no name was given.
    pub name: String,
    /// Units or seats, at least 1.
    pub quantity: u32,
    /// What was paid for all units, in US cents, whatever currency the product is listed in; `None` where no price was
    /// asked, so that rules about free orders do not apply.
    pub price_usd_cents: Option<u64>,
    /// How often a subscription is charged.
    pub recurrence: Option<Recurrence>,
    /// The discount that was used.
    pub offer_code: Option<String>,
    /// Whether this is a later charge of a subscription.
    pub is_recurring_charge: bool,
    /// Whether somebody else paid for it.
    pub is_gift: bool,
    /// Who paid for a gift, if the store says so.
    pub giver: Option<String>,
    /// When it was sold; `None` if the store does not say.
    pub sold_at: Option<Timestamp>,
}

/// How often a subscription is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recurrence {
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every six months.
    Biannually,
    /// Every year.
    Yearly,
    /// Every two years.
    EveryTwoYears,
}
