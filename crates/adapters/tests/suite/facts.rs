//! What the facts of a delivery look like beyond the corpus.

use serde_json::{Value, json};

use super::common::{Form, JSON, interpret};

fn facts(form: &Form) -> Value {
    form.interpreted().facts.unwrap()
}

#[test]
fn a_category_without_a_name_is_a_map_and_a_repeated_parameter_is_a_list() {
    let form = Form::sale().and("variants[]", "Pro").and("variants[Size]", "L");
    let form =
        form.and("url_params[tag][]", "a").and("url_params[tag][]", "b").and("url_params[utm][x]", "1");
    let facts = facts(&form);
    assert_eq!(facts["variants"], json!({"": "Pro", "Size": "L"}));
    assert_eq!(facts["url_params"], json!({"tag": ["a", "b"], "utm": {"x": "1"}}));
}

#[test]
fn brackets_in_names_stay_escaped_and_odd_brackets_are_part_of_a_plain_name() {
    let form = Form::sale()
        .answered("Name %5Bx%5D", "y")
        .and("variants[", "a")
        .and("variants]x[", "b")
        .and("[x]", "c");
    let facts = facts(&form);
    assert_eq!(facts["custom_fields"], json!({"Name %5Bx%5D": "y"}));
    assert_eq!(facts["variants"], Value::Null);
}

#[test]
fn a_deeply_bracketed_name_is_a_plain_name() {
    let form = Form::sale().and(&format!("url_params{}", "[x]".repeat(9)), "1");
    assert_eq!(facts(&form)["url_params"], Value::Null);
}

#[test]
fn what_only_gifts_carry_is_not_taken_from_a_custom_field() {
    let typed = Form::sale().answered("gifter_email", "x@example.com").answered("gift_price", "5");
    assert_eq!(facts(&typed)["gifter_email"], Value::Null);
    let gift = typed.with("is_gift_receiver_purchase", "true");
    assert_eq!(facts(&gift)["gift_price_usd_cents"], 5);
}

#[test]
fn a_replaced_value_is_printed_as_typed_and_the_delivery_as_not_trusted() {
    let facts =
        facts(&Form::sale().answered("price", "1").answered("Notes", "true").answered("country", "x"));
    assert_eq!((&facts["price_usd_cents"], &facts["trusted"]), (&json!("1"), &json!(false)));
    assert_eq!(facts["custom_fields"], json!({"price": "1", "Notes": true, "country": "x"}));
    assert_eq!(facts["collisions"], json!(["price", "country"]));
}

#[test]
fn an_unreadable_value_is_printed_as_it_came() {
    let facts = facts(&Form::sale().with("price", "ten").with("refunded", "perhaps").without("email"));
    assert_eq!((&facts["price_usd_cents"], &facts["refunded"]), (&json!("ten"), &json!("perhaps")));
    assert_eq!((&facts["email"], &facts["trusted"]), (&Value::Null, &json!(true)));
}

#[test]
fn an_event_of_a_subscription_has_the_facts_of_its_kind() {
    let update = Form::subscription("subscription_updated")
        .and("new_plan[quantity]", "3")
        .and("new_plan[recurrence]", "");
    let facts_of_update = facts(&update.and("purchase_ids[]", "").and("type", "upgrade"));
    assert_eq!(facts_of_update["new_plan"], json!({"quantity": 3, "recurrence": null}));
    assert_eq!((&facts_of_update["old_plan"], &facts_of_update["purchase_ids"]), (&Value::Null, &json!([])));
    let cancellation = facts(&Form::subscription("cancellation").and("cancelled_by_admin", "true"));
    assert_eq!(
        (&cancellation["cancelled_by_admin"], &cancellation["cancelled_by_buyer"]),
        (&json!(true), &json!(false))
    );
}

#[test]
fn an_unknown_event_and_an_unreadable_body_have_no_facts() {
    assert_eq!(Form::sale().with("resource_name", "payout").interpreted().facts, None);
    assert_eq!(interpret(Some(JSON), b"{").facts, None);
}
