//! `mintmark-admin mail hold`: letters that are not to be sent for now.

use super::obstacle;
use crate::failure::{Ending, Failure};
use crate::operator::OnRecord;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Handled, Records};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin mail hold 12 --why \"the buyer asked for an invoice first\"
  mintmark-admin mail retry 12        # sends it after all";

/// Keeps letters from being sent, until they are sent with `mail retry`
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, mut_arg("why", |why| why.required(true)))]
pub(crate) struct Hold {
    /// Numbers of letters, as `mail list` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
    #[command(flatten)]
    on_record: OnRecord,
}

impl Hold {
    pub(super) fn run(
        &self,
        records: &Records,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let operator = self.on_record.operator();
        let mut ending = Ending::Done;
        for id in &self.ids {
            let told = match records.hold_letter(*id, &operator, now)? {
                Handled::Done(_) => "held; `mintmark-admin mail retry` sends it".to_owned(),
                Handled::Refused(letter, obstacle) => {
                    ending = Ending::SomeFailed;
                    format!("not held: {}", obstacle::words(&letter, obstacle))
                }
                Handled::Unknown => {
                    ending = Ending::SomeFailed;
                    "there is no such letter; see: mintmark-admin mail list".to_owned()
                }
            };
            writeln!(output, "letter {id}  {told}")?;
        }
        Ok(ending)
    }
}
