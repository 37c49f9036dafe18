//! `key rotate`: the standby key signs from now on.

use crate::failure::{Ending, Failure};
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Letters, Occasion, PublicKey, Rotated, Settings, printable, rotate};
use serde_json::json;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin key rotate
  mintmark-admin key rotate --compromised

Stop the server first. Back up the data folder before and after. If it is cut off,
run it again: it goes on where it was.";

/// Has the standby key sign licenses from now on. What the old key signed stays good, unless it is compromised
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Rotate {
    /// The old key may be in other hands: put it on the revocation list, and issue every license again
    #[arg(long)]
    compromised: bool,
    /// Mail the new licenses to their buyers, too; without it apps fetch them
    #[arg(long, requires = "compromised")]
    mail: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl Rotate {
    pub(crate) fn run(
        &self,
        settings: &Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let occasion = if self.compromised { Occasion::Compromise } else { Occasion::Routine };
        let mut rotated = rotate(settings, occasion, now)?;
        if !self.json {
            output.write_all(told(&rotated).as_bytes())?;
            output.flush()?;
        }
        let (mut reissued, mut failed) = (0, Vec::new());
        let letters = if self.mail { Letters::Each } else { Letters::None };
        while let Some(batch) =
            rotated.reissue.as_mut().map(|left| left.next_batch(letters, now)).transpose()?.flatten()
        {
            reissued += batch.licenses;
            failed.extend(batch.failed);
        }
        if self.json {
            let kid = |key: PublicKey| key.kid().to_string();
            let failed: Vec<_> =
                failed.iter().map(|(id, reason)| json!({ "license": id, "reason": reason })).collect();
            let shown = json!({
                "kid": kid(rotated.active), "retired_kid": rotated.retired.map(kid),
                "compromised": self.compromised, "reissued": reissued, "failed": failed,
            });
            writeln!(output, "{shown}")?;
        } else {
            output.write_all(self.ending(reissued, &failed).as_bytes())?;
        }
        Ok(if failed.is_empty() { Ending::Done } else { Ending::SomeFailed })
    }

    fn ending(&self, reissued: usize, failed: &[(String, String)]) -> String {
        let mut text = String::new();
        if self.compromised {
            text = format!("  issued again  {reissued} licenses\n");
        }
        for (id, reason) in failed {
            text.push_str(&format!("  not issued    {id}: {}\n", printable(reason)));
        }
        text.push_str(
            "\nStart the server. Copy signing-key.pk8 to every other server of this database,\n\
             and restart it. Make the next standby key: mintmark-admin key standby\n",
        );
        text
    }
}

fn told(rotated: &Rotated) -> String {
    let title = if rotated.retired.is_some() { "Rotated" } else { "Going on after an earlier rotation" };
    let mut text = format!("{title}\n  signs now     {}\n", rotated.active.kid());
    if let Some(retired) = rotated.retired {
        text.push_str(&format!("  retired       {0}, kept as retired-key-{0}.pk8\n", retired.kid()));
    }
    text
}
