//! Sales as Gumroad's dashboard exports them: one line of a table each, under the names of its columns.

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::{Map, Value, json};

use super::record;
use crate::{Columns, Record};

/// The last line adds the amounts up.
const TOTALS: &str = "Totals";
/// What it takes for a line to be a sale.
const REQUIRED: [&str; 5] =
    ["Purchase ID", "Purchase Email", "Purchase Time (UTC timezone)", "Sale Price ($)", "Product ID"];
/// The record's names, and the table's, of what is the same text in both.
const TEXTS: [(&str, &str); 5] = [
    ("id", "Purchase ID"),
    ("product_name", "Item Name"),
    ("full_name", "Buyer Name"),
    ("purchase_email", "Purchase Email"),
    ("license_key", "License Key"),
];
/// The same of what is 1 or 0 in the table.
const FLAGS: [(&str, &str); 5] = [
    ("refunded", "Fully Refunded?"),
    ("disputed", "Disputed?"),
    ("dispute_won", "Dispute Won?"),
    ("recurring_charge", "Recurring Charge?"),
    ("is_preorder_authorization", "Pre-order authorization?"),
];

/// The sale of one line; `None` for the line of totals.
pub(super) fn sale(columns: Columns<'_>) -> Option<Result<Record, String>> {
    if columns("Purchase ID") == Some(TOTALS) {
        return None;
    }
    Some(fields(columns).map(|sale| record::of_sale(Value::Object(sale))))
}

fn fields(columns: Columns<'_>) -> Result<Map<String, Value>, String> {
    if let Some(missing) = REQUIRED.iter().find(|name| columns(name).is_none()) {
        return Err(format!("no value in the column {missing:?}"));
    }
    if columns("Recurrence").is_some() || is_set(columns, "Free trial purchase?")? {
        let why = "a membership: the export does not say which subscription it belongs to; `mintmark-replay reconcile` does";
        return Err(why.to_owned());
    }
    let mut sale = Map::new();
    for (name, column) in TEXTS {
        sale.insert(name.to_owned(), json!(columns(column)));
    }
    for (name, column) in FLAGS {
        sale.insert(name.to_owned(), json!(is_set(columns, column)?));
    }
    let is_partial = is_set(columns, "Refunded?")? && !is_set(columns, "Fully Refunded?")?;
    sale.insert("partially_refunded".to_owned(), json!(is_partial));
    sale.insert("product_id".to_owned(), json!(columns("Product ID")));
    sale.insert("price".to_owned(), json!(cents(columns("Sale Price ($)").unwrap_or_default())?));
    sale.insert("quantity".to_owned(), json!(number(columns, "Quantity")?.unwrap_or(1)));
    sale.insert("order_id".to_owned(), json!(number(columns, "Order Number")?));
    sale.insert(
        "created_at".to_owned(),
        json!(time(columns("Purchase Time (UTC timezone)").unwrap_or_default())?),
    );
    if let Some(code) = columns("Discount Code") {
        sale.insert("offer_code".to_owned(), json!({ "code": code }));
    }
    if let Some(giftee) = columns("Giftee Email") {
        sale.insert("is_gift_sender_purchase".to_owned(), json!(true));
        sale.insert("giftee_email".to_owned(), json!(giftee));
    }
    sale.retain(|_, value| !value.is_null());
    Ok(sale)
}

fn is_set(columns: Columns<'_>, name: &str) -> Result<bool, String> {
    match columns(name) {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(format!("neither 0 nor 1 in the column {name:?}")),
    }
}

fn number(columns: Columns<'_>, name: &str) -> Result<Option<u64>, String> {
    let digits = columns(name).map(str::parse);
    digits.transpose().map_err(|_| format!("no whole number in the column {name:?}"))
}

/// Dollars with at most two places, as whole cents.
fn cents(dollars: &str) -> Result<u64, String> {
    let wrong = || "no amount in the column \"Sale Price ($)\"".to_owned();
    let (whole, places) = dollars.split_once('.').unwrap_or((dollars, ""));
    let is_sound = places.len() <= 2 && places.bytes().all(|byte| byte.is_ascii_digit());
    let places: u64 =
        if is_sound { format!("{places:0<2}").parse().map_err(|_| wrong())? } else { return Err(wrong()) };
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    whole.checked_mul(100).and_then(|cents| cents.checked_add(places)).ok_or_else(wrong)
}

/// Such as `2026-03-14 09:26:50 UTC` or `2026-03-14 09:26:50 +0000`.
fn time(text: &str) -> Result<Timestamp, String> {
    let with_offset = text.strip_suffix(" UTC").map(|time| format!("{time} +0000"));
    let text = with_offset.as_deref().unwrap_or(text);
    let parsed = strtime::parse("%Y-%m-%d %H:%M:%S %z", text).and_then(|time| time.to_timestamp());
    parsed
        .or_else(|_| text.parse())
        .map_err(|_| "no time in the column \"Purchase Time (UTC timezone)\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_without_rounding() {
        let read = ["10.0", "10", "0.5", "19.99", "0.00"].map(|text| cents(text).expect("an amount"));
        assert_eq!(read, [1000, 1000, 50, 1999, 0]);
        assert!(["", "-1", "1.999", "1,50", "$5", "1.x"].iter().all(|text| cents(text).is_err()));
    }

    #[test]
    fn times_are_read_as_the_export_writes_them() {
        let expected: Timestamp = "2026-03-14T09:26:50Z".parse().expect("a time");
        for text in ["2026-03-14 09:26:50 UTC", "2026-03-14 09:26:50 +0000", "2026-03-14T09:26:50Z"] {
            assert_eq!(time(text), Ok(expected), "{text}");
        }
        assert!(time("14.03.2026").is_err());
    }
}
