//! A test's own installation: the real binary, on a database of its own.

use mintmark_fulfillment::{AuditFilter, Records, Settings};
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) const SECRET: &str = "a-secret-for-tests-only";
const PRODUCTS: &str = "gumroad:\n  datatools-core: core\n  Hg-vmbS4ZLqYN_KlAZSBkA==: core\n";
/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a supervisor does with a socket: it is descriptor 3, and two variables say so.
const PASS_THE_SOCKET: &str = r#"exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0""#;
const FEW_DESCRIPTORS: &str = r#"ulimit -S -n 128; exec "$0""#;
/// No file grows beyond four megabytes: the database's log meets an error that is not that of a full disk.
const FAILING_DISK: &str = r#"trap '' XFSZ; ulimit -f 8192; exec "$0""#;

/// What a server is started with.
pub(crate) struct Installation {
    pub(crate) database: TestDatabase,
    variables: Vec<(String, String)>,
}

impl Installation {
    pub(crate) fn on(database: TestDatabase) -> Self {
        let folder = database.folder();
        std::fs::write(folder.join("products.yaml"), PRODUCTS).unwrap();
        let path = |name: &str| folder.join(name).display().to_string();
        let variables = [
            ("MINTMARK_DATA_DIR", path("data")),
            ("MINTMARK_PRODUCTS_FILE", path("products.yaml")),
            ("MINTMARK_DATABASE__URL", database.url_text()),
            ("MINTMARK_HTTP__BIND", "127.0.0.1:0".to_owned()),
            ("MINTMARK_METRICS__BIND", "off".to_owned()),
            ("GUMROAD_WEBHOOK_SECRET", SECRET.to_owned()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { database, variables }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(set, _)| set != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mintmark-server"));
        command.env_clear().envs(self.variables.iter().cloned()).current_dir(self.database.folder());
        command
    }

    pub(crate) fn start(&self) -> Server {
        Self::started(self.command())
    }

    /// As systemd does with a socket unit: whoever connects before the server is there waits.
    pub(crate) fn start_on(&self, socket: &TcpListener) -> Server {
        let mut command = self.script(PASS_THE_SOCKET);
        command.stdin(Stdio::from(OwnedFd::from(socket.try_clone().unwrap())));
        Self::started(command)
    }

    /// With as few descriptors as some systems allow a process that does not ask for more.
    pub(crate) fn start_with_few_descriptors(&self) -> Server {
        Self::started(self.script(FEW_DESCRIPTORS))
    }

    /// With a disk that fails once some megabytes are written.
    pub(crate) fn start_on_a_failing_disk(&self) -> Server {
        Self::started(self.script(FAILING_DISK))
    }

    /// A shell that becomes the server; `$0` in the script is its path.
    fn script(&self, script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_mintmark-server")]);
        command.env_clear().envs(self.variables.iter().cloned()).current_dir(self.database.folder());
        command
    }

    fn started(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let reader = std::thread::spawn({
            let log = Arc::clone(&log);
            move || lines.map_while(Result::ok).for_each(|line| log.lock().unwrap().push(line))
        });
        let mut server = Server { child, address: String::new(), log, reader: Some(reader) };
        server.address = server.wait_for_log("listening")["bound"].as_str().unwrap().to_owned();
        server
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::from_layers(None, self.variables.clone()).unwrap()
    }

    pub(crate) fn records(&self) -> Records {
        Records::open(&self.settings()).unwrap()
    }

    /// Every audit row as `--json` prints it, oldest first.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let records = self.records();
        let rows = records.rows(&AuditFilter::default()).unwrap();
        rows.iter().rev().map(|row| records.delivery_json(row.id).unwrap()).collect()
    }

    pub(crate) fn licenses(&self) -> Vec<Value> {
        let records = self.records();
        let licenses = records.licenses(&Default::default()).unwrap();
        licenses.iter().map(|license| records.license_story_json(license).unwrap()).collect()
    }

    /// The files of the letters folder.
    pub(crate) fn letter_files(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.database.folder().join("data/letters")) else {
            return Vec::new();
        };
        folder.map(|file| file.unwrap().path()).collect()
    }
}

/// A running server; killed, by its id, when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

/// An answer: its status and its JSON.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) json: Value,
}

impl Server {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sells as a store does: a form to the URL with the secret.
    pub(crate) fn deliver(&self, body: &[u8]) -> Answer {
        self.post(&format!("/webhooks/gumroad?secret={SECRET}"), "application/x-www-form-urlencoded", body)
    }

    /// The status that a form with this secret is answered.
    pub(crate) fn status(&self, secret: &str, body: &[u8]) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("http://{}/webhooks/gumroad?secret={secret}", self.address);
        let request = agent.post(url).header("content-type", "application/x-www-form-urlencoded");
        request.send(body).unwrap().status().as_u16()
    }

    pub(crate) fn post(&self, target: &str, content_type: &str, body: &[u8]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request =
            agent.post(format!("http://{}{target}", self.address)).header("content-type", content_type);
        let mut response = request.send(body).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        Answer { status: response.status().as_u16(), json: serde_json::from_str(&text).unwrap() }
    }

    /// The first log line with this message.
    pub(crate) fn wait_for_log(&self, message: &str) -> Value {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let lines = self.log.lock().unwrap().clone();
            let found = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            if let Some(line) = found.into_iter().find(|line| line["message"] == message) {
                return line;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the log never said {message:?}: {:#?}", self.log.lock().unwrap());
    }

    /// Every log line about one delivery, found as an operator would find them.
    pub(crate) fn story(&self, delivery: i64) -> Vec<Value> {
        let wanted = [format!("\"delivery\":{delivery},"), format!("\"delivery\":{delivery}}}")];
        let lines = self.log.lock().unwrap().clone();
        let about = lines.iter().filter(|line| wanted.iter().any(|wanted| line.contains(wanted)));
        about.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    fn signal(&self, signal: &str) {
        assert!(
            Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap().success()
        );
    }

    /// The exit code and the whole log, once the server has ended.
    pub(crate) fn stop(self) -> (Option<i32>, String) {
        self.terminate();
        self.wait()
    }

    /// The exit code and the whole log, once the server has ended by itself.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "the server does not end: {:#?}", self.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        };
        self.reader.take().unwrap().join().unwrap();
        (status.code(), self.log.lock().unwrap().join("\n"))
    }

    /// As a power cut would: no goodbye.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where the server has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A sale of the mapped product, as a form.
pub(crate) fn sale(sale_id: &str) -> String {
    format!(
        "sale_id={sale_id}&product_id=datatools-core&product_name=Data%20Tools&email=jane%40example.com\
         &full_name=Jane%20Doe&price=4900&currency=usd&quantity=1&sale_timestamp=2026-03-14T09%3A26%3A53Z\
         &resource_name=sale&refunded=false&disputed=false&dispute_won=false"
    )
}

/// Asks until `ready` answers; only a failing test waits long.
pub(crate) fn wait_until(what: &str, mut ready: impl FnMut() -> bool) {
    let since = Instant::now();
    while !ready() {
        assert!(since.elapsed() < PATIENCE, "{what} never happened");
        std::thread::sleep(Duration::from_millis(20));
    }
}
