//! The smoke test: the real binaries, real bodies over HTTP, both databases.

mod answer;
mod binaries;
mod command_lines;
mod letters;
mod rows;
mod sales;
mod server;
mod shop;
mod story;

use std::process::ExitCode;

pub(crate) use binaries::Profile;

use crate::postgres::Postgres;
use crate::report::Report;
use crate::test::supply;
use binaries::Binaries;
use shop::Shop;

/// The smoke test alone.
pub(crate) fn run(profile: Profile) -> ExitCode {
    let mut report = Report::default();
    let postgres = supply(&mut report);
    steps(&mut report, profile, postgres.as_ref());
    report.conclude()
}

/// The smoke test as steps of a longer run.
pub(crate) fn steps(report: &mut Report, profile: Profile, postgres: Option<&Postgres>) {
    let Some(binaries) = report.step("build the binaries", || Binaries::build(profile)) else {
        return;
    };
    report.step("smoke on SQLite", || tell(&Shop::open(&binaries, None)?));
    if let Some(postgres) = postgres {
        report.step("smoke on PostgreSQL", || {
            let database = postgres.empty_database()?;
            tell(&Shop::open(&binaries, Some(database.url()))?)
        });
    }
}

/// What the server printed is half of every explanation.
fn tell(shop: &Shop<'_>) -> anyhow::Result<()> {
    story::tell(shop).map_err(|error| anyhow::anyhow!("{error:#}\nthe server printed:\n{}", shop.logs()))
}
