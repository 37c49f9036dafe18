//! The keys of an entry that is a mapping.

use super::check::Check;
use super::product::{FreeOrders, Keys, Licensed, TestOrders};
use super::values;
use super::yaml::Pair;
use crate::lifecycle::{OnDispute, OnEnd, OnPaidOff, OnRefund, Policy};
use mintmark_licensing::Tier;

/// What an entry gives that says no more than its tier.
pub(super) fn licensed(tier: Tier) -> Licensed {
    Licensed {
        tier,
        line: None,
        name: None,
        letter: "license".to_owned(),
        download: None,
        entitlements: Vec::new(),
        free: FreeOrders::Mint,
        test: TestOrders::Mint,
        bundle: Vec::new(),
        keys: Keys::One,
        notify: Vec::new(),
        policy: Policy::default(),
    }
}

/// Reads one key into the product; one that is wrong leaves the product as it is, which is thrown away then.
pub(super) fn read_key(product: &mut Licensed, pair: &Pair, check: &mut Check<'_>) {
    match pair.key.as_str() {
        "tier" | "ignore" => {}
        "line" => product.line = check.parsed(pair),
        "name" => product.name = check.text(pair),
        "letter" => put(&mut product.letter, values::template(pair, check)),
        "download" => product.download = values::link(pair, check),
        "entitlements" => product.entitlements = values::entitlements(pair, check),
        "bundle" => product.bundle = values::bundle(pair, check),
        "notify" => product.notify = values::notify(pair, check),
        "keys" => {
            put(&mut product.keys, check.word(pair, &[("one", Keys::One), ("quantity", Keys::Quantity)]))
        }
        "free" => {
            let words = [("true", FreeOrders::Mint), ("false", FreeOrders::Ignore)];
            put(&mut product.free, check.word(pair, &words));
        }
        "test" => {
            let words = [("mint", TestOrders::Mint), ("ignore", TestOrders::Ignore)];
            put(&mut product.test, check.word(pair, &words));
        }
        _ => read_policy(&mut product.policy, pair, check),
    }
}

fn read_policy(policy: &mut Policy, pair: &Pair, check: &mut Check<'_>) {
    match pair.key.as_str() {
        "seats" => put(&mut policy.seats, values::seats(pair, check)),
        "expires" => put(&mut policy.expires, values::expires(pair, check)),
        "updates" => policy.updates = values::duration(pair, check),
        "grace" => policy.grace = values::grace(pair, check),
        "on_refund" => {
            let words = [("revoke", OnRefund::Revoke), ("keep", OnRefund::Keep)];
            put(&mut policy.on_refund, check.word(pair, &words));
        }
        "on_dispute" => {
            let words =
                [("suspend", OnDispute::Suspend), ("revoke", OnDispute::Revoke), ("keep", OnDispute::Keep)];
            put(&mut policy.on_dispute, check.word(pair, &words));
        }
        "on_end" => put(&mut policy.on_end, check.word(pair, &[("end", OnEnd::End), ("keep", OnEnd::Keep)])),
        "on_paid_off" => {
            let words = [("keep", OnPaidOff::Keep), ("end", OnPaidOff::End)];
            put(&mut policy.on_paid_off, check.word(pair, &words));
        }
        unknown => drop(check.refuse::<()>(pair.line, format!("there is no key {unknown}"))),
    }
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
