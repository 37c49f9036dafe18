//! Gumroad's API: sales, subscriptions, and who is told of them.

mod answer;
mod client;
mod listing;
mod pace;
mod page;
mod patience;

use http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use super::record;
use crate::{Books, BooksError, Days, Error, Listing, Record, Registration, SourceSettings};
use client::{Client, Question, escaped_path};
use page::{Cursor, Page, sales};
use patience::Repeat;

/// Everything that Gumroad tells of by itself.
const EVENTS: &[&str] = &[
    "sale",
    "refund",
    "dispute",
    "dispute_won",
    "cancellation",
    "subscription_updated",
    "subscription_ended",
    "subscription_restarted",
];

/// The API, asked with the seller's token.
#[derive(Debug)]
pub(super) struct Api {
    client: Client,
}

impl Api {
    /// `None` without a token.
    pub(super) fn new(settings: &SourceSettings) -> Result<Option<Self>, Error> {
        let (Some(token), Some(base)) = (&settings.access_token, &settings.api_base) else {
            return Ok(None);
        };
        Ok(Some(Self { client: Client::new(base, token, settings.api_pace)? }))
    }

    fn sales_page(&self, days: Days, cursor: &Cursor) -> Result<Page, BooksError> {
        Page::read(self.page(&cursor.parameters(days))?)
    }

    fn page(&self, parameters: &[(&str, String)]) -> Result<Map<String, Value>, BooksError> {
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.client.get("/sales", &parameters)
    }
}

impl Books for Api {
    fn sales(&self, days: Days) -> Result<Listing, BooksError> {
        listing::read(days, None, &|days, cursor| self.sales_page(days, cursor))
    }

    fn sales_since(&self, days: Days, moment: Timestamp) -> Result<Listing, BooksError> {
        listing::read(days, Some(moment), &|days, cursor| self.sales_page(days, cursor))
    }

    fn sale_of_order(&self, order_number: u64) -> Result<Record, BooksError> {
        let found = sales(self.page(&[("order_id", order_number.to_string())])?)?;
        let is_it = |record: &Record| {
            let facts = record.interpretation.facts.as_ref();
            facts.and_then(|facts| facts["order_number"].as_u64()) == Some(order_number)
        };
        found.into_iter().find(is_it).ok_or(BooksError::NotFound)
    }

    fn sale(&self, sale_id: &str) -> Result<Record, BooksError> {
        let mut answer = self.client.get(&format!("/sales/{}", escaped_path(sale_id)), &[])?;
        let sale = answer.remove("sale").ok_or_else(|| unexpected("no sale"))?;
        let record = record::of_sale(sale);
        let is_it = record.interpretation.sale_id.as_deref() == Some(sale_id);
        if is_it { Ok(record) } else { Err(unexpected("another sale")) }
    }

    fn subscription(&self, subscription_id: &str, now: Timestamp) -> Result<Record, BooksError> {
        let mut answer = self.client.get(&format!("/subscribers/{}", escaped_path(subscription_id)), &[])?;
        let subscriber = answer.remove("subscriber").ok_or_else(|| unexpected("no subscriber"))?;
        let record = record::of_subscriber(subscriber, now);
        let is_it = record.interpretation.order_id.as_deref() == Some(subscription_id);
        if is_it { Ok(record) } else { Err(unexpected("another subscription")) }
    }

    fn events(&self) -> &'static [&'static str] {
        EVENTS
    }

    fn registrations(&self, event: &str) -> Result<Vec<Registration>, BooksError> {
        // An address of another application may be listed although its token is revoked, and is not ours to end.
        let ours = [("resource_name", event), ("current_oauth_application_only", "true")];
        let answer = self.client.get("/resource_subscriptions", &ours)?;
        let list = answer.get("resource_subscriptions").and_then(Value::as_array);
        let list = list.ok_or_else(|| unexpected("no list of subscriptions"))?;
        let read = |entry: &Value| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
            // Gumroad filters; whatever stands beside an asked-for event is not ours to touch.
            let is_of_event = text("resource_name").is_none_or(|name| name == event);
            Some(Registration { id: text("id")?, url: text("post_url")? }).filter(|_| is_of_event)
        };
        Ok(list.iter().filter_map(read).collect())
    }

    fn register(&self, event: &str, url: &str) -> Result<(), BooksError> {
        self.client
            .ask(&Question {
                method: Method::PUT,
                path: "/resource_subscriptions",
                parameters: &[("resource_name", event), ("post_url", url)],
                repeat: Repeat::Harmful,
            })
            .map(drop)
    }

    fn unregister(&self, id: &str) -> Result<(), BooksError> {
        let path = format!("/resource_subscriptions/{}", escaped_path(id));
        let question =
            Question { method: Method::DELETE, path: &path, parameters: &[], repeat: Repeat::Harmless };
        match self.client.ask(&question) {
            Ok(_) | Err(BooksError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn answers(&self) -> BTreeMap<Option<u16>, u64> {
        self.client.answers()
    }

    fn close(&self) {
        self.client.close();
    }
}

fn unexpected(what: &str) -> BooksError {
    BooksError::Unexpected(what.to_owned())
}
