//! Subscriptions whose plan changes, that begin with a trial, and that come to an end.

use crate::support::{Ping, Shop};
use jiff::SignedDuration;
use mintmark_storage::{on_both_databases, testing::TestDatabase};
use serde_json::{Value, json};
use std::sync::Arc;

const PRODUCTS: &str = "gumroad:
  3kUm7x3O3xwz-DPyj5Ky8w==: { tier: pro, expires: subscription, grace: 0s }
  Zr0coMvoyjD-0HlJenVHDw==: { tier: core, expires: subscription, grace: 0s }
";
const FIRST: &str = "membership-first-charge.form";
const SUBSCRIPTION: &str = "ZG_T0Ww47neJ44nQtmjrhw==";

/// What the only license says of itself.
fn told(shop: &Shop) -> Value {
    let license = shop.license();
    json!([license["status"], license["seats"], license["expires_at"], license["seq"]])
}

fn open(database: &TestDatabase) -> Shop {
    Shop::on(database).selling(PRODUCTS).opened()
}

on_both_databases! {
    fn an_upgrade_and_its_prorated_charge_are_one_license(database: TestDatabase) {
        let prorated = Ping::fixture("membership-recurring-charge.form")
            .with("sale_id", "prorated")
            .with("sale_timestamp", "2026-02-23T16:31:40Z")
            .with("recurrence", "yearly")
            .with("quantity", "4");
        let upgrade =
            Ping::fixture("subscription-updated-upgrade.form").with("new_plan[quantity]", "4");
        // Whoever hears of the charge alone takes it for a renewal; that is a word on a row, and no other license.
        for (changes, words) in
            [([&prorated, &upgrade], ["renewed", "updated"]), ([&upgrade, &prorated], ["updated", "updated"])]
        {
            let database = TestDatabase::sqlite();
            let shop = open(&database);
            shop.receive(&Ping::fixture(FIRST));
            assert_eq!(changes.map(|change| shop.receive(change)), words);
            assert_eq!(told(&shop), json!(["active", 4, "2027-02-23T16:31:40Z", 3]));
        }
        let shop = open(&database);
        let said = [prorated, upgrade, Ping::fixture(FIRST)].map(|ping| shop.receive(&ping));
        assert_eq!(said, ["accepted", "updated", "updated"]);
        assert_eq!(told(&shop), json!(["active", 4, "2027-02-23T16:31:40Z", 3]));
    }

    fn a_downgrade_takes_effect_on_its_day_by_itself(database: TestDatabase) {
        let shop = open(&database);
        shop.receive(&Ping::fixture("membership-first-charge-multiseat.form"));
        assert_eq!(shop.receive(&Ping::fixture("subscription-updated-downgrade.form")), "noted");
        assert_eq!(told(&shop), json!(["active", 5, "2027-03-14T09:26:53Z", 1]));

        shop.clock.advance(SignedDuration::from_hours(24 * 365));
        let Shop { fulfillment, postbox, fallback, clock, builder } = shop;
        let fulfillment = Arc::new(fulfillment);
        drop(fulfillment.start_sweeper(clock.as_clock()).unwrap());
        let fulfillment = Arc::into_inner(fulfillment).expect("the sweeper has ended");
        let shop = Shop { fulfillment, postbox, fallback, clock, builder };
        assert_eq!(told(&shop), json!(["active", 3, "2027-03-14T09:26:53Z", 2]));
        assert_eq!(shop.proved().seats(), Some(3));
    }

    fn a_trial_is_paid_for_by_the_charge_after_it(database: TestDatabase) {
        let shop = open(&database);
        shop.receive(&Ping::fixture("membership-free-trial-start.form"));
        let trial = Ping::fixture("cancellation-by-buyer.form")
            .with("subscription_id", "EyTuPwAdPkWVYjMclh2BKg==")
            .with("free_trial_ends_at", "2026-03-21T09:26:53Z")
            .with("cancelled_at", "2026-03-21T09:26:53Z");
        assert_eq!(shop.receive(&trial), "updated");
        assert_eq!(told(&shop), json!(["active", 1, "2026-03-21T09:26:53Z", 2]));

        let charge = Ping::fixture("membership-free-trial-first-real-charge.form");
        assert_eq!(shop.receive(&charge), "renewed");
        assert_eq!(told(&shop), json!(["active", 1, "2026-04-21T09:27:10Z", 3]));
        assert_eq!(shop.license()["letter"], "accepted");
    }

    fn installments_that_are_paid_are_kept_and_a_membership_of_a_fixed_length_is_over(database: TestDatabase) {
        let shop = open(&database);
        shop.receive(&Ping::fixture("installment-first.form"));
        assert_eq!(told(&shop), json!(["active", 1, "2026-04-14T09:26:53Z", 1]));
        let over = Ping::fixture("subscription-ended-fixed-length.form");
        let paid_off = over.clone()
            .with("subscription_id", "kGTT7ewFnjHXnSTHe2iy-w==")
            .with("recurrence", "");
        assert_eq!(shop.receive(&paid_off), "updated");
        assert_eq!(told(&shop), json!(["active", 1, null, 2]));

        let other = TestDatabase::sqlite();
        let shop = open(&other);
        shop.receive(&Ping::fixture(FIRST));
        assert_eq!(shop.receive(&over.with("subscription_id", SUBSCRIPTION)), "ended");
        assert_eq!(shop.license()["status"], "ended");
    }

    fn what_ended_for_want_of_payment_runs_again_with_the_next_charge(database: TestDatabase) {
        let shop = open(&database);
        let ended = Ping::fixture("subscription-ended-failed-payment.form").with("subscription_id", SUBSCRIPTION);
        let again = Ping::fixture("membership-recurring-charge.form").with("sale_timestamp", "2026-03-21T10:00:00Z");
        shop.receive(&Ping::fixture(FIRST));
        assert_eq!([&ended, &again, &ended].map(|ping| shop.receive(ping)), ["ended", "reinstated", "noted"]);
        assert_eq!(told(&shop), json!(["active", 1, "2026-04-21T10:00:00Z", 2]));
    }

    fn a_membership_that_was_charged_back_returns_with_its_key(database: TestDatabase) {
        let shop = open(&database);
        shop.receive(&Ping::fixture(FIRST));
        let key = shop.license()["key"].clone();
        let dispute = Ping::fixture(FIRST).with("resource_name", "dispute").with("disputed", "true");
        let ended = Ping::fixture("subscription-ended-cancelled.form").with("ended_at", "2026-02-01T00:00:00Z");
        let cancelled = Ping::fixture("cancellation-by-seller.form")
            .with("subscription_id", SUBSCRIPTION)
            .with("cancelled_at", "2026-02-01T00:00:00Z");
        let said = [&ended, &dispute, &cancelled].map(|ping| shop.receive(ping));
        assert_eq!(said, ["ended", "suspended", "noted"]);

        let won = dispute.with("resource_name", "dispute_won").with("dispute_won", "true");
        let restarted = Ping::fixture("subscription-restarted.form");
        assert_eq!([&won, &restarted].map(|ping| shop.receive(ping)), ["ended", "reinstated"]);
        assert_eq!((&shop.license()["key"], &shop.license()["status"]), (&key, &json!("active")));
    }
}
