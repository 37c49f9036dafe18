//! `export` and `import`.

use crate::installation::Installation;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

const TABLE: &str = r#"Purchase ID,Item Name,Buyer Name,Purchase Email,Purchase Time (UTC timezone),Sale Price ($),Refunded?,Fully Refunded?,Disputed?,Dispute Won?,Discount Code,Recurring Charge?,Free trial purchase?,Pre-order authorization?,Product ID,Order Number,Giftee Email,Quantity,Recurrence,License Key,Purchase Email
T1==,"Data, Tools",Ada,ada@example.com,2026-03-14 09:26:50 UTC,49.9,0,0,0,0,,0,0,0,abcde,12,,2,,,typed by the buyer
T2==,Data Tools,Bob,bob@example.com,2026-03-15 09:26:50 UTC,0.0,1,1,0,0,,0,0,0,abcde,13,,1,,,
T3==,Data Tools,Cy,cy@example.com,2026-03-16 09:26:50 UTC,9.0,0,0,0,0,,1,0,0,abcde,14,,1,monthly,,
T4==,Other,Di,di@example.com,2026-03-16 09:26:50 UTC,9.0,0,0,0,0,,0,0,0,zzzzz,15,,1,,,
T5==,Data Tools,Ed,ed@example.com,16/03/2026,9.0,0,0,0,0,,0,0,0,abcde,16,,1,,,
Totals,,,,,,,,,,,,,,,,,,,,
"#;

#[test]
fn what_is_exported_can_be_imported_elsewhere_once() {
    let mut here = Installation::new();
    here.sell("S1", "known");
    here.sell("S2", "forgotten");
    here.deliver("sale_id=S1&resource_name=refund&refunded=true&product_id=known&email=ada%40example.com");
    here.deliver("this is no sale");
    let exported = here.replay(&["export", "--output", "rows.jsonl"]);
    assert_eq!((exported.code, exported.errors.as_str()), (0, "4 rows in rows.jsonl\n"));
    let mode = std::fs::metadata(here.path("rows.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let refused = here.replay(&["export", "--output", "rows.jsonl"]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.starts_with("error: rows.jsonl cannot be written"), "{}", refused.errors);
    let again = here.replay(&["import", "rows.jsonl", "--yes"]);
    assert_eq!((again.code, again.output.as_str()), (1, ""));
    assert!(again.errors.starts_with("0 new, 3 on record already, 1 refused\n"), "{}", again.errors);

    let there = Installation::new();
    let file = here.path("rows.jsonl");
    let file = file.to_str().unwrap();
    let plan = there.rows(&["import", file, "--dry-run", "--json"]);
    let fates: Vec<&Value> = plan.iter().map(|line| &line["fate"]).collect();
    assert_eq!(fates, ["refused", "new", "new", "new"]);
    assert!(there.rows(&["list", "--json"]).is_empty());
    let imported = there.replay(&["import", file, "--yes"]);
    assert_eq!(imported.code, 1, "one was refused, and one has no entry in the catalog: {imported:?}");
    let rows = there.rows(&["list", "--json"]);
    assert!(rows.iter().all(|row| row["origin"] == "import"));
    let licensed = rows.iter().filter(|row| !row["license_key"].is_null()).count();
    assert_eq!((rows.len(), licensed), (3, 0), "a sale whose refund was told first is owed nothing");
    let bodies = |installation: &Installation| -> Vec<Value> {
        let mut bodies: Vec<Value> =
            installation.rows(&["export"]).iter().map(|row| row["body"].clone()).collect();
        bodies.sort_by_key(Value::to_string);
        bodies
    };
    assert!(bodies(&there).iter().all(|body| bodies(&here).contains(body)));
}

#[test]
fn a_saved_body_is_a_delivery_and_says_nothing_new_the_second_time() {
    let installation = Installation::new();
    let form = "sale_id=S1&product_id=known&email=ada%40example.com&price=1000&resource_name=sale";
    std::fs::write(installation.path("ping.txt"), format!("{form}\n")).unwrap();
    let asked = installation.replay(&["import", "ping.txt"]);
    assert_eq!(asked.code, 2, "{asked:?}");
    let finished = installation.replay(&["import", "ping.txt", "--yes"]);
    assert_eq!(finished.code, 0, "{finished:?}");
    assert!(finished.output.starts_with("1  minted  DT1-CORE-"), "{}", finished.output);
    let body = json!({"sale_id": "S1", "product_id": "known", "email": "ada@example.com", "price": 1000,
        "resource_name": "refund", "refunded": true});
    std::fs::write(installation.path("refund.json"), body.to_string()).unwrap();
    let both = installation.replay(&["import", "ping.txt", "refund.json", "--yes"]);
    assert!(both.errors.starts_with("1 new, 1 on record already, 0 refused\n"), "{}", both.errors);
    assert!(both.output.starts_with("2  revoked  "), "{}", both.output);
    let missing = installation.replay(&["import", "nothing.txt"]);
    assert_eq!(missing.code, 2);
}

#[test]
fn the_table_of_a_stores_sales_becomes_deliveries_line_by_line() {
    let mut installation = Installation::new();
    std::fs::write(installation.path("sales.csv"), TABLE).unwrap();
    installation.sell("T9==", "known");
    let import = ["import", "sales.csv", "--product", "abcde=known", "--yes"];
    let finished = installation.replay(&import);
    assert_eq!(finished.code, 1);
    insta::assert_snapshot!("table", finished.errors);
    let rows = installation.rows(&["list", "--origin", "import", "--json"]);
    let told: Vec<_> = rows.iter().map(|row| (&row["order_id"], &row["outcome"], &row["reason"])).collect();
    assert_eq!(json!(told), json!([["T2==", "ignored", "refunded"], ["T1==", "minted", null]]));
    let shown = installation.rows(&["show", "2", "--json"]).remove(0);
    assert_eq!(shown["license"]["issued_at"], "2026-03-14T09:26:50Z");
    assert_eq!(
        (&shown["license"]["email"], &shown["license"]["seats"]),
        (&json!("ada@example.com"), &json!(2))
    );
    assert_eq!(
        (&shown["order"]["price_usd_cents"], &shown["order"]["order_number"]),
        (&json!(4990), &json!(12))
    );
    let again = installation.replay(&import);
    assert!(again.errors.starts_with("0 new, 2 on record already, 3 refused\n"), "{}", again.errors);
}
