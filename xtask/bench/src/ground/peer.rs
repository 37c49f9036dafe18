//! The peer: a FastAPI server, in a virtual environment that is made once and kept beside the builds.

use super::mintmark::SECRET;
use super::{Ground, Home};
use crate::subject::Workers;
use anyhow::{Context, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = include_str!("../../peer/requirements.txt");

/// Where Python and the packages are.
#[derive(Debug)]
pub(crate) struct Peer {
    environment: PathBuf,
}

impl Peer {
    /// Uses the environment in that folder, or makes it; that is the only step that needs a package index.
    pub(super) fn install(parent: &Path) -> anyhow::Result<Self> {
        let environment = parent.join("mintmark-bench-peer");
        let made_of = environment.join("requirements.txt");
        if fs::read_to_string(&made_of).is_ok_and(|requirements| requirements == REQUIREMENTS) {
            return Ok(Self { environment });
        }
        println!("    making a virtual environment for the peer");
        quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let requirements = folder().join("requirements.txt");
        let pip = environment.join("bin/pip");
        quietly(Command::new(pip).args(["install", "--quiet", "--requirement"]).arg(requirements))?;
        fs::write(made_of, REQUIREMENTS)?;
        Ok(Self { environment })
    }

    /// What it is made of, in short.
    pub(super) fn packages() -> String {
        let is_named =
            |line: &&str| ["fastapi", "uvicorn", "SQLAlchemy"].iter().any(|name| line.starts_with(name));
        REQUIREMENTS.lines().filter(is_named).collect::<Vec<_>>().join(", ").replace("==", " ")
    }

    fn program(&self, name: &str, home: &Home) -> Command {
        let mut command = Command::new(self.environment.join("bin").join(name));
        command.current_dir(folder()).env("PYTHONDONTWRITEBYTECODE", "1").env("WEBHOOK_SECRET", SECRET);
        command.env("DATABASE_URL", sqlalchemy_url(home));
        command
    }
}

impl Ground {
    /// The peer with its tables made.
    pub(crate) fn peer_server(&self, home: &Home, workers: Workers) -> anyhow::Result<Command> {
        let peer = self.peer.as_ref().context("the peer is not installed")?;
        quietly(peer.program("python3", home).arg("app.py"))?;
        let mut command = peer.program("uvicorn", home);
        command.args(["app:app", "--host", "127.0.0.1", "--port", &home.address().port().to_string()]);
        command.args(["--workers", workers.number(), "--loop", "uvloop", "--http", "httptools"]);
        command.args(["--no-access-log", "--log-level", "warning"]);
        Ok(command)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peer")
}

fn sqlalchemy_url(home: &Home) -> String {
    match home.postgres() {
        Some(database) => {
            let url = database.url();
            let place = url.split_once("://").map_or(url.as_str(), |(_, place)| place);
            format!("postgresql+psycopg://{place}")
        }
        None => format!("sqlite:///{}", home.sqlite_file().display()),
    }
}

fn quietly(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(())
}
