//! An installation in a folder of its own, with its server's half in hand.

use futures_util::future::join_all;
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::testing::TOKEN;
use mintmark_fulfillment::{
    Admitted, Arrival, ArrivedBody, Error, Fulfilled, Fulfillment, Request, Settings, initialize,
};
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

const SECRET: &str = "sixteen-letters-or-more";
const UNREACHABLE: &str = r#"
[mail]
from = "licenses@example.com"
[mail.postmark]
token = "a token"
api_base = "http://127.0.0.1:1"
"#;

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// A running server without its HTTP half.
pub(crate) struct Installation {
    folder: TempDir,
    server: Fulfillment,
    delivered: i64,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// Nobody listens where the mail provider should be, and every new letter is tried once.
    pub(crate) fn with_unreachable_provider() -> Self {
        let mut installation = Self::with(UNREACHABLE);
        installation.server.start_outbox(Arc::new(start)).unwrap();
        installation
    }

    /// Somewhere a store's own records can be asked, as fast as they answer.
    pub(crate) fn with_books(url: &str) -> Self {
        Self::with(&format!("access_token = \"{TOKEN}\"\napi_base = \"{url}\"\napi_pace = \"0s\"\n"))
    }

    /// On a database of the test's own.
    pub(crate) fn on(database: &TestDatabase) -> Self {
        Self::with(&format!("[database]\nurl = \"{}\"\n", database.url_text()))
    }

    fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "data_dir = \"{data}\"\nproducts_file = \"{products}\"\n[sources.gumroad]\nsecrets = [\"{SECRET}\"]\n{settings}",
            data = folder.path().join("data").display(),
            products = folder.path().join("products.yaml").display(),
        );
        std::fs::write(folder.path().join("mintmark.toml"), text).unwrap();
        std::fs::write(folder.path().join("products.yaml"), "gumroad:\n  known: core\n").unwrap();
        let settings = Settings::from_layers(Some(&folder.path().join("mintmark.toml")), []).unwrap();
        let server = initialize(settings, "2026-11-01T00:00:00Z".parse().unwrap()).unwrap();
        Self { folder, server, delivered: 0 }
    }

    /// Adds a product to the catalog, which the server in hand does not read again.
    pub(crate) fn map(&self, product: &str) {
        let text = format!("gumroad:\n  known: core\n  {product}: pro\n");
        std::fs::write(self.folder.path().join("products.yaml"), text).unwrap();
    }

    /// Tells of a sale, an hour after the one before, and fulfills it. The id of its row.
    pub(crate) fn sell(&mut self, sale: &str, product: &str) -> i64 {
        self.deliver(&sold(sale, product))
    }

    /// Tells of anything, and fulfills it. The id of its row.
    pub(crate) fn deliver(&mut self, body: &str) -> i64 {
        let now = start() + self.delivered.hours();
        self.delivered += 1;
        let delivery = self.server.accept(self.admit(), arrival(body), now).wait().unwrap();
        let fulfilled = pollster::block_on(self.server.fulfill(&delivery, now)).unwrap();
        if let (Fulfilled::Licensed { new_letter: Some(letter), .. }, Some(outbox)) =
            (fulfilled, self.server.outbox())
        {
            pollster::block_on(outbox.send_now(letter).unwrap()).unwrap();
        }
        delivery.id
    }

    /// Tells of many sales of a product at once, at the same time, and fulfills them.
    pub(crate) fn sell_all(&self, sales: impl IntoIterator<Item = String>, product: &str) {
        let told = sales.into_iter().map(async |sale| self.tell(&sale, product).await.unwrap());
        pollster::block_on(join_all(told));
    }

    /// Tells of a sale, as a store that is answered 503 if it comes to nothing.
    pub(crate) fn try_to_sell(&self, sale: &str, product: &str) -> Result<(), Error> {
        pollster::block_on(self.tell(sale, product))
    }

    async fn tell(&self, sale: &str, product: &str) -> Result<(), Error> {
        let delivery = self.server.accept(self.admit(), arrival(&sold(sale, product)), start()).await?;
        self.server.fulfill(&delivery, start()).await?;
        Ok(())
    }

    /// The server's half.
    pub(crate) fn server(&self) -> &Fulfillment {
        &self.server
    }

    fn admit(&self) -> Admitted {
        let query = format!("secret={SECRET}");
        let request = Request { query: Some(&query), headers: &[], body: None };
        self.server.authenticate("gumroad", &request, start()).unwrap()
    }

    /// The program in the installation's folder, with an empty environment.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mintmark-replay"));
        command.args(arguments).env_clear().current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn replay(&self, arguments: &[&str]) -> Finished {
        self.program(arguments).output().unwrap().into()
    }

    /// What `--json` prints, line by line.
    pub(crate) fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let finished = self.replay(arguments);
        finished.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Does to the database what somebody with SQL could do.
    pub(crate) fn tamper(&self, statement: &str) {
        let file = self.folder.path().join("data").join("mintmark.db");
        mintmark_storage::testing::tamper(&mintmark_storage::DatabaseUrl::sqlite(&file), statement);
    }

    /// Of a file beside the settings.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn holds(&self, file: &str) -> bool {
        self.folder.path().join(file).exists()
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn sold(sale: &str, product: &str) -> String {
    format!("sale_id={sale}&product_id={product}&email=ada%40example.com&price=1000&resource_name=sale")
}

fn arrival(body: &str) -> Arrival {
    Arrival {
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        remote_address: Some("203.0.113.7".to_owned()),
        body: ArrivedBody::Whole(body.as_bytes().to_vec()),
    }
}

/// When the first delivery comes.
fn start() -> Timestamp {
    "2026-11-02T00:00:00Z".parse().unwrap()
}

/// The names of an object's fields, in their order.
pub(crate) fn fields(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}
