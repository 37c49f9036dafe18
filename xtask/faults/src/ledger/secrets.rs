//! G: no log says what is secret or who bought.

use anyhow::ensure;

use crate::installation::{SECRET, TOKEN};
use crate::load::BUYER;

/// The beginnings of what no log may hold. Whole values would have to be looked for one by one.
const CANARIES: [(&str, &str); 5] = [
    ("the webhook secret", SECRET),
    ("the provider's token", TOKEN),
    ("a buyer's address", BUYER),
    ("a license key", "DT1-CORE-"),
    ("a license", "DTLIC2:"),
];

/// Looks at everything that the servers printed.
pub(super) fn check(log: &str) -> anyhow::Result<()> {
    for (what, canary) in CANARIES {
        let line = log.lines().find(|line| line.contains(canary));
        ensure!(line.is_none(), "G: a log holds {what}: {}", line.unwrap_or_default());
    }
    Ok(())
}
