//! `mintmark-admin license resend`: a further letter for a license.

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::operator::OnRecord;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Address, Fulfillment, Provider, Resent, Settings, printable};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin license resend ada@example.com
  mintmark-admin license resend 0LbgWblyZZWtBbXQZCMjoA== --to ada@new.example.com --why 'mailbox is full'
  mintmark-admin license resend --logged

Letters are put into the queue, which a running server empties.";

/// Puts a further letter for each named license into the queue
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Resend {
    /// A license id, a key, an order id, or an e-mail address
    #[arg(required_unless_present = "logged")]
    name: Option<String>,
    /// Another address than the buyer's, for this letter alone
    #[arg(long, value_name = "ADDRESS", value_parser = Address::parse, conflicts_with = "logged")]
    to: Option<Address>,
    /// All licenses whose letter lies in the letters folder and was never mailed
    #[arg(long, conflicts_with = "name")]
    logged: bool,
    #[command(flatten)]
    on_record: OnRecord,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Resend {
    /// What was typed, before anything is opened.
    pub(super) fn check(&self, settings: &Settings) -> Result<(), Failure> {
        if self.logged && settings.mail.provider == Provider::Folder {
            return Err(Failure::Usage(
                "no mail provider is configured: the letters would land in the folder again",
            ));
        }
        if self.logged && !self.yes && !confirm::can_be_asked() {
            return Err(Failure::Usage("nobody is at the terminal to confirm; --yes sends without asking"));
        }
        Ok(())
    }

    pub(super) fn run(
        &self,
        fulfillment: &Fulfillment,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let licenses = match &self.name {
            Some(name) => fulfillment.records().licenses_named(name)?,
            None => fulfillment.licenses_never_mailed()?,
        };
        let question = format!("Letters that were never mailed: {}. Queue them now? [y/N] ", licenses.len());
        let asks = self.logged && !self.yes && !licenses.is_empty();
        if asks && confirm::ask(&question)? == Answer::No {
            return Ok(Ending::Done);
        }
        let operator = self.on_record.operator();
        let resent = fulfillment.resend(&licenses, self.to.as_ref(), Some(&operator), now)?;
        let mut ending = Ending::Done;
        for (license, resent) in licenses.iter().zip(resent) {
            writeln!(output, "{}  {}", license.terms.key, told(&resent))?;
            if resent.held.is_some() {
                ending = Ending::SomeFailed;
            }
        }
        Ok(ending)
    }
}

fn told(resent: &Resent) -> String {
    let letter = resent.letter;
    match &resent.held {
        None => format!("letter {letter} queued, to {}", printable(&resent.recipient)),
        Some(reason) => format!("letter {letter} held: {reason}; --to ADDRESS sends it elsewhere"),
    }
}
