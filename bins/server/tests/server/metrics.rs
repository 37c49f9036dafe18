//! What `GET /metrics` tells of a day, and that it tells it whatever the database does.

use crate::installation::{Installation, SECRET, Server, sale, wait_until};
use mintmark_adapters::testing::{GumroadDouble, TOKEN};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::{TestDatabase, WriteLock};
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// The page says what it knows after a second; the rest is for a slow machine.
const AT_ONCE: Duration = Duration::from_secs(3);

/// The page of a server, line by line.
pub(crate) struct Page(Vec<String>);

impl Page {
    pub(crate) fn of(server: &Server) -> Self {
        let bound = server.wait_for_log("metrics are told")["bound"].as_str().unwrap().to_owned();
        let text = ureq::get(format!("http://{bound}/metrics")).call().unwrap().body_mut().read_to_string();
        Self(text.unwrap().lines().map(str::to_owned).collect())
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.0
    }

    /// The value of one line, such as `mintmark_letters{state="sending"}`.
    fn value(&self, series: &str) -> f64 {
        let value = self.0.iter().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {series} in {:#?}", self.0)).parse().unwrap()
    }

    fn whole(&self, series: &str) -> i64 {
        self.value(series).to_string().parse().unwrap()
    }
}

fn installation(database: TestDatabase) -> Installation {
    Installation::on(database).with("MINTMARK_METRICS__BIND", "127.0.0.1:0")
}

on_both_databases! {
    fn a_day_is_counted_and_timed(database: TestDatabase) {
        let installation = installation(database);
        let server = installation.start();
        server.deliver(sale("SALE-1").as_bytes());
        server.deliver(sale("SALE-1").as_bytes());
        server.deliver(sale("SALE-2").replace("datatools-core", "other").as_bytes());
        server.deliver(b"resource_name=sale");
        server.post("/webhooks/gumroad?secret=wrong", "text/plain", b"");
        server.post("/nowhere", "text/plain", b"");

        let page = Page::of(&server);
        let delivered = |outcome: &str| {
            page.whole(&format!("mintmark_deliveries_total{{source=\"gumroad\",outcome=\"{outcome}\"}}"))
        };
        let answered = |route: &str, status: u16| {
            page.whole(&format!("mintmark_answers_total{{route=\"{route}\",status=\"{status}\"}}"))
        };
        assert_eq!(["minted", "found", "failed", "held"].map(delivered), [1, 1, 2, 0]);
        assert_eq!([200, 404, 503].map(|status| answered("/webhooks/{source}", status)), [4, 1, 0]);
        assert_eq!(answered("none", 404), 1);
        assert_eq!(page.whole("mintmark_record_seconds_count{source=\"gumroad\"}"), 4);
        assert_eq!(page.whole("mintmark_record_seconds_bucket{source=\"gumroad\",le=\"+Inf\"}"), 4);
        assert_eq!(page.whole("mintmark_mint_seconds_count"), 1);
        assert_eq!(page.whole("mintmark_mail_accepted_seconds_count{provider=\"folder\"}"), 1);
        assert_eq!(page.whole("mintmark_failed_deliveries"), 2);
        assert_eq!(page.whole("mintmark_letters{state=\"logged\"}"), 1);
        assert_eq!(page.whole("mintmark_queue_depth{queue=\"unfinished\"}"), 0);
        assert_eq!(page.whole("mintmark_database_up"), 1);
        assert!(page.value("mintmark_last_delivery_timestamp_seconds{source=\"gumroad\"}") > 1_700_000_000.0);
        assert!(page.value("mintmark_process_resident_memory_bytes") > 1_000_000.0);
        assert!(page.value("mintmark_disk_free_bytes") > 0.0 && page.value("mintmark_database_bytes") > 0.0);
    }

    fn nothing_of_a_buyer_is_told(database: TestDatabase) {
        let installation = installation(database);
        let server = installation.start();
        let key = server.deliver(sale("SALE-1").as_bytes()).json["license_key"].as_str().unwrap().to_owned();
        server.post("/webhooks/a-guess?secret=a-guess", "text/plain", b"");
        let page = Page::of(&server).0.join("\n");
        for secret in [SECRET, "a-guess", "jane", "Jane", "SALE-1", "datatools-core", &key] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
    }

    fn a_database_that_hangs_is_told_and_does_not_hang_the_page(database: TestDatabase) {
        let can_be_read = matches!(database.url, mintmark_storage::DatabaseUrl::Sqlite(_));
        let installation = installation(database);
        let server = installation.start();
        let lock = WriteLock::take(&installation.database);
        let since = Instant::now();
        let page = Page::of(&server);
        assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
        assert_eq!(page.whole("mintmark_database_up"), i64::from(can_be_read));
        assert_eq!(page.value("mintmark_failed_deliveries").is_nan(), !can_be_read);

        assert_eq!(server.deliver(sale("SALE-1").as_bytes()).status, 503);
        let page = Page::of(&server);
        assert_eq!(page.whole("mintmark_answers_total{route=\"/webhooks/{source}\",status=\"503\"}"), 1);
        drop(lock);
        wait_until("a recovery", || Page::of(&server).whole("mintmark_database_up") == 1);
        assert_eq!(server.stop().0, Some(0));
    }
}

#[test]
fn what_a_store_answers_is_counted_by_its_status() {
    let double = GumroadDouble::start();
    let installation = installation(TestDatabase::sqlite())
        .with("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", TOKEN)
        .with("MINTMARK_SOURCES__GUMROAD__API_BASE", &double.url())
        .with("MINTMARK_SOURCES__GUMROAD__API_PACE", "0s");
    let server = installation.start();
    let sale = format!("{}&order_number=1", sale("SALE-1"));
    assert_eq!(server.deliver(sale.as_bytes()).json["reason"], "verification pending");
    let series = "mintmark_store_api_requests_total{source=\"gumroad\",status=\"200\"}";
    wait_until("an answer", || Page::of(&server).lines().iter().any(|line| line.starts_with(series)));
    let page = Page::of(&server);
    assert!(page.whole(series) >= 1);
    assert_eq!(page.whole("mintmark_deliveries_total{source=\"gumroad\",outcome=\"pending\"}"), 1);
}

#[test]
fn metrics_have_an_address_of_their_own_and_nothing_else_is_there() {
    let installation = installation(TestDatabase::sqlite());
    let server = installation.start();
    assert_eq!(server.post("/metrics", "text/plain", b"").status, 404);
    let bound = server.wait_for_log("metrics are told")["bound"].as_str().unwrap().to_owned();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let status = |path: &str| agent.get(format!("http://{bound}{path}")).call().unwrap().status().as_u16();
    assert_eq!(["/metrics", "/healthz", "/"].map(status), [200, 404, 404]);
    assert_eq!(agent.post(format!("http://{bound}/metrics")).send_empty().unwrap().status().as_u16(), 404);
}

#[test]
fn a_public_address_is_said_aloud() {
    let installation = Installation::on(TestDatabase::sqlite()).with("MINTMARK_METRICS__BIND", "0.0.0.0:0");
    let (code, log) = installation.start().stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("whoever reaches this address can read the metrics"), "{log}");
}

#[test]
fn an_address_that_was_set_and_is_taken_is_named_before_anything_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let installation = Installation::on(TestDatabase::sqlite()).with("MINTMARK_METRICS__BIND", &address);
    let output = installation.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("metrics.bind: cannot listen on {address}")), "{said}");
    assert!(!installation.database.folder().join("data").exists());
}
