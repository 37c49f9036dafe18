//! Settings: their layers, and their mistakes.

use mintmark_fulfillment::settings::{DEFAULTS, Licensee, MetricsSettings, ProductsFile};
use mintmark_fulfillment::{Problems, Provider, Settings};
use std::path::Path;
use tempfile::TempDir;

const CANARY: &str = "canary-4f1d9c";

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, Problems> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("mintmark.toml");
    std::fs::write(&path, file).unwrap();
    Settings::from_layers(Some(&path), variables(environment))
}

fn variables(environment: &[(&str, &str)]) -> Vec<(String, String)> {
    environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn mistakes(file: &str, environment: &[(&str, &str)]) -> String {
    let problems = load(file, environment).unwrap_err().to_string();
    let places: Vec<String> = problems
        .lines()
        .map(|line| {
            line.rsplit_once("/mintmark.toml")
                .map_or(line.to_owned(), |(_, rest)| format!("mintmark.toml{rest}"))
        })
        .collect();
    places.join("\n")
}

fn secrets(settings: &Settings) -> Vec<&str> {
    settings.secrets_of("gumroad").iter().map(|secret| secret.expose()).collect()
}

#[test]
fn a_misspelled_section_is_told_by_its_variable() {
    let problems = load("", &[("MINTMARK_HTP__BIND", "127.0.0.1:1")]).unwrap_err();
    let message = "there is no such setting; config/default.toml lists them all";
    assert_eq!(problems.to_string(), format!("MINTMARK_HTP__BIND: {message}"));
}

#[test]
fn without_any_configuration_everything_has_its_default() {
    let settings = Settings::from_layers(None, []).unwrap();
    insta::assert_debug_snapshot!("defaults", settings);
}

#[test]
fn the_file_wins_over_the_defaults_and_the_environment_over_both() {
    let file = r#"
data_dir = "from-file"
products_file = "file.yaml"
signing = { line = "AB1", licensee = "masked" }
"#;
    let settings =
        load(file, &[("MINTMARK_DATA_DIR", "from-variable"), ("MINTMARK_SIGNING__LINE", "CD2")]).unwrap();
    assert_eq!(settings.data_dir, Path::new("from-variable"));
    assert_eq!(settings.signing.line.to_string(), "CD2");
    assert_eq!(settings.signing.licensee, Licensee::Masked);
    assert_eq!(settings.products_file, ProductsFile::Named("file.yaml".into()));
    assert_eq!(settings.http.bind.to_string(), "127.0.0.1:8080");
}

#[test]
fn a_setting_wins_over_its_other_name_and_that_over_the_file() {
    let file = "database.url = \"sqlite:file.db\"";
    let alias = ("DATABASE_URL", "sqlite:alias.db");
    let own = ("MINTMARK_DATABASE__URL", "sqlite:own.db");
    let url = |environment: &[_]| load(file, environment).unwrap().database_url().to_string();
    assert_eq!(
        [url(&[]), url(&[alias]), url(&[alias, own])],
        ["sqlite:file.db", "sqlite:alias.db", "sqlite:own.db"]
    );
}

#[test]
fn a_token_makes_postmark_the_provider_unless_another_is_named() {
    let token = ("POSTMARK_TOKEN", "a-token");
    let from = ("MINTMARK_MAIL__FROM", "Shop <shop@example.com>");
    let folder = ("MINTMARK_MAIL__PROVIDER", "folder");
    let provider = |environment: &[_]| load("", environment).unwrap().mail.provider;
    assert_eq!(provider(&[]), Provider::Folder);
    assert_eq!(provider(&[token, from]), Provider::Postmark);
    assert_eq!(provider(&[token, from, folder]), Provider::Folder);
    assert_eq!(provider(&[from, ("MINTMARK_MAIL__SMTP__URL", "smtps://mail.example.com")]), Provider::Smtp);
}

#[test]
fn a_fallback_uses_the_section_of_its_provider() {
    let file = r#"
mail.fallback = "smtp"
mail.from = "Shop <shop@example.com>"
mail.postmark.token = "a-token"
mail.smtp.url = "smtps://mail.example.com"
"#;
    let mail = load(file, &[]).unwrap().mail;
    assert_eq!((mail.provider, mail.fallback), (Provider::Postmark, Some(Provider::Smtp)));
    assert!(mail.postmark.is_some() && mail.smtp.is_some());
}

#[test]
fn lists_come_from_the_file_and_from_the_environment() {
    let name = "MINTMARK_HTTP__TRUSTED_PROXIES";
    let proxies = |file, environment: &[_]| {
        let networks = load(file, environment).unwrap().http.trusted_proxies;
        networks.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let both = ["127.0.0.1/32", "10.0.0.0/8"];
    assert_eq!(proxies("http.trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]", &[]), both);
    assert_eq!(proxies("", &[(name, "127.0.0.1, 10.0.0.0/8")]), both);
    for written in
        ["[\"127.0.0.1\", \"10.0.0.0/8\"]", "['127.0.0.1','10.0.0.0/8']", "[127.0.0.1, 10.0.0.0/8]"]
    {
        assert_eq!(proxies("", &[(name, written)]), both, "{written}");
    }
    assert_eq!(proxies("http.trusted_proxies = [\"::1\"]", &[(name, "127.0.0.1")]), ["127.0.0.1/32"]);
}

#[test]
fn a_secret_is_kept_as_it_is_written_whatever_it_looks_like() {
    for secret in ["0000012345678901", "1e10000000000000", "true-true-true-true", " spaces, and a comma "] {
        assert_eq!(secrets(&load("", &[("GUMROAD_WEBHOOK_SECRET", secret)]).unwrap()), [secret]);
        let list = format!("[{secret:?}]");
        assert_eq!(secrets(&load("", &[("MINTMARK_SOURCES__GUMROAD__SECRETS", &list)]).unwrap()), [secret]);
        assert_eq!(secrets(&load(&format!("sources.gumroad.secrets = {list}"), &[]).unwrap()), [secret]);
    }
    let number = ("MINTMARK_SOURCES__GUMROAD__SECRETS", "0000012345678901");
    assert_eq!(secrets(&load("", &[number]).unwrap()), ["0000012345678901"]);
}

#[test]
fn the_other_name_adds_a_secret_and_the_same_one_once() {
    let file = "sources.gumroad.secrets = [\"the-first-secret-of-two\"]";
    let add = |secret| load(file, &[("GUMROAD_WEBHOOK_SECRET", secret)]).unwrap();
    assert_eq!(
        secrets(&add("the-second-secret-of-two")),
        ["the-first-secret-of-two", "the-second-secret-of-two"]
    );
    assert_eq!(secrets(&add("the-first-secret-of-two")), ["the-first-secret-of-two"]);
}

#[test]
fn an_empty_variable_is_not_set_and_an_empty_text_of_a_file_is_no_value() {
    let environment = [("MINTMARK_HTTP__BIND", ""), ("DATABASE_URL", ""), ("GUMROAD_WEBHOOK_SECRET", "")];
    assert_eq!(load("", &environment).unwrap().http.bind.to_string(), "127.0.0.1:8080");
    let file = r#"data_dir = ""
products_file = " "
http.bind = ""
mail.wait = ""
signing.line = ""
signing.licensee = ""
"#;
    insta::assert_snapshot!("empty_texts", mistakes(file, &[]));
}

#[test]
fn names_that_belong_to_tests_and_command_lines_are_no_settings() {
    load("", &[("MINTMARK_TEST_POSTGRES", "x"), ("MINTMARK_CONFIG", "y"), ("OTHER_VARIABLE", "z")]).unwrap();
    load("", &[("MINTMARK_CONFIGURATION", "y")]).unwrap_err();
}

#[test]
fn every_mistake_is_reported_at_once_with_its_place() {
    let file = r#"data_dir = 5
produkts_file = "x"
database = "sqlite:x.db"

[http]
bind = "localhost"
public_url = "licenses.example.com"
trusted_proxies = ["10.0.0.0/99", ["nested"]]

[sources.gumroad]
secrets = ["short", "a-secret-long-enough", "another-secret-long-enough"]
api_base = "http://api.example.com"

[sources.stripe]
key = "x"

[signing]
line = "dt-1"
licensee = "everybody"

[mail]
provider = "smtp"
from = "nobody"
wait = "soon"

[mail.postmark]
api_base = "http://127.0.0.1:9000"
"#;
    let environment = [
        ("MINTMARK_MAIL__POSTMARK__API_BASE", "ftp://example.com"),
        ("MINTMARK_SIGNING__SEED", "42"),
        ("GUMROAD_WEBHOOK_SECRET", "short too"),
    ];
    insta::assert_snapshot!("mistakes_in_settings", mistakes(file, &environment));
}

#[test]
fn a_stores_api_is_asked_gently_unless_it_is_on_this_machine() {
    let fast = ("MINTMARK_SOURCES__GUMROAD__API_PACE", "499ms");
    let message = "at least 500ms, unless the API is on this machine";
    assert_eq!(mistakes("", &[fast]), format!("MINTMARK_SOURCES__GUMROAD__API_PACE: {message}"));
    let here = ("MINTMARK_SOURCES__GUMROAD__API_BASE", "http://127.0.0.1:9000/v2");
    assert!(load("", &[fast, here]).is_ok());
}

#[test]
fn metrics_are_told_at_an_address_or_nowhere() {
    let address = |text: &str| text.parse().unwrap();
    let metrics = |file, environment| load(file, environment).unwrap().metrics;
    assert_eq!(metrics("", &[]), MetricsSettings::Default(address("127.0.0.1:9464")));
    let named = MetricsSettings::Named(address("127.0.0.1:9464"));
    assert_eq!(metrics("metrics.bind = \"127.0.0.1:9464\"", &[]), named);
    assert_eq!(metrics("", &[("MINTMARK_METRICS__BIND", "127.0.0.1:9464")]), named);
    assert_eq!(metrics("metrics.bind = \"\"", &[]), MetricsSettings::Off);
    assert_eq!(metrics("", &[("MINTMARK_METRICS__BIND", "off")]), MetricsSettings::Off);
    let mistake =
        "MINTMARK_METRICS__BIND: an address with a port is expected, such as 127.0.0.1:9464, or off";
    assert_eq!(mistakes("", &[("MINTMARK_METRICS__BIND", "9464")]), mistake);
}

#[test]
fn a_third_secret_is_refused() {
    let three = ("MINTMARK_SOURCES__GUMROAD__SECRETS", "the-first-of-three,the-second-of-three");
    let third = ("GUMROAD_WEBHOOK_SECRET", "the-third-of-three");
    let message = "at most two secrets may be active, the one in GUMROAD_WEBHOOK_SECRET included";
    assert_eq!(mistakes("", &[three, third]), format!("MINTMARK_SOURCES__GUMROAD__SECRETS: {message}"));
}

#[test]
fn a_provider_without_what_it_needs_is_refused() {
    let providers = [
        "mail.provider = \"postmark\"",
        "mail.provider = \"smtp\"",
        "mail = { provider = \"smtp\", fallback = \"postmark\" }",
        "mail.fallback = \"smtp\"",
        "mail.fallback = \"pigeon\"",
    ];
    insta::assert_snapshot!("incomplete_providers", providers.map(|file| mistakes(file, &[])).join("\n"));
}

#[test]
fn a_file_that_is_not_toml_is_reported_by_its_line_and_the_rest_is_checked() {
    let unquoted = format!("data_dir = \"x\"\n[mail.postmark]\ntoken = {CANARY}\n");
    let twice = "http.bind = \"127.0.0.1:1\"\nhttp.bind = \"127.0.0.1:2\"";
    let said = [&unquoted, twice].map(|file| mistakes(file, &[("MINTMARK_HTTP__BIND", "here")]));
    insta::assert_snapshot!("files_that_are_not_toml", said.join("\n"));
}

#[test]
fn a_file_that_was_named_and_is_missing_is_a_mistake() {
    let missing = Settings::from_layers(Some(Path::new("/nowhere/mintmark.toml")), []).unwrap_err();
    assert!(missing.to_string().starts_with("/nowhere/mintmark.toml: cannot be read: "), "{missing}");
}

#[test]
fn what_toml_allows_in_its_newest_version_is_read() {
    let settings = load("signing = {\n  line = \"AB1\",\n  licensee = \"none\",\n}\n", &[]).unwrap();
    assert_eq!(settings.signing.line.to_string(), "AB1");
}

/// A section is no value: whoever reads the setting complains.
#[test]
fn every_setting_of_the_defaults_is_read() {
    for setting in settings_of_the_defaults() {
        let problems = load(&format!("{setting} = {{ strange = 1 }}"), &[]).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.place.ends_with(&format!(": {setting}"))),
            "{setting} is never read: {problems}"
        );
    }
}

