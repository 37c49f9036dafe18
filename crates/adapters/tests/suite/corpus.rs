//! Every body that Gumroad is known to send says what its entry in `index.json` says.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use mintmark_adapters::{Body, Interpretation, Proof, Request, SourceSettings, Sources, Verdict};
use serde_json::Value;

/// One test for each file, and the list that proves that none was forgotten.
macro_rules! bodies {
    ($($name:ident: $file:literal,)*) => {
        const FILES: &[&str] = &[$($file),*];
        $(
            #[test]
            fn $name() {
                states_the_expected_facts($file);
            }
        )*
    };
}

bodies! {
    sale_plain: "sale-plain.form",
    sale_plain_retry_1: "sale-plain-retry-1.form",
    sale_full_name_purchaser: "sale-full-name-purchaser.form",
    sale_licensed: "sale-licensed.form",
    sale_variants: "sale-variants.form",
    sale_variants_bracket_name: "sale-variants-bracket-name.form",
    sale_custom_fields: "sale-custom-fields.form",
    sale_custom_fields_unicode: "sale-custom-fields-unicode.form",
    sale_custom_field_collision_core: "sale-custom-field-collision-core.form",
    sale_custom_field_collision_late: "sale-custom-field-collision-late.form",
    sale_file_custom_field: "sale-file-custom-field.form",
    sale_offer_code: "sale-offer-code.form",
    sale_offer_code_empty: "sale-offer-code-empty.form",
    sale_url_params: "sale-url-params.form",
    sale_quantity_5: "sale-quantity-5.form",
    sale_affiliate_discover: "sale-affiliate-discover.form",
    sale_pay_what_you_want: "sale-pay-what-you-want.form",
    sale_free: "sale-free.form",
    sale_test_purchase: "sale-test-purchase.form",
    test_button: "test-button.form",
    sale_eur: "sale-eur.form",
    sale_jpy: "sale-jpy.form",
    sale_jpy_free: "sale-jpy-free.form",
    sale_shipping_digital: "sale-shipping-digital.form",
    sale_physical_sku: "sale-physical-sku.form",
    sale_physical_no_sku: "sale-physical-no-sku.form",
    membership_first_charge: "membership-first-charge.form",
    membership_first_charge_multiseat: "membership-first-charge-multiseat.form",
    membership_recurring_charge: "membership-recurring-charge.form",
    membership_free_trial_start: "membership-free-trial-start.form",
    membership_free_trial_first_real_charge: "membership-free-trial-first-real-charge.form",
    installment_first: "installment-first.form",
    gift: "gift.form",
    bundle_parent: "bundle-parent.form",
    bundle_child_1: "bundle-child-1.form",
    preorder_authorization: "preorder-authorization.form",
    sale_resent_after_refund: "sale-resent-after-refund.form",
    refund_full: "refund-full.form",
    refund_partial: "refund-partial.form",
    refund_bundle_parent: "refund-bundle-parent.form",
    dispute: "dispute.form",
    dispute_won: "dispute-won.form",
    cancellation_by_buyer: "cancellation-by-buyer.form",
    cancellation_by_seller: "cancellation-by-seller.form",
    cancellation_payment_failures: "cancellation-payment-failures.form",
    subscription_updated_upgrade: "subscription-updated-upgrade.form",
    subscription_updated_downgrade: "subscription-updated-downgrade.form",
    subscription_ended_cancelled: "subscription-ended-cancelled.form",
    subscription_ended_failed_payment: "subscription-ended-failed-payment.form",
    subscription_ended_fixed_length: "subscription-ended-fixed-length.form",
    subscription_restarted: "subscription-restarted.form",
    json_sale_plain: "json-sale-plain.json",
    json_sale_custom_fields_unicode: "json-sale-custom-fields-unicode.json",
    json_sale_offer_code_null: "json-sale-offer-code-null.json",
    json_sale_quantity_5: "json-sale-quantity-5.json",
    json_sale_test_purchase: "json-sale-test-purchase.json",
    json_gift: "json-gift.json",
    json_refund_partial: "json-refund-partial.json",
    json_cancellation_guest: "json-cancellation-guest.json",
    json_subscription_ended: "json-subscription-ended.json",
    json_subscription_restarted: "json-subscription-restarted.json",
}

