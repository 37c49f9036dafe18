//! `mintmark-admin blob verify`: whether a blob is ours, and what it may do now.

use super::input::Input;
use super::keys::{Judge, Trust};
use super::verdict::{self, Grade};
use crate::failure::{Ending, Failure};
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::Settings;
use mintmark_licensing::{Context, Rejected};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin blob verify license.dtlic
  mintmark-admin blob verify --intake - < pasted-from-a-mail.txt
  mintmark-admin blob verify --public-key Kd7AbcV8mEPkjibI6fjYJcANGD9zUTFp-f9kycFHRug --product DT1 license.dtlic
  mintmark-admin blob verify --lines --json --now 2027-01-01T00:00:00Z blobs.txt

Exit codes: 0 genuine and running, 1 genuine but not running, 3 rejected; 2 wrong usage or configuration.";

/// Says whether a blob is genuine, and whether it runs
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct VerifyCommand {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    trust: Trust,
    /// The time to judge by: Unix seconds, or a time such as 2027-01-01T00:00:00Z; now if left out
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    now: Option<i64>,
    /// Print one line of JSON for each blob
    #[arg(long)]
    json: bool,
}

impl VerifyCommand {
    pub(super) fn run(
        &self,
        load: impl Fn() -> Result<Settings, Failure>,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let judge = self.trust.judge(load)?;
        let now = self.now.unwrap_or(now.as_second());
        let mut worst = Grade::Running;
        for text in self.input.texts()? {
            worst = worst.max(self.judge(&judge, text, now, output)?);
        }
        Ok(match worst {
            Grade::Running => Ending::Done,
            Grade::NotRunning => Ending::SomeFailed,
            Grade::Rejected => Ending::Rejected,
        })
    }

    fn judge(
        &self,
        judge: &Judge,
        text: Result<String, Rejected>,
        now: i64,
        output: &mut dyn Write,
    ) -> Result<Grade, Failure> {
        let license = match text.and_then(|text| judge.verify(&text)) {
            Ok(license) => license,
            Err(rejected) if self.json => {
                writeln!(output, "{}", verdict::rejected_json(rejected))?;
                return Ok(Grade::Rejected);
            }
            Err(rejected) => {
                output.write_all(verdict::rejected_words(rejected).as_bytes())?;
                return Ok(Grade::Rejected);
            }
        };
        let standing = license.standing(&Context::at(now));
        if self.json {
            writeln!(output, "{}", verdict::json(&license, &standing))?;
        } else {
            output.write_all(verdict::words(&license, &standing).as_bytes())?;
        }
        Ok(if standing.may_run() { Grade::Running } else { Grade::NotRunning })
    }
}

fn seconds(text: &str) -> Result<i64, String> {
    let unix = text.parse::<i64>().ok();
    let written = || text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    unix.or_else(written)
        .ok_or_else(|| "Unix seconds or a time such as 2027-01-01T00:00:00Z are expected".to_owned())
}
