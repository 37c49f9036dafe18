//! A folder or file that the server may not use: it says which and what to do, at once, and starts nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::context::Context;
use crate::installation::Installation;
use crate::refusal::Refusal;

/// Root may do everything, so where we are root the server runs as the account that owns nothing.
const NOBODY: u32 = 65_534;

/// What is forbidden, the path that the words have to name, and its mode.
const FORBIDDEN: [(&str, &str, u32); 5] = [
    ("the data folder is read-only", "data", 0o500),
    ("the data folder is closed", "data", 0o000),
    ("the database is read-only", "data/mintmark.db", 0o400),
    ("the database is closed", "data/mintmark.db", 0o000),
    ("the signing key is closed", "data/signing-key.pk8", 0o000),
];

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let mut installation = context.installation()?;
    if rustix::process::geteuid().is_root() {
        chown(installation.folder(), Some(NOBODY), Some(NOBODY))?;
        installation.run_as(NOBODY);
    }
    installation.start()?.stop()?;
    for (what, path, mode) in FORBIDDEN {
        forbidden(&installation, &installation.folder().join(path), mode).with_context(|| what.to_owned())?;
    }
    another_owner(&installation).context("the data folder belongs to somebody else")?;
    missing_parent(&mut installation).context("the data folder cannot be made")?;
    context.figure(format!("{} refusals", FORBIDDEN.len() + 2));
    Ok(())
}

fn forbidden(installation: &Installation<'_>, path: &Path, mode: u32) -> anyhow::Result<()> {
    let before = fs::metadata(path)?.permissions();
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    let refused = Refusal::of(installation);
    fs::set_permissions(path, before)?;
    names_path_and_fix(&refused?, path)?;
    installation.start()?.stop()?;
    Ok(())
}

fn another_owner(installation: &Installation<'_>) -> anyhow::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let folder = installation.data_folder();
    chown(&folder, Some(0), Some(0))?;
    let refused = Refusal::of(installation);
    chown(&folder, Some(NOBODY), Some(NOBODY))?;
    names_path_and_fix(&refused?, &folder)
}

fn missing_parent(installation: &mut Installation<'_>) -> anyhow::Result<()> {
    let file = installation.folder().join("a-file");
    fs::write(&file, "")?;
    let folder = file.join("data");
    installation.set("MINTMARK_DATA_DIR", &folder.display().to_string());
    names_path_and_fix(&Refusal::of(installation)?, &folder)
}

/// The system's own words say that something is forbidden; a person needs to know where, and what to do.
fn names_path_and_fix(refusal: &Refusal, path: &Path) -> anyhow::Result<()> {
    refusal.says(&[&path.display().to_string()])?;
    let fixes = ["has to own", "has to be there"];
    let told = fixes.iter().any(|fix| refusal.words.contains(fix));
    ensure!(told, "nobody is told what to do:\n{}", refusal.words);
    Ok(())
}
