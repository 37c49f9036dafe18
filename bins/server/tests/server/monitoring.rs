//! The table of the metrics, the dashboard and the alert rules name what the server tells, and nothing else.

use crate::installation::{Installation, sale, wait_until};
use crate::metrics::Page;
use mintmark_adapters::testing::TOKEN;
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const MANUAL: &str = include_str!("../../../../docs/OPERATING.md");
const RULES: &str = include_str!("../../../../docs/monitoring/alerts.yaml");
const DASHBOARD: &str = include_str!("../../../../docs/monitoring/grafana.json");
/// What Prometheus makes of one histogram.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

/// Every metric with the names of its labels, of a server that has asked a store in vain.
fn told() -> BTreeMap<String, BTreeSet<String>> {
    let installation = Installation::on(TestDatabase::sqlite())
        .with("MINTMARK_METRICS__BIND", "127.0.0.1:0")
        .with("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", TOKEN)
        .with("MINTMARK_SOURCES__GUMROAD__API_BASE", "http://127.0.0.1:9")
        .with("MINTMARK_SOURCES__GUMROAD__API_PACE", "0s");
    let server = installation.start();
    server.deliver(sale("SALE-1").as_bytes());
    let asked =
        |page: &Page| page.lines().iter().any(|line| line.starts_with("mintmark_store_api_requests_total"));
    wait_until("a question to the store", || asked(&Page::of(&server)));
    let mut told = BTreeMap::<_, BTreeSet<_>>::new();
    for line in Page::of(&server).lines().iter().filter(|line| line.starts_with("mintmark_")) {
        let (series, _) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let labels = labels.split("\",").filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
        told.entry(whole(name)).or_default().extend(labels.filter(|label| label != "le"));
    }
    told
}

/// The metric that a name in a question belongs to.
fn whole(name: &str) -> String {
    let part =
        PARTS.iter().find_map(|part| name.strip_suffix(part).filter(|name| name.ends_with("_seconds")));
    part.unwrap_or(name).to_owned()
}

/// Every name of ours in a text.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("mintmark_")).map(whole).collect()
}

fn rules() -> Vec<Value> {
    let file: Value = serde_saphyr::from_str(RULES).unwrap();
    let groups = file["groups"].as_array().unwrap();
    groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).cloned().collect()
}

/// Every value of this name, however deep.
fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(name).and_then(Value::as_str));
            fields.values().for_each(|value| all(value, name, found));
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, name, found)),
        _ => {}
    }
}

#[test]
fn what_is_documented_is_told_and_what_is_shown_or_alarmed_is_among_it() {
    let told = told();
    let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| `mintmark_")?.split('`').next());
    let documented: BTreeMap<String, BTreeSet<String>> = rows
        .map(|metric| {
            let (name, labels) = metric.trim_end_matches('}').split_once('{').unwrap_or((metric, ""));
            let labels = labels.split(',').filter(|label| !label.is_empty()).map(str::to_owned);
            (format!("mintmark_{name}"), labels.collect())
        })
        .collect();
    assert_eq!(documented, told);

    let mut questions = Vec::new();
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    all(&dashboard, "expr", &mut questions);
    let rules = rules();
    rules.iter().for_each(|rule| all(rule, "expr", &mut questions));
    let unknown: Vec<String> = questions
        .iter()
        .flat_map(|question| named(question))
        .filter(|name| !told.contains_key(name))
        .collect();
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn every_rule_says_what_happened_and_which_command_to_run() {
    let rules = rules();
    assert!(rules.len() > 10);
    for rule in rules {
        let text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        assert!(rule["alert"].as_str().is_some_and(|name| name.starts_with("Mintmark")), "{rule}");
        assert!(["critical", "warning"].map(Value::from).contains(&rule["labels"]["severity"]), "{rule}");
        let annotations = &rule["annotations"];
        assert!(
            text(&rule["expr"]) && text(&annotations["summary"]) && text(&annotations["command"]),
            "{rule}"
        );
    }
}

#[test]
fn the_dashboard_asks_for_its_data_source_and_every_panel_uses_it() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource");
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<i64> = panels.iter().filter_map(|panel| panel["id"].as_i64()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty() && panel["title"].is_string(), "{panel}");
        for place in targets.iter().chain([panel]) {
            assert_eq!(place["datasource"]["uid"], "${datasource}", "{panel}");
        }
    }
}

#[test]
fn prometheus_itself_reads_the_rules() {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/monitoring/alerts.yaml");
    match Command::new("promtool").args(["check", "rules", rules]).output() {
        Ok(checked) => assert!(checked.status.success(), "{checked:?}"),
        Err(_) => eprintln!("SKIPPED: there is no promtool on this machine"),
    }
}
