//! A database that is damaged, is none, or is newer: refused and left as it is, never replaced by an empty one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use xtask::workspace;

use crate::context::Context;
use crate::database::{self, Kind};
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::refusal::Refusal;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 0, refunds: 0 };
const PAGE: usize = 4096;

/// What happens to the bytes of the file.
type Damage = fn(&mut Vec<u8>);

const DAMAGES: [(&str, Damage); 4] = [
    ("it is a text", |bytes| *bytes = b"Dear customer,\n".repeat(1000)),
    ("its first page is overwritten", |bytes| bytes[..PAGE].fill(0xA5)),
    ("it is empty", Vec::clear),
    ("its second half is gone", |bytes| bytes.truncate(bytes.len() / 2 / PAGE * PAGE)),
];

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let mut installation = context.installation()?;
    sell(&mut installation)?;
    if context.kind == Kind::Sqlite {
        for (what, damage) in DAMAGES {
            refused_and_untouched(&installation, damage).with_context(|| what.to_owned())?;
        }
        context.figure(format!("{} damages", DAMAGES.len()));
    }
    newer(&installation).context("it is newer")?;
    foreign(context).context("it is somebody else's")?;
    context.figure("a newer schema, foreign tables");
    Ok(())
}

fn sell(installation: &mut Installation<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    installation.mail_to(&sink);
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    std::thread::sleep(Duration::from_secs(1));
    selling.finish()?;
    ledger.check(installation, &sink, 0)?;
    server.stop()?;
    // A log that a clean stop leaves behind would hold what the damaged file has lost.
    let left = workspace::names_in(&installation.data_folder())?;
    ensure!(!left.iter().any(|name| name.ends_with("-wal")), "a clean stop leaves {left:?}");
    Ok(())
}

fn refused_and_untouched(installation: &Installation<'_>, damage: Damage) -> anyhow::Result<()> {
    let file = database::file(&installation.data_folder());
    let healthy = fs::read(&file)?;
    let mut damaged = healthy.clone();
    damage(&mut damaged);
    fs::write(&file, &damaged)?;
    Refusal::of(installation)?.says(&["mintmark.db"])?;
    ensure!(fs::read(&file)? == damaged, "the damaged file was written into");
    no_other_database(&installation.data_folder(), &file)?;
    fs::write(&file, healthy)?;
    installation.start()?.stop()?;
    Ok(())
}

/// Whatever SQLite leaves beside the file is its own; a second database would hide the first.
fn no_other_database(folder: &Path, file: &Path) -> anyhow::Result<()> {
    let names = workspace::names_in(folder)?;
    let databases: Vec<PathBuf> = names
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| path.extension() == file.extension())
        .collect();
    ensure!(databases == [file], "there are {databases:?}");
    Ok(())
}

fn newer(installation: &Installation<'_>) -> anyhow::Result<()> {
    let mut witness = installation.witness()?;
    witness.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")?;
    let before = witness.number("SELECT count(*) AS value FROM deliveries")?;
    Refusal::of(installation)?.says(&["newer", "99990101000000"])?;
    ensure!(witness.number("SELECT count(*) AS value FROM deliveries")? == before, "rows are gone");
    witness.execute("DELETE FROM __diesel_schema_migrations WHERE version = '99990101000000'")?;
    installation.start()?.stop()?;
    Ok(())
}

/// Another program's database, by a slip in the URL.
fn foreign(context: &Context<'_>) -> anyhow::Result<()> {
    let installation = context.installation()?;
    if context.kind == Kind::Sqlite {
        fs::create_dir(installation.data_folder())?;
        fs::write(database::file(&installation.data_folder()), "")?;
    }
    let mut witness = installation.witness()?;
    witness.execute("CREATE TABLE orders (id INTEGER)")?;
    Refusal::of(&installation)?.says(&["tables that are not Mintmark's"])?;
    ensure!(
        witness.number("SELECT count(*) AS value FROM orders")? == 0,
        "somebody else's table was changed"
    );
    Ok(())
}
