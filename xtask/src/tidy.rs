//! The rules of the house, checked: what no compiler refuses and no reviewer should have to look for.

mod arrows;
mod migrations;
mod settings;
mod sources;
mod test_code;

use std::process::ExitCode;

/// Prints every broken rule; the same rules are tests, so `cargo test` finds them too.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let broken = violations()?;
    for violation in &broken {
        println!("{violation}");
    }
    if broken.is_empty() {
        println!("tidy");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} rules broken", broken.len());
    Ok(ExitCode::FAILURE)
}

fn violations() -> anyhow::Result<Vec<String>> {
    let mut all = arrows::violations()?;
    all.extend(sources::violations()?);
    all.extend(settings::violations()?);
    all.extend(migrations::violations()?);
    Ok(all)
}
