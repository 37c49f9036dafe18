//! One installation with very many orders, each of which has a life of its own.

use super::happening::{self, Happening, Purchase};
use super::model::{self, Picture};
use crate::support::{SECRET, Shop, TestClock};
use futures_util::future::join_all;
use mintmark_fulfillment::{
    Arrival, ArrivedBody, AuditFilter, Delivery, Fulfillment, License, LicenseFilter, Request, Role,
};
use mintmark_storage::testing::TestDatabase;
use std::collections::HashMap;

const PRODUCTS: &str = "gumroad:
  Hg-vmbS4ZLqYN_KlAZSBkA==: core
  3kUm7x3O3xwz-DPyj5Ky8w==: { tier: pro, expires: subscription, grace: 0s }
";
/// Less than the store's queue holds.
const AT_ONCE: usize = 1_024;

pub(super) struct Town {
    fulfillment: Fulfillment,
    clock: TestClock,
    purchase: Purchase,
    templates: Vec<String>,
}

impl Town {
    /// An installation whose letters nobody sends.
    pub(super) fn on(database: &TestDatabase, purchase: Purchase) -> Self {
        let shop = Shop::on(database).selling(PRODUCTS);
        let clock = TestClock::default();
        drop(mintmark_fulfillment::initialize(shop.settings(), clock.now()).unwrap());
        let templates = Happening::ALL.map(|happening| happening.template(purchase)).to_vec();
        Self { fulfillment: shop.open(Role::Server).unwrap(), clock, purchase, templates }
    }

    /// Tells of each order what is given for it, all at once.
    pub(super) fn tell<'a>(&self, told: impl Iterator<Item = &'a [Happening]>) {
        let pings = told.enumerate().flat_map(|(order, told)| told.iter().map(move |one| (order, *one)));
        let pings: Vec<(usize, Happening)> = pings.collect();
        for pings in pings.chunks(AT_ONCE) {
            let recorded = pings.iter().map(|(order, happening)| self.record(*order, *happening));
            let deliveries = pollster::block_on(join_all(recorded));
            let fulfilled =
                deliveries.iter().map(|delivery| self.fulfillment.fulfill(delivery, self.clock.now()));
            pollster::block_on(join_all(fulfilled))
                .into_iter()
                .for_each(|fulfilled| drop(fulfilled.unwrap()));
        }
    }

    /// Compares every license with the model, after events that were told in this order.
    pub(super) fn check<'a>(&self, told: impl Iterator<Item = &'a [Happening]>) {
        let licenses = self.licenses();
        for (order, told) in told.enumerate() {
            let license = licenses.get(&happening::name(order));
            assert_eq!(license.is_some(), model::is_minted(self.purchase, told), "{told:?}");
            license.into_iter().for_each(|license| self.check_license(license, told));
        }
    }

    /// Compares every license with the model, if nobody knows in which order the events were fulfilled.
    pub(super) fn check_in_no_order<'a>(&self, told: impl Iterator<Item = &'a [Happening]>) {
        let licenses = self.licenses();
        for (order, told) in told.enumerate() {
            let license = licenses.get(&happening::name(order));
            assert!(license.is_some() || !model::is_owed(self.purchase, told), "{told:?}");
            license.into_iter().for_each(|license| self.check_license(license, told));
        }
    }

    pub(super) fn check_that_nothing_is_left_to_do(&self) {
        let filter = AuditFilter { unprocessed: true, ..AuditFilter::default() };
        assert!(self.fulfillment.records().rows(&filter).unwrap().is_empty());
    }

    fn check_license(&self, license: &License, told: &[Happening]) {
        let picture = Picture::of(license);
        assert_eq!(picture, Picture::after(self.purchase, told), "{told:?}");
        let story = self.fulfillment.records().license_story_json(license).unwrap();
        let letters: Vec<&str> = story["letters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|letter| letter["state"].as_str().unwrap())
            .collect();
        // A letter that has not left is held back while its license does not run.
        assert_eq!(letters, [if picture.runs() { "queued" } else { "held" }], "{told:?}");
    }

    /// By their orders, each of which has one at most.
    fn licenses(&self) -> HashMap<String, License> {
        let licenses = self.fulfillment.records().licenses(&LicenseFilter::default()).unwrap();
        let count = licenses.len();
        let by_order: HashMap<String, License> =
            licenses.into_iter().map(|license| (license.terms.source_order_id.clone(), license)).collect();
        assert_eq!(by_order.len(), count);
        by_order
    }

    async fn record(&self, order: usize, happening: Happening) -> Delivery {
        let query = format!("secret={SECRET}");
        let request = Request { query: Some(&query), headers: &[], body: None };
        let admitted = self.fulfillment.authenticate("gumroad", &request, self.clock.now()).unwrap();
        let template = Happening::ALL.iter().position(|one| *one == happening).unwrap();
        let arrival = Arrival {
            headers: vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
            remote_address: None,
            body: ArrivedBody::Whole(happening::body(&self.templates[template], order)),
        };
        self.fulfillment.accept(admitted, arrival, self.clock.now()).await.unwrap()
    }
}
