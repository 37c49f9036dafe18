//! Custom fields that replaced what Gumroad wrote, and keys that were sent twice.

use super::common::Form;

#[test]
fn each_key_that_we_rely_on_holds_the_sale_when_a_custom_field_replaced_it() {
    let keys = [
        "email",
        "quantity",
        "product_id",
        "sale_id",
        "subscription_id",
        "order_number",
        "price",
        "test",
        "sale_timestamp",
        "is_recurring_charge",
        "is_preorder_authorization",
    ];
    for key in keys {
        let form = Form::sale().answered(key, "true");
        assert_eq!(form.judged(), format!("held: custom field overwrites {key}"));
    }
}

#[test]
fn several_replaced_keys_are_named_in_the_order_of_the_custom_fields() {
    let form =
        Form::sale().answered("test", "true").answered("Company", "x").answered("email", "eve@example.com");
    assert_eq!(form.judged(), "held: custom field overwrites test, email");
}

#[test]
fn an_empty_answer_replaces_a_key_as_well() {
    assert_eq!(Form::sale().answered("email", "").judged(), "held: custom field overwrites email");
}

#[test]
fn a_custom_field_that_replaced_nothing_is_nobodys_business() {
    let renewal = Form::sale().and("custom_fields[email]", "old@example.com");
    assert_eq!(renewal.judged(), "sale");
    assert_eq!(Form::sale().and("custom_fields[subscription_id]", "x").judged(), "sale");
    for name in ["full_name", "offer_code", "Email", "EMAIL", "email ", "license_key", "country", "id"] {
        assert_eq!(Form::sale().answered(name, "x").judged(), "sale", "{name}");
    }
}

#[test]
fn a_delivery_is_not_filed_under_an_order_whose_id_a_buyer_typed() {
    let form = Form::sale().answered("subscription_id", "somebody-elses");
    assert_eq!(form.interpreted().order_id, None);
    assert_eq!(form.interpreted().sale_id.as_deref(), Some("sale-1=="));
    let form = Form::sale().and("sale_id", "sale-2==");
    assert_eq!(form.judged(), "held: field sent twice: sale_id");
    assert_eq!(form.interpreted().order_id, None);
}

#[test]
fn a_key_sent_twice_with_the_same_value_is_no_contradiction() {
    assert_eq!(Form::sale().and("email", "ada@example.com").judged(), "sale");
    assert_eq!(Form::sale().and("Company", "a").and("Company", "b").judged(), "sale");
    assert_eq!(Form::sale().and("email[x]", "a").judged(), "held: field sent twice: email");
}
