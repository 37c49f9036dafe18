//! `prune`: a preview, a question, and fewer rows.

use crate::folder::Folder;
use mintmark_fulfillment::{Arrival, ArrivedBody, Fulfillment, Request, Role, Settings};

#[test]
fn a_dry_run_says_what_would_go_and_removes_nothing() {
    let folder = with_old_rows();
    for _ in 0..2 {
        let finished = folder.admin(&["prune", "--older-than", "2y", "--dry-run"]);
        assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
        let (first, kinds) = finished.output.split_once('\n').unwrap();
        assert!(first.starts_with("4 rows from before 20") && first.ends_with(" can be spared:"), "{first}");
        insta::assert_snapshot!("kinds", kinds);
    }
}

#[test]
fn rows_are_removed_once() {
    let folder = with_old_rows();
    let prune = ["prune", "--older-than", "2y", "--yes"];
    let finished = folder.admin(&prune);
    assert_eq!((finished.code, finished.output.as_str(), finished.errors.as_str()), (0, "4 removed\n", ""));
    let again = folder.admin(&prune);
    assert!(again.code == 0 && again.output.starts_with("nothing to prune: "), "{}", again.output);
    assert_eq!(folder.rows(&["license", "list", "--json"]).len(), 1);
}

#[test]
fn without_a_terminal_nothing_is_removed_unasked() {
    let folder = with_old_rows();
    let finished = folder.admin(&["prune", "--older-than", "2y"]);
    assert_eq!((finished.code, finished.output.as_str()), (2, ""));
    assert!(finished.errors.contains("--yes prunes without asking"), "{}", finished.errors);
    assert_eq!(folder.admin(&["prune", "--older-than", "3d", "--yes"]).code, 2, "too young");
    assert_eq!(folder.admin(&["prune", "--yes"]).code, 2, "no age");
}

/// A sale that was told twice, a press on the test button twice, and something that nobody sells any more.
fn with_old_rows() -> Folder {
    let folder = Folder::initialized();
    std::fs::write(folder.path("config/products.yaml"), "gumroad:\n  known: core\n  mug: { ignore: true }\n")
        .unwrap();
    let secret = std::fs::read_to_string(folder.path("mintmark-data/webhook-secret")).unwrap();
    let variables = [
        ("MINTMARK_DATA_DIR", folder.path("mintmark-data")),
        ("MINTMARK_PRODUCTS_FILE", folder.path("config/products.yaml")),
    ];
    let variables = variables.map(|(name, path)| (name.to_owned(), path.display().to_string()));
    let settings = Settings::from_layers(None, variables).unwrap();
    let now = "2020-01-01T00:00:00Z".parse().unwrap();
    let fulfillment = Fulfillment::open(settings, Role::Server, now).unwrap();
    let query = format!("secret={}", secret.trim());
    for told in [
        "sale_id=S1&product_id=known&resource_name=sale",
        "sale_id=S1&product_id=known&resource_name=sale",
        "sale_id=S2&product_id=known&test=true",
        "sale_id=S3&product_id=known&test=true",
        "sale_id=S4&product_id=mug&resource_name=sale",
        "sale_id=S5&product_id=unknown&resource_name=sale",
    ] {
        let request = Request { query: Some(&query), headers: &[], body: None };
        let admitted = fulfillment.authenticate("gumroad", &request, now).unwrap();
        let arrival = Arrival {
            headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
            remote_address: None,
            body: ArrivedBody::Whole(format!("{told}&email=ada%40example.com&price=1000").into_bytes()),
        };
        let delivery = fulfillment.accept(admitted, arrival, now).wait().unwrap();
        pollster::block_on(fulfillment.fulfill(&delivery, now)).unwrap();
    }
    folder
}
