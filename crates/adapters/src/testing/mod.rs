//! Stand-ins for stores, for tests: an API of Gumroad's on this machine, with faults on demand.

mod answers;
mod faults;
mod http;
mod shelf;

pub use faults::Faults;

use http::Running;
use jiff::Timestamp;
use serde_json::{Value, json};
use shelf::{Listed, Shelf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The token that the stand-in knows.
pub const TOKEN: &str = "the-token-of-the-double";

/// An API of Gumroad's that answers as the true one does, out of what it was given. It ends when it is dropped.
#[derive(Debug)]
pub struct GumroadDouble {
    shelf: Arc<Mutex<Shelf>>,
    running: Running,
}

impl GumroadDouble {
    /// An API without sales.
    ///
    /// # Panics
    /// When no port of this machine is to be had.
    pub fn start() -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let asked = Arc::clone(&shelf);
        let running = Running::start(move |request| answers::answer(&asked, &request));
        Self { shelf, running }
    }

    /// What to set as `sources.gumroad.api_base`.
    pub fn url(&self) -> String {
        format!("http://{}/v2", self.running.address())
    }

    /// A sale that the list shows, as [`sale`] makes one.
    pub fn sell(&self, sale: Value) {
        self.shelf().put(sale, Listed::Yes);
    }

    /// A sale that is found by its id alone: the receiver's end of a gift, or a test purchase.
    pub fn sell_unlisted(&self, sale: Value) {
        self.shelf().put(sale, Listed::No);
    }

    /// Changes a sale, as a refund does.
    pub fn change(&self, sale_id: &str, name: &str, value: Value) {
        self.shelf().change(sale_id, name, value);
    }

    /// A subscriber, in place of any with the same id.
    pub fn subscribe(&self, subscriber: Value) {
        self.shelf().subscribe(subscriber);
    }

    /// What goes wrong from now on.
    pub fn fail(&self, faults: Faults) {
        self.shelf().faults = faults;
    }

    /// An address that is told of an event, as somebody else may have registered it.
    pub fn register(&self, event: &str, url: &str) {
        self.shelf().register(event, url);
    }

    /// Events and addresses, in the order they were registered.
    pub fn registrations(&self) -> Vec<(String, String)> {
        self.shelf().registered.iter().map(|(_, event, url)| (event.clone(), url.clone())).collect()
    }

    /// What was asked, as in `GET /v2/sales?after=2026-03-01`.
    pub fn asked(&self) -> Vec<String> {
        self.shelf().asked.clone()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        lock(&self.shelf)
    }
}

/// The record of a plain sale, paid and not refunded. Its id is `sale-NUMBER==`, its order number the number.
pub fn sale(number: u64, product_id: &str, email: &str, sold_at: Timestamp) -> Value {
    json!({
        "id": format!("sale-{number}=="), "email": email, "seller_id": "seller==", "created_at": sold_at,
        "timestamp": "3 days ago", "product_name": "Lumen Notes", "price": 2900, "gumroad_fee": 454,
        "is_bundle_purchase": false, "is_bundle_product_purchase": false, "currency": "usd",
        "product_id": product_id, "product_permalink": "qmgyx", "refunded": false, "partially_refunded": false,
        "chargedback": false, "purchase_email": email, "full_name": "Ada Example", "paid": true,
        "has_custom_fields": false, "custom_fields": {}, "order_id": number, "disputed": false,
        "dispute_won": false, "is_gift_sender_purchase": false, "is_gift_receiver_purchase": false,
        "license_key": format!("STORE-KEY-{number}"), "quantity": 1,
    })
}

/// The same record with one thing changed.
pub fn with(mut record: Value, name: &str, value: Value) -> Value {
    record[name] = value;
    record
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
