//! `mintmark-replay verify`: whether the audit log is as it was recorded.

mod heads;

use crate::failure::{Ending, Failure};
use clap::Args;
use mintmark_fulfillment::{AuditLog, ChainEnd, Flaw, Inspection};
use mintmark_terminal::progress::Progress;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay verify
  mintmark-replay verify --json
  mintmark-replay verify --heads /mnt/elsewhere/heads.jsonl
  mintmark-replay verify --expect /mnt/elsewhere/heads.jsonl

It names the first row of each chain that was altered, put in, moved or removed by
somebody without the file audit-key. It works beside a running server; rows that are
recorded meanwhile are left for the next time.

What it cannot see: forgeries by whoever has that file as well as the database, and a
whole database that was brought back to an older state. For the latter keep the heads
of the chains on another machine (--heads), and compare with them (--expect).

Exit codes: 0 the log is whole, 1 it is not, 2 wrong usage or configuration.";

/// Proves that no row of the audit log was altered, put in or removed
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Verify {
    /// Print each chain as a line of JSON
    #[arg(long)]
    json: bool,
    /// Write the heads of the chains to this file, to be kept elsewhere; not if the log is broken
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// Compare with the heads that an earlier run wrote to this file
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
}

/// A chain as `--json` prints it.
#[derive(Debug, Serialize)]
struct Line {
    chain: i64,
    /// How many rows were recorded in it; null if its end cannot be trusted.
    length: Option<i64>,
    link: Option<String>,
    whole: bool,
    flaw: Option<&'static str>,
    row: Option<i64>,
    message: Option<String>,
}

impl Verify {
    /// The heads that were noted at an earlier time.
    pub(crate) fn noted(&self) -> Result<Vec<ChainEnd>, Failure> {
        self.expect.as_deref().map_or(Ok(Vec::new()), heads::read)
    }

    pub(crate) fn run(
        &self,
        log: &AuditLog,
        noted: &[ChainEnd],
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let mut progress = Progress::of_a_walk();
        let inspection = log.verify(noted, |rows, recorded| progress.reach(rows, recorded))?;
        progress.finish();
        if self.json {
            for line in lines(&inspection) {
                serde_json::to_writer(&mut *output, &line).map_err(std::io::Error::from)?;
                writeln!(output)?;
            }
        } else {
            output.write_all(words(&inspection).as_bytes())?;
        }
        if !inspection.flaws.is_empty() {
            return Ok(Ending::SomeFailed);
        }
        if let Some(path) = &self.heads {
            heads::write(path, &inspection.ends)?;
        }
        Ok(Ending::Done)
    }
}

fn lines(inspection: &Inspection) -> Vec<Line> {
    let ends: BTreeMap<i64, &ChainEnd> = inspection.ends.iter().map(|end| (end.chain, end)).collect();
    let flaws: BTreeMap<i64, Flaw> = inspection.flaws.iter().copied().collect();
    let chains: BTreeSet<i64> = ends.keys().chain(flaws.keys()).copied().collect();
    let line = |chain| {
        let (end, flaw) = (ends.get(&chain), flaws.get(&chain));
        Line {
            chain,
            length: end.map(|end| end.length),
            link: end.map(|end| heads::hexadecimal(&end.link)),
            whole: flaw.is_none(),
            flaw: flaw.map(Flaw::as_str),
            row: flaw.and_then(Flaw::row),
            message: flaw.map(ToString::to_string),
        }
    };
    chains.into_iter().map(line).collect()
}

fn words(inspection: &Inspection) -> String {
    let Inspection { ends, rows, pruned, arrived, flaws } = inspection;
    let chains = ends.len();
    let mut words = String::new();
    for (chain, flaw) in flaws {
        match (chain, chains) {
            (0, _) => words.push_str(&format!("the table of the chains: {flaw}\n")),
            (1, 0 | 1) => words.push_str(&format!("{flaw}\n")),
            (chain, _) => words.push_str(&format!("chain {chain}: {flaw}\n")),
        }
    }
    let looked_at = counted(rows - arrived, "row");
    if !flaws.is_empty() {
        return words + &format!("The audit log is NOT whole; {looked_at} were looked at.\n");
    }
    let count = counted(u64::try_from(chains).unwrap_or(u64::MAX), "chain");
    let spared = if *pruned > 0 { format!("; {pruned} more were pruned") } else { String::new() };
    words.push_str(&format!("The audit log is whole: {looked_at} in {count}{spared}.\n"));
    for end in ends {
        let ChainEnd { chain, length, link } = end;
        words.push_str(&format!("  head of chain {chain}: {length} {}\n", heads::hexadecimal(link)));
    }
    words
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