#[test]
fn every_body_of_the_corpus_has_its_test() {
    let listed: BTreeSet<String> = cases().into_iter().map(|case| text(&case, "file")).collect();
    assert_eq!(listed, FILES.iter().map(|file| (*file).to_owned()).collect());
    let on_disk =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let bodies = on_disk.filter(|name| name != "index.json" && !name.ends_with(".headers"));
    assert_eq!(listed, bodies.collect());
}

#[test]
fn the_bodies_of_the_corpus_are_judged_like_this() {
    let lines: Vec<String> = FILES.iter().map(|file| judged(file, &interpret(&case(file)))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_headers_of_the_corpus_prove_nothing_by_themselves() {
    let sources = sources();
    let gumroad = sources.get("gumroad").unwrap();
    assert_eq!(gumroad.proof(), Proof::BeforeBody);
    for case in cases() {
        let headers = headers(&case);
        let request = Request { query: None, headers: &headers, body: None };
        assert!(gumroad.authenticate(&request, Timestamp::UNIX_EPOCH).is_err());
    }
}

fn states_the_expected_facts(file: &str) {
    let case = case(file);
    let interpretation = interpret(&case);
    assert_eq!(interpretation.kind.as_str(), text(&case, "event_kind"), "{file}: kind");
    let facts = interpretation.facts.expect("the corpus has no body without facts");
    let knowable = |name: &&String| !is_beyond_the_body(name);
    for name in case["expected"].as_object().unwrap().keys().filter(knowable) {
        assert_eq!(facts.get(name), case["expected"].get(name), "{file}: {name}");
    }
}

/// Facts in the index that no reader of the body can have.
fn is_beyond_the_body(name: &str) -> bool {
    name.ends_with("_not_on_wire")
        || name.ends_with("_never_pinged")
        || name == "real_values_only_from_api"
        || name == "variants_if_unescaped_once_more"
}

fn judged(file: &str, interpretation: &Interpretation) -> String {
    let Interpretation { kind, mode, order_id, sale_id, verdict, .. } = interpretation;
    let verdict = match verdict {
        Verdict::Events(events) => {
            events.iter().map(|event| format!("{event:?}")).collect::<Vec<_>>().join(", ")
        }
        other => format!("{other:?}"),
    };
    let ids = [order_id, sale_id].map(|id| id.as_deref().unwrap_or("-"));
    format!("{file}: {} {} {} {}: {verdict}", kind.as_str(), mode.as_str(), ids[0], ids[1])
}

fn interpret(case: &Value) -> Interpretation {
    let headers = headers(case);
    let content_type =
        headers.iter().find(|(name, _)| name == "Content-Type").map(|(_, value)| value.as_str());
    let bytes = fs::read(folder().join(text(case, "file"))).unwrap();
    sources().get("gumroad").unwrap().interpret(&Body { content_type, bytes: &bytes })
}

fn sources() -> Sources {
    let secret = "a secret of the tests".parse().unwrap();
    let settings = SourceSettings { secrets: vec![secret], ..SourceSettings::default() };
    Sources::new(&[("gumroad", settings)].into()).unwrap()
}

fn headers(case: &Value) -> Vec<(String, String)> {
    let lines = fs::read_to_string(folder().join(text(case, "headers"))).unwrap();
    let pairs = lines.lines().filter_map(|line| line.split_once(": "));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn case(file: &str) -> Value {
    cases().into_iter().find(|case| text(case, "file") == file).unwrap()
}

fn cases() -> Vec<Value> {
    let index = fs::read(folder().join("index.json")).unwrap();
    let index: Value = serde_json::from_slice(&index).unwrap();
    index["cases"].as_array().unwrap().clone()
}

fn text(case: &Value, name: &str) -> String {
    case[name].as_str().unwrap().to_owned()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gumroad")
}
