//! What the subjects stand on: programs, databases, a folder, and mail providers.

mod home;
mod mintmark;
mod peer;
mod running;

pub(crate) use home::Home;
pub(crate) use running::Running;

use crate::child::{Server, free_address};
use crate::postgres::Postgres;
use crate::subject::Database;
use anyhow::Context;
use peer::Peer;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Shared by all subjects of a run.
#[derive(Debug)]
pub(crate) struct Ground {
    /// Where the release builds of our programs are.
    programs: PathBuf,
    postgres: Option<Postgres>,
    peer: Option<Peer>,
    provider: Provider,
    black_hole: Provider,
    folder: TempDir,
}

/// A double of a mail provider.
#[derive(Debug)]
struct Provider {
    address: SocketAddr,
    _server: Server,
}

impl Ground {
    /// With the programs that lie beside this one, and the PostgreSQL server that the environment names.
    pub(crate) fn prepare() -> anyhow::Result<Self> {
        let ourselves = std::env::current_exe()?;
        let programs = ourselves.parent().context("a program lies in a folder")?.to_owned();
        let folder = tempfile::Builder::new().prefix("mintmark-bench-").tempdir()?;
        let provider = Provider::start("provider", folder.path())?;
        let black_hole = Provider::start("black-hole", folder.path())?;
        Ok(Self { programs, postgres: Postgres::named(), peer: None, provider, black_hole, folder })
    }

    pub(crate) fn postgres_version(&self) -> anyhow::Result<Option<String>> {
        self.postgres.as_ref().map(Postgres::version).transpose()
    }

    /// Makes the peer ready; without Python or its packages there is none.
    pub(crate) fn install_peer(&mut self) -> anyhow::Result<()> {
        let builds = self.programs.parent().unwrap_or(&self.programs);
        self.peer = Some(Peer::install(builds)?);
        Ok(())
    }

    pub(crate) fn has_peer(&self) -> bool {
        self.peer.is_some()
    }

    pub(crate) fn peer_packages(&self) -> Option<String> {
        self.has_peer().then(Peer::packages)
    }

    pub(crate) fn has_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// A folder, an address, and an empty database if one is wanted.
    pub(crate) fn home(&self, database: Option<Database>) -> anyhow::Result<Home> {
        let postgres = match database {
            Some(Database::Postgres) => {
                let server = self.postgres.as_ref().context("there is no PostgreSQL server")?;
                Some(server.empty_database()?)
            }
            Some(Database::Sqlite) | None => None,
        };
        Home::new(self.folder.path(), postgres)
    }

    /// A part of this very program, as a server at that home.
    pub(crate) fn part(&self, name: &str, home: &Home, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join("mintmark-bench"));
        command.arg(name).arg(home.address().to_string()).args(arguments);
        command
    }
}

impl Provider {
    fn start(part: &str, folder: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        let mut server = Server::start(
            command.arg(part).arg(address.to_string()),
            &folder.join(part).with_extension("log"),
        )?;
        server.wait_until(|| TcpStream::connect(address).is_ok())?;
        Ok(Self { address, _server: server })
    }
}