#[test]
fn no_value_is_ever_printed() {
    for setting in settings_of_the_defaults() {
        let name = format!("MINTMARK_{}", setting.replace('.', "__").to_uppercase());
        for value in [
            CANARY.to_owned(),
            format!("postgres://u:{CANARY}@h/d"),
            format!("smtp://u:{CANARY}@"),
            format!("[{CANARY}"),
        ] {
            match load("", &[(&name, &value)]) {
                Ok(settings) if is_public(&setting) => drop(settings),
                Ok(settings) => assert!(!format!("{settings:?}").contains(CANARY), "{setting}"),
                Err(problems) => assert!(!format!("{problems}").contains(CANARY), "{setting}: {problems}"),
            }
        }
    }
}

#[test]
fn settings_show_no_secret() {
    let environment = [
        ("DATABASE_URL", "postgres://user:canary-4f1d9c@host/mintmark"),
        ("MINTMARK_SOURCES__GUMROAD__SECRETS", "canary-4f1d9c-secret"),
        ("GUMROAD_WEBHOOK_SECRET", "canary-4f1d9c-secret-2"),
        ("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", CANARY),
        ("POSTMARK_TOKEN", CANARY),
        ("MINTMARK_MAIL__SMTP__URL", "smtps://user:canary-4f1d9c@mail.example.com"),
        ("MINTMARK_MAIL__FROM", "shop@example.com"),
    ];
    let settings = load("", &environment).unwrap();
    assert!(!format!("{settings:?}").contains(CANARY));
}

#[test]
fn the_files_of_the_repository_load() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
    Settings::from_layers(Some(&config.join("default.toml")), []).unwrap();
    let example =
        Settings::from_layers(Some(&config.join("example.toml")), variables(&[("POSTMARK_TOKEN", "x")]))
            .unwrap();
    assert_eq!(example.mail.provider, Provider::Postmark);
}

/// Where things are is no secret.
fn is_public(setting: &str) -> bool {
    ["data_dir", "products_file", "mail.templates", "mail.smtp.ca_file"].contains(&setting)
}

fn settings_of_the_defaults() -> Vec<String> {
    let defaults: toml::Table = DEFAULTS.parse().unwrap();
    let mut settings = Vec::new();
    list("", &defaults, &mut settings);
    assert!(settings.len() > 15, "{settings:?}");
    settings
}

fn list(above: &str, table: &toml::Table, settings: &mut Vec<String>) {
    for (key, value) in table {
        match value {
            toml::Value::Table(table) => list(&format!("{above}{key}."), table, settings),
            _ => settings.push(format!("{above}{key}")),
        }
    }
}
