//! Whether a sale is owed a license.

use serde_json::Value;

use super::collisions;
use crate::fields::{Fault, Fields};
use crate::{Charge, Event, Extent, Kind, Order, Recurrence, Verdict, text};

/// Without these nothing can be minted or mailed.
const REQUIRED: [&str; 4] = ["sale_id", "product_id", "email", "price"];

/// Every key that decides or that minting uses.
#[rustfmt::skip]
pub(super) const READ: [&str; 20] = [
    "email", "quantity", "product_id", "sale_id", "subscription_id", "order_number", "price", "test", "sale_timestamp",
    "is_recurring_charge", "is_preorder_authorization", "resource_name", "refunded", "disputed", "dispute_won",
    "is_gift_receiver_purchase", "full_name", "product_name", "recurrence", "offer_code",
];

/// Names of products and codes are shorter in every store.
const LONGEST_LABEL: usize = 255;

/// Decides in an order that matters: first whether the body can be believed, then whether it is a sale at all, and last
/// whether it is complete.
pub(super) fn verdict(fields: &Fields, kind: Kind) -> Verdict {
    decide(fields, kind).map_or_else(|refusal| refusal, Verdict::Events)
}

fn decide(fields: &Fields, kind: Kind) -> Result<Vec<Event>, Verdict> {
    collisions::hold(fields, &READ)?;
    let flags = Flags::read(fields).map_err(Verdict::Held)?;
    if kind == Kind::TestButton {
        return Err(Verdict::Ignored("test button".to_owned()));
    }
    let order = order(fields, &flags).map_err(|fault| Verdict::Unreadable(fault.to_string()))?;
    if flags.is_preorder {
        return Err(Verdict::Ignored("pre-order".to_owned()));
    }
    Ok(told(order, &flags))
}

/// The sale, and what became of its money before Gumroad told of it.
fn told(order: Order, flags: &Flags) -> Vec<Event> {
    let charge = Charge::of(&order);
    let mut events = vec![Event::Sold(Box::new(order))];
    if flags.refunded {
        events.push(Event::Refunded { charge: charge.clone(), extent: Extent::Full });
    }
    if flags.disputed {
        events.push(Event::Disputed(charge.clone()));
    }
    if flags.dispute_won {
        events.push(Event::DisputeWon(charge));
    }
    events
}

/// What the body answers with yes or no.
pub(super) struct Flags {
    pub(super) is_recurring_charge: bool,
    is_preorder: bool,
    is_gift: bool,
    pub(super) refunded: bool,
    pub(super) disputed: bool,
    pub(super) dispute_won: bool,
}

impl Flags {
    /// Reads them all; the reason to hold a delivery if one is neither true nor false.
    pub(super) fn read(fields: &Fields) -> Result<Self, String> {
        fields.flag("test")?;
        Ok(Self {
            is_recurring_charge: fields.flag("is_recurring_charge")?,
            is_preorder: fields.flag("is_preorder_authorization")?,
            is_gift: fields.flag("is_gift_receiver_purchase")?,
            refunded: fields.flag("refunded")?,
            disputed: fields.flag("disputed")?,
            dispute_won: fields.flag("dispute_won")?,
        })
    }
}

fn order(fields: &Fields, flags: &Flags) -> Result<Order, Fault> {
    fields.require(&REQUIRED)?;
    let sale_id = required("sale_id", fields.identifier("sale_id")?)?;
    let subscription_id = fields.identifier("subscription_id")?;
    let email = required("email", fields.email("email")?)?;
    Ok(Order {
        order_id: subscription_id.clone().unwrap_or_else(|| sale_id.clone()),
        sale_id,
        product_id: required("product_id", fields.identifier("product_id")?)?,
        product_name: label(fields, "product_name")?,
        name: text::buyer_name(words(fields, "full_name")?, &email),
        email,
        quantity: quantity(fields)?,
        price_usd_cents: fields.whole_number("price")?,
        recurrence: subscription_id.as_ref().and_then(|_| recurrence(fields)),
        subscription_id,
        offer_code: label(fields, "offer_code")?,
        is_recurring_charge: flags.is_recurring_charge,
        is_gift: flags.is_gift,
        giver: if flags.is_gift { giver(fields)? } else { None },
        sold_at: fields.time("sale_timestamp")?,
    })
}

/// Gumroad writes it only for gifts; in any other sale it would be a custom field of this name.
fn giver(fields: &Fields) -> Result<Option<String>, Fault> {
    fields.email("gifter_email")
}

fn required<T>(name: &str, value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::Missing(name.to_owned()))
}

/// Words for people, on one line.
fn label(fields: &Fields, name: &str) -> Result<Option<String>, Fault> {
    let label = words(fields, name)?.map(|words| text::one_line(words, LONGEST_LABEL));
    Ok(label.filter(|label| !label.is_empty()))
}

/// A checkbox of that name can put a boolean in the place of the words, which is no reason to mint nothing.
fn words<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Fault> {
    if fields.get(name).is_some_and(Value::is_string) { fields.text(name) } else { Ok(None) }
}

fn quantity(fields: &Fields) -> Result<u32, Fault> {
    let quantity = match fields.whole_number("quantity") {
        Ok(None) => Some(1),
        Ok(Some(number)) => u32::try_from(number).ok(),
        Err(_) => None,
    };
    quantity
        .filter(|number| *number > 0)
        .ok_or_else(|| Fault::field("quantity", "is not a whole number above zero"))
}

/// A period that we do not know is none: only licenses that end with the paid period ask for it.
fn recurrence(fields: &Fields) -> Option<Recurrence> {
    recurrence_named(fields.get("recurrence")?.as_str()?)
}

pub(super) fn recurrence_named(word: &str) -> Option<Recurrence> {
    match word {
        "monthly" => Some(Recurrence::Monthly),
        "quarterly" => Some(Recurrence::Quarterly),
        "biannually" => Some(Recurrence::Biannually),
        "yearly" => Some(Recurrence::Yearly),
        "every_two_years" => Some(Recurrence::EveryTwoYears),
        _ => None,
    }
}
