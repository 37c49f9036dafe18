//! Everything that a mail provider can do wrong, each with what has to become of the letter.

mod case;
mod postmark;
mod smtp;

use std::thread;

use anyhow::{Context as _, bail, ensure};

use crate::binaries::Binaries;
use crate::context::{Context, Length};
use crate::database::{Database, Kind};
use case::Case;

/// Every case has a shop of its own, because a provider's trouble pauses the whole channel; so all run at once.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let cases = chosen(context);
    let databases = cases.iter().map(|_| context.database()).collect::<anyhow::Result<Vec<_>>>()?;
    let failures = try_all(&context.bench.binaries, &cases, databases);
    context.figure(format!("{} kinds of failure", cases.len()));
    ensure!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
    Ok(())
}

/// What a failure means is decided far from any database, so the short form asks the second one for a few only.
fn chosen(context: &Context<'_>) -> Vec<Case> {
    let is_long = context.bench.length == Length::Long;
    let all = postmark::cases().into_iter().chain(smtp::cases());
    let affordable = all.filter(|case| is_long || !case.takes_long);
    match (context.kind, is_long) {
        (Kind::Postgres, false) => affordable.step_by(5).collect(),
        _ => affordable.collect(),
    }
}

fn try_all(binaries: &Binaries, cases: &[Case], databases: Vec<Database<'_>>) -> Vec<String> {
    thread::scope(|scope| {
        let tries: Vec<_> = cases
            .iter()
            .zip(databases)
            .map(|(case, database)| {
                scope.spawn(move || case.run(binaries, database).with_context(|| case.name))
            })
            .collect();
        let ended = tries.into_iter().map(|case| case.join().unwrap_or_else(|_| bail!("a case panicked")));
        ended.filter_map(Result::err).map(|error| format!("    {error:#}")).collect()
    })
}
