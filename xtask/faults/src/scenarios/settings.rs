//! Wrong settings: all of them told at once, by name and place, with exit code 2, and never a value.

use std::fs;
use std::net::TcpListener;

use anyhow::{Context as _, ensure};

use crate::context::Context;
use crate::installation::Installation;
use crate::refusal::Refusal;

/// No value that is set here may be printed.
const CANARY: &str = "canary";

/// A variable, a wrong value, and a word of what has to be said.
const VARIABLES: [(&str, &str, &str); 12] = [
    ("MINTMARK_HTTP__BIND", "canary-1", "address"),
    ("MINTMARK_HTTP__PROT", "canary-2", "no such setting"),
    ("MINTMARK_HTTP__TRUSTED_PROXIES", "[\"canary-3\"]", "network"),
    ("MINTMARK_DATABASE__URL", "postgers://u:canary-4@h/d", "postgres://"),
    ("GUMROAD_WEBHOOK_SECRET", "canary-5", "16 characters"),
    ("MINTMARK_SOURCES__GUMROAD__API_BASE", "http://canary-6.example", "https"),
    ("MINTMARK_SIGNING__LICENSEE", "canary-7", "expected"),
    ("MINTMARK_MAIL__PROVIDER", "canary-8", "postmark"),
    ("MINTMARK_MAIL__FROM", "canary-9", "sender"),
    ("MINTMARK_MAIL__WAIT", "canary-10", ""),
    ("MINTMARK_MAIL__POSTMARK__API_BASE", "http://canary-11.example", "https"),
    ("MINTMARK_MAIL__SMTP__URL", "ftp://u:canary-12@h", "smtp"),
];

/// Each line but the first is wrong.
const FILE: &str = "\
data_dir = \"data\"
colour = \"canary-20\"
[http]
bind = \"canary-21\"
[sources.gumroad]
secrets = [\"canary-22\", \"canary-23\"]
";

/// The first line that is no TOML holds what must not be printed.
const NO_TOML: &str = "data_dir = \"data\"\nsecrets = canary-30\n";

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    for (name, value, word) in VARIABLES {
        one(context, name, value, word).with_context(|| name.to_owned())?;
    }
    all_at_once(context).context("all at once")?;
    file(context, FILE, &["mintmark.toml:2", "mintmark.toml:4", "mintmark.toml:6"]).context("a file")?;
    file(context, NO_TOML, &["mintmark.toml:2"]).context("a file that is no TOML")?;
    catalog(context).context("a catalog")?;
    port_in_use(context).context("a port that is in use")?;
    context.figure(format!("{} variables, 2 files, a catalog, a port", VARIABLES.len()));
    Ok(())
}

fn one(context: &Context<'_>, name: &str, value: &str, word: &str) -> anyhow::Result<()> {
    let mut installation = context.installation()?;
    installation.set(name, value);
    refused(&installation)?.says(&[name, word])
}

fn all_at_once(context: &Context<'_>) -> anyhow::Result<()> {
    let mut installation = context.installation()?;
    VARIABLES.iter().for_each(|(name, value, _)| installation.set(name, value));
    let refusal = refused(&installation)?;
    VARIABLES.iter().try_for_each(|(name, ..)| refusal.says(&[name]))
}

fn file(context: &Context<'_>, text: &str, places: &[&str]) -> anyhow::Result<()> {
    let mut installation = context.installation()?;
    installation.unset("MINTMARK_HTTP__BIND");
    fs::write(installation.folder().join("mintmark.toml"), text)?;
    let refusal = refused(&installation)?;
    places.iter().try_for_each(|place| refusal.says(&[place]))
}

fn catalog(context: &Context<'_>) -> anyhow::Result<()> {
    let installation = context.installation()?;
    let text = "gumroad:\n  one: { tier: CORE, seets: 1 }\n  one: core\nnobody:\n  two: core\n";
    fs::write(installation.folder().join("products.yaml"), text)?;
    refused(&installation)?.says(&["products.yaml"])
}

fn port_in_use(context: &Context<'_>) -> anyhow::Result<()> {
    let mut installation = context.installation()?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    installation.set("MINTMARK_HTTP__BIND", &address);
    refused(&installation)?.says(&["http.bind", &address])
}

/// With exit code 2, no value, and nothing made; the check of the settings says the same.
fn refused(installation: &Installation<'_>) -> anyhow::Result<Refusal> {
    let refusal = Refusal::of(installation)?;
    ensure!(refusal.code == 2, "the exit code is {}:\n{}", refusal.code, refusal.words);
    ensure!(!refusal.words.contains(CANARY), "a value is printed:\n{}", refusal.words);
    ensure!(!installation.data_folder().exists(), "something was made");
    Ok(refusal)
}
