//! `products check`: the catalog beside what was sold.

use crate::folder::{Finished, Folder, fields};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::{Arrival, ArrivedBody, Fulfillment, Request, Role, Settings};
use mintmark_storage::on_both_databases;
use serde_json::Value;

const SECRET: &str = "sixteen-letters-or-more";
const PRODUCTS: &str = "\
gumroad:
  known: { tier: core, name: Known }
  renamed: { tier: core, name: Data Tools }
  member: { tier: pro, expires: subscription }
  single: { tier: pro, expires: subscription }
  never-sold: pro
  given-away: { ignore: true }
";

/// An installation with a server's half in hand.
struct Shop {
    folder: Folder,
    variables: Vec<(String, String)>,
    server: Fulfillment,
}

impl Shop {
    fn on(url: String) -> Self {
        let folder = Folder::empty();
        std::fs::write(folder.path("products.yaml"), PRODUCTS).unwrap();
        let path = |name: &str| folder.path(name).display().to_string();
        let variables = [
            ("DATABASE_URL", url),
            ("MINTMARK_DATA_DIR", path("data")),
            ("MINTMARK_PRODUCTS_FILE", path("products.yaml")),
            ("GUMROAD_WEBHOOK_SECRET", SECRET.to_owned()),
        ];
        let variables: Vec<_> = variables.map(|(name, value)| (name.to_owned(), value)).into();
        let settings = Settings::from_layers(None, variables.clone()).unwrap();
        let server = Fulfillment::open(settings, Role::Setup, Timestamp::now()).unwrap();
        Self { folder, variables, server }
    }

    /// A sale of so many days ago.
    fn sell(&self, days: i64, product: &str, further: &str) {
        let now = Timestamp::now() - SignedDuration::from_hours(24 * days);
        let query = format!("secret={SECRET}");
        let request = Request { query: Some(&query), headers: &[], body: None };
        let admitted = self.server.authenticate("gumroad", &request, now).unwrap();
        let body = format!(
            "sale_id={product}-{days}&product_id={product}&email=ada%40example.com&price=1000&resource_name=sale{further}"
        );
        let content_type = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
        let arrival = Arrival {
            headers: vec![content_type],
            remote_address: None,
            body: ArrivedBody::Whole(body.into_bytes()),
        };
        let delivery = self.server.accept(admitted, arrival, now).wait().unwrap();
        pollster::block_on(self.server.fulfill(&delivery, now)).unwrap();
    }

    fn admin(&self, arguments: &[&str]) -> Finished {
        let mut command = self.folder.program(&[&["products", "check"], arguments].concat());
        command.envs(self.variables.iter().cloned()).output().unwrap().into()
    }

    fn rows(&self, arguments: &[&str]) -> (Vec<Value>, i32) {
        let finished = self.admin(&[&["--json"], arguments].concat());
        assert_eq!(finished.errors, "");
        (finished.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), finished.code)
    }
}

fn states(rows: &[Value]) -> Vec<(&str, &str)> {
    rows.iter().map(|row| (row["state"].as_str().unwrap(), row["product_id"].as_str().unwrap())).collect()
}

on_both_databases! {
    fn what_was_sold_is_compared_with_the_products_file(database: TestDatabase) {
        let shop = Shop::on(database.url_text());
        let (rows, code) = shop.rows(&[]);
        assert_eq!((code, rows.iter().all(|row| row["state"] == "unsold")), (0, true), "{rows:#?}");
        shop.sell(9, "known", "&product_name=Known");
        shop.sell(8, "renamed", "&product_name=Data%20Tools%20II");
        shop.sell(7, "member", "&product_name=Club&subscription_id=sub-1&recurrence=monthly");
        shop.sell(6, "single", "&product_name=Once");
        shop.sell(5, "given-away", "");
        shop.sell(4, "pro-2026==", "&product_name=Old%20name");
        shop.sell(3, "pro-2026==", "&product_name=Pro%202026");
        shop.sell(2, "club-2026", "&product_name=Club%202026&subscription_id=sub-2&recurrence=yearly");
        shop.sell(200, "long-ago", "");

        let (rows, code) = shop.rows(&[]);
        let expected = [
            ("missing", "club-2026"),
            ("missing", "pro-2026=="),
            ("unfit", "single"),
            ("renamed", "renamed"),
            ("unsold", "never-sold"),
            ("ok", "given-away"),
            ("ok", "known"),
            ("ok", "member"),
        ];
        assert_eq!((code, states(&rows)), (1, expected.to_vec()));
        let names =
            ["state", "source", "product_id", "store_name", "sales", "newest_at", "example", "words", "yaml"];
        assert!(rows.iter().all(|row| fields(row) == names));
        assert_eq!(rows[0]["yaml"], "  club-2026: { tier: core, expires: subscription }  # Club 2026");
        assert_eq!((&rows[1]["sales"], &rows[1]["store_name"]), (&2.into(), &"Pro 2026".into()));
        assert_eq!(rows[1]["example"], 7);
        let (rows, _) = shop.rows(&["--since", "1000d"]);
        assert!(states(&rows).contains(&("missing", "long-ago")));

        let told = shop.admin(&[]);
        assert!(told.output.lines().all(|line| line.chars().count() <= 80), "{}", told.output);
        let is_to_paste = |line: &&str| line.starts_with("  ") && line.contains("-2026");
        let pasted: Vec<&str> = told.output.lines().filter(is_to_paste).collect();
        assert_eq!(pasted.len(), 2, "{}", told.output);
        std::fs::write(shop.folder.path("products.yaml"), format!("{PRODUCTS}{}\n", pasted.join("\n"))).unwrap();
        let (rows, code) = shop.rows(&[]);
        assert_eq!((code, states(&rows)[0]), (1, ("unfit", "single")), "the lines were pasted");
        std::fs::write(
            shop.folder.path("products.yaml"),
            format!("{}{}\n", PRODUCTS.replace("single: { tier: pro, expires: subscription }", "single: pro"), pasted.join("\n")),
        )
        .unwrap();
        assert_eq!(shop.rows(&[]).1, 0);
        shop.server.stop();
    }
}

#[test]
fn the_comparison_is_told_with_what_to_paste() {
    let database = mintmark_storage::testing::TestDatabase::sqlite();
    let shop = Shop::on(database.url_text());
    shop.sell(3, "pro-2026==", "&product_name=Pro%202026");
    shop.sell(2, "single", "&product_name=Once");
    shop.sell(1, "renamed", "&product_name=Data%20Tools%20II");
    let told = shop.admin(&[]);
    let folder = shop.folder.path("products.yaml").display().to_string();
    let output = told.output.replace(&folder, "products.yaml");
    insta::with_settings!({filters => vec![(r"\d{4}-\d{2}-\d{2}", "DATE")]}, {
        insta::assert_snapshot!(output);
    });
    shop.server.stop();
}
