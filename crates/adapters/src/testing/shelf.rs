//! What the stand-in knows.

use super::Faults;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;
use std::cmp::Reverse;

/// Sales, subscribers and registrations, and who asked for what.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    sales: Vec<(Value, Listed)>,
    subscribers: Vec<Value>,
    /// Id, event, address.
    pub(super) registered: Vec<(String, String, String)>,
    registrations_ever: usize,
    pub(super) faults: Faults,
    pub(super) asked: Vec<String>,
    /// Questions, further pages and pages with a next one, which faults count.
    pub(super) questions: usize,
    pub(super) further_pages: usize,
    pub(super) unfinished_pages: usize,
}

/// Whether a list shows a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Yes,
    No,
}

impl Shelf {
    pub(super) fn put(&mut self, sale: Value, listed: Listed) {
        self.sales.push((sale, listed));
        self.sales.sort_by_key(|(sale, _)| Reverse(place(sale)));
    }

    pub(super) fn change(&mut self, id: &str, name: &str, value: Value) {
        let sale = self.sales.iter_mut().find(|(sale, _)| sale["id"] == id);
        sale.expect("there is such a sale").0[name] = value;
    }

    pub(super) fn sale(&self, id: &str) -> Option<&Value> {
        self.sales.iter().map(|(sale, _)| sale).find(|sale| sale["id"] == id)
    }

    /// The listed sales that pass, the newest first.
    pub(super) fn listed(&self, passes: impl Fn(&Value) -> bool) -> Vec<Value> {
        let listed = self.sales.iter().filter(|(_, listed)| *listed == Listed::Yes);
        listed.map(|(sale, _)| sale).filter(|sale| passes(sale)).cloned().collect()
    }

    pub(super) fn subscribe(&mut self, subscriber: Value) {
        self.subscribers.retain(|known| known["id"] != subscriber["id"]);
        self.subscribers.push(subscriber);
    }

    pub(super) fn subscriber(&self, id: &str) -> Option<&Value> {
        self.subscribers.iter().find(|subscriber| subscriber["id"] == id)
    }

    /// The id; twice the same is two registrations.
    pub(super) fn register(&mut self, event: &str, url: &str) -> String {
        self.registrations_ever += 1;
        let id = format!("registration-{}==", self.registrations_ever);
        self.registered.push((id.clone(), event.to_owned(), url.to_owned()));
        id
    }

    /// Whether there was such a registration.
    pub(super) fn unregister(&mut self, id: &str) -> bool {
        let before = self.registered.len();
        self.registered.retain(|(known, _, _)| known != id);
        self.registered.len() < before
    }
}

/// By what a list is sorted.
pub(super) fn place(sale: &Value) -> (i64, u64) {
    (sold_at(sale).as_microsecond(), sale["order_id"].as_u64().unwrap_or_default())
}

pub(super) fn is_between(sale: &Value, after: Option<Date>, before: Option<Date>) -> bool {
    let day = TimeZone::UTC.to_datetime(sold_at(sale)).date();
    after.is_none_or(|after| day >= after) && before.is_none_or(|before| day < before)
}

/// Days of a list, its end excluded; a list without an end has no end.
pub(super) fn days(after: Option<Date>, before: Option<Date>) -> i32 {
    let (Some(after), Some(before)) = (after, before) else { return i32::MAX };
    after.until(before).map_or(i32::MAX, |span| span.get_days())
}

pub(super) fn contains(after: Option<Date>, before: Option<Date>, day: Date) -> bool {
    let next = day.checked_add(1.day()).unwrap_or(day);
    after.is_none_or(|after| after <= day) && before.is_none_or(|before| before >= next)
}

fn sold_at(sale: &Value) -> Timestamp {
    let text = sale["created_at"].as_str().expect("a sale says when");
    text.parse().expect("it is a time")
}
