//! A store whose own records can be asked.

use super::{Ping, Shop, ShopBuilder};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::testing::{GumroadDouble, TOKEN, sale};
use mintmark_fulfillment::{Memberships, Report};
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;

impl ShopBuilder {
    /// With a token for this store's records, which may be asked as fast as they answer.
    pub(crate) fn with_books(self, double: &GumroadDouble) -> Self {
        self.set("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", TOKEN)
            .set("MINTMARK_SOURCES__GUMROAD__API_BASE", &double.url())
            .set("MINTMARK_SOURCES__GUMROAD__API_PACE", "0s")
    }
}

impl Shop {
    /// A shop beside a store without sales, whose records it may not ask yet: what it is told, it believes.
    pub(crate) fn beside_a_store(database: &TestDatabase) -> (Self, GumroadDouble) {
        (Self::on(database).opened(), GumroadDouble::start())
    }

    /// A shop that asks its store.
    pub(crate) fn asking(database: &TestDatabase) -> (Self, GumroadDouble) {
        let double = GumroadDouble::start();
        (Self::on(database).with_books(&double).opened(), double)
    }

    /// The same shop, once it is given a token.
    pub(crate) fn given_a_token(self, double: &GumroadDouble) -> Self {
        let Self { fulfillment, postbox, fallback, clock, builder } = self;
        fulfillment.stop();
        drop(fulfillment);
        builder.with_books(double).opened_again(postbox, fallback, clock)
    }

    /// A run over the last 60 days.
    pub(crate) fn reconcile(&self) -> Report {
        let since = self.clock.now() - SignedDuration::from_hours(60 * 24);
        self.fulfillment.reconcile("gumroad", since, Memberships::Licensed, self.clock.now()).unwrap()
    }

    /// Tells of many sales at once.
    pub(crate) fn receive_all(&self, pings: &[Ping]) {
        let deliveries: Vec<_> = pings.iter().map(|ping| self.record(ping)).collect();
        let now = self.clock.now();
        let fulfilled = deliveries.iter().map(|delivery| self.fulfillment.fulfill(delivery, now));
        for fulfilled in pollster::block_on(join_all(fulfilled)) {
            fulfilled.unwrap();
        }
    }
}

/// The webhook that a record's sale would have had.
pub(crate) fn ping_of(record: &Value) -> Ping {
    let text = |name: &str| record[name].as_str().unwrap().to_owned();
    let number = |name: &str| record[name].to_string();
    Ping::sale()
        .with("sale_id", &text("id"))
        .with("order_number", &number("order_id"))
        .with("product_id", &text("product_id"))
        .with("email", &text("purchase_email"))
        .with("price", &number("price"))
        .with("sale_timestamp", &text("created_at"))
        .with("license_key", &text("license_key"))
}

/// A record of the product that the shops sell, so many hours before their clock.
pub(crate) fn sold(number: u64, hours_ago: i64) -> Value {
    let noon: Timestamp = "2026-03-14T12:00:00Z".parse().unwrap();
    let email = format!("buyer-{number}@example.com");
    sale(number, "datatools-core", &email, noon - SignedDuration::from_hours(hours_ago))
}
