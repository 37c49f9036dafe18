//! One installation under test: a folder, a catalog, a database, a port, and nothing from the environment of whoever
//! runs this.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use xtask::{port, workspace};

use crate::binaries::Binaries;
use crate::database::{Database, Witness};
use crate::server::Server;
use crate::sink::Sink;

/// The secret of the ping URL. What is secret begins with these letters, so that a log can be searched for it.
pub(crate) const SECRET: &str = "canary-webhook-secret-4711";
/// The token of the mail provider.
pub(crate) const TOKEN: &str = "canary-postmark-token-4711";
/// The one product of the catalog.
pub(crate) const PRODUCT: &str = "Hg-vmbS4ZLqYN_KlAZSBkA==";

/// What servers are started with, and where they leave what they write.
#[derive(Debug)]
pub(crate) struct Installation<'a> {
    // The database goes first: its server may still hold files of the folder.
    database: Database<'a>,
    folder: TempDir,
    binaries: &'a Binaries,
    port: u16,
    variables: BTreeMap<String, String>,
    account: Option<u32>,
    starts: AtomicU32,
}

impl<'a> Installation<'a> {
    pub(crate) fn open(binaries: &'a Binaries, database: Database<'a>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mintmark-fault-").tempdir()?;
        let catalog = format!("gumroad:\n  \"{PRODUCT}\": core\n");
        fs::write(folder.path().join("products.yaml"), catalog)?;
        let port = port::free()?;
        let mut installation = Self {
            database,
            folder,
            binaries,
            port,
            variables: BTreeMap::new(),
            account: None,
            starts: AtomicU32::new(0),
        };
        let data = installation.data_folder();
        let path = |path: PathBuf| path.display().to_string();
        installation.set("MINTMARK_DATA_DIR", &path(data.clone()));
        installation.set("MINTMARK_PRODUCTS_FILE", &path(installation.folder.path().join("products.yaml")));
        installation.set("MINTMARK_DATABASE__URL", &installation.database.url(&data));
        installation.set("MINTMARK_HTTP__BIND", &format!("127.0.0.1:{port}"));
        installation.set("GUMROAD_WEBHOOK_SECRET", SECRET);
        Ok(installation)
    }

    /// From the next start on, letters go to this sink.
    pub(crate) fn mail_to(&mut self, sink: &Sink) {
        self.set("POSTMARK_TOKEN", TOKEN);
        self.set("MINTMARK_MAIL__FROM", "Example Apps <licenses@example.com>");
        self.set("MINTMARK_MAIL__POSTMARK__API_BASE", &sink.url());
    }

    /// A variable of the environment, from the next start on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// A variable as it is set now.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    /// The servers that start from now on listen on another port; answers their address.
    pub(crate) fn move_to(&mut self, port: u16) -> String {
        self.port = port;
        self.set("MINTMARK_HTTP__BIND", &format!("127.0.0.1:{port}"));
        self.address()
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// From the next start on, servers run under this account; only root can have that.
    pub(crate) fn run_as(&mut self, account: u32) {
        self.account = Some(account);
    }

    /// A program of ours, told of this installation and of nothing else.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.path(name));
        command.env_clear().envs(&self.variables).current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some(account) = self.account {
            command.uid(account).gid(account);
        }
        command
    }

    /// Starts a server and returns when it says that it is ready. Each start has a log of its own.
    pub(crate) fn start(&self) -> anyhow::Result<Server> {
        let mut server = self.spawn()?;
        server.await_readiness()?;
        Ok(server)
    }

    /// Starts a server and returns at once.
    pub(crate) fn spawn(&self) -> anyhow::Result<Server> {
        self.spawn_as(self.program("mintmark-server"))
    }

    /// Starts a server by a command that ends as one.
    pub(crate) fn spawn_as(&self, command: Command) -> anyhow::Result<Server> {
        let start = self.starts.fetch_add(1, Ordering::Relaxed) + 1;
        let log = self.logs_folder().join(format!("server-{:04}.log", start));
        fs::create_dir_all(self.logs_folder())?;
        Server::spawn(command, log, self.port)
    }

    /// Everything that any server of this installation has printed, start by start.
    pub(crate) fn logs(&self) -> anyhow::Result<String> {
        let folder = self.logs_folder();
        let mut logs = String::new();
        for name in workspace::names_in(&folder)? {
            logs.push_str(&String::from_utf8_lossy(&fs::read(folder.join(name))?));
        }
        Ok(logs)
    }

    /// An onlooker's connection to the database.
    pub(crate) fn witness(&self) -> anyhow::Result<Witness> {
        self.database.connect(&self.data_folder())
    }

    /// Where the server keeps what it must not lose.
    pub(crate) fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where its server listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn logs_folder(&self) -> PathBuf {
        self.folder.path().join("logs")
    }
}
