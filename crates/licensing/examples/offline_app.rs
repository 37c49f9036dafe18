//! A small app that runs without a network: one command is free, one needs a license.
//!
//! ```console
//! $ cargo run --example offline_app -- add license.dtlic     # or - and a paste
//! $ cargo run --example offline_app -- status
//! $ cargo run --example offline_app -- export
//! ```
//!
//! It keeps two files in the folder `OFFLINE_APP_DATA` (by default `offline-app`): the license and the marks.
//! `OFFLINE_APP_KEY` trusts the public key of your own server in place of the golden one.

use std::{
    env, fs,
    io::{self, Read},
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use mintmark_licensing::{
    Context, Keyring, License, Marks, PublicKey, Reason, Standing, Status, Verified, Verifier, intake,
};

/// An app in production embeds two: the active key, and a standby for the day of rotation.
const ACTIVE: PublicKey = PublicKey::embedded("IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI");

/// When this version was released, in Unix seconds. A build script can write it.
const RELEASED_AT: i64 = 1_767_225_600;

const DAY: i64 = 86_400;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[expect(clippy::print_stdout, reason = "a command line speaks on stdout")]
fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = match words[..] {
        ["add", file] => add(file)?,
        ["status"] => status()?,
        ["export"] => export()?,
        _ => "usage: offline_app add FILE | status | export".to_owned(),
    };
    println!("{said}");
    Ok(())
}

/// Takes a license up: mends the paste, proves it, and only then stores it.
fn add(file: &str) -> Result<String> {
    let mut paste = String::new();
    match file {
        "-" => io::stdin().read_to_string(&mut paste)?,
        file => fs::File::open(file)?.read_to_string(&mut paste)?,
    };
    let blob = intake(&paste)?;
    let license = verified(&blob)?;
    let standing = standing(&license)?;
    // An older blob of the same license must not take the place of the newer one.
    if let Status::Superseded { .. } = standing.status() {
        return Ok(format!("Not stored: {}.", standing.status()));
    }
    fs::create_dir_all(folder())?;
    fs::write(folder().join("license"), &blob)?;
    Ok(format!("Thank you. {}", in_words(&license, &standing)))
}

fn status() -> Result<String> {
    let Some(license) = stored()? else { return Ok("No license yet: offline_app add FILE".to_owned()) };
    Ok(in_words(&license, &standing(&license)?))
}

/// The feature that is paid for. What is asked is the standing, so an expired license opens nothing.
fn export() -> Result<String> {
    let Some(license) = stored()? else { return Ok("Exporting needs a license.".to_owned()) };
    let standing = standing(&license)?;
    if standing.grants("export-csv") {
        Ok("name,amount\nBatik,12".to_owned())
    } else {
        Ok(format!("Exporting is not available: {}.", standing.status()))
    }
}

/// The stored blob is proved at every start. A file that was edited is no license.
fn stored() -> Result<Option<Verified<License>>> {
    match fs::read_to_string(folder().join("license")) {
        Ok(blob) => verified(&blob).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn verified(blob: &str) -> Result<Verified<License>> {
    let key = env::var("OFFLINE_APP_KEY").ok().map_or(Ok(ACTIVE), |key| key.parse())?;
    let ring = Keyring::new([key])?;
    let line = env::var("OFFLINE_APP_LINE").unwrap_or_else(|_| "DT1".to_owned()).parse()?;
    // The code is what a buyer reads out to support.
    Verifier::new(&ring, line).verify(blob).map_err(|why| format!("{why} ({})", why.code()).into())
}

/// Judges the license now, and remembers what was seen.
fn standing(license: &License) -> Result<Standing<'_>> {
    let file = folder().join("marks");
    // Marks that are missing or damaged are those of a new machine: nobody is locked out for a broken file.
    let marks: Marks = fs::read_to_string(&file).ok().and_then(|line| line.parse().ok()).unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
    let standing = license.standing(&Context::at(now).with_build_date(RELEASED_AT).with_marks(&marks));
    if *standing.marks() != marks {
        fs::create_dir_all(folder())?;
        fs::write(&file, standing.marks().to_string())?;
    }
    Ok(standing)
}

fn in_words(license: &License, standing: &Standing<'_>) -> String {
    let whose = license.licensee().unwrap_or("you");
    let mut words = format!("Licensed to {whose}, {}: {}.", license.tier(), standing.status());
    if let Some(until) = standing.until() {
        words += &format!(" Until {} days after it was issued.", (until - license.issued_at()) / DAY);
    }
    for reason in standing.reasons().iter().filter(|reason| matches!(reason, Reason::RefreshDue { .. })) {
        words += &format!(" Note that {reason}.");
    }
    words
}

fn folder() -> PathBuf {
    env::var_os("OFFLINE_APP_DATA").map_or_else(|| PathBuf::from("offline-app"), PathBuf::from)
}
