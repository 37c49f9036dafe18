//! `mintmark-admin erase`: takes a person out of everything on record.

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::operator::OnRecord;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Address, Erasable, Erased, Fulfillment, Role, Settings, printable};
use mintmark_terminal::say;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin erase --email ada@example.com --dry-run
  mintmark-admin erase --email ada@example.com --why \"asked on 2026-11-20\"

What the store told of the person's orders, their address and name are removed from the
audit log, from licenses, letters and histories. A license goes on running; its newest
blob is signed again without the name. Each order is marked as erased: whatever is told
of it later mints nothing, mails nobody, and is emptied as well.

The audit log stays provable (`mintmark-replay verify`). Backups, the store, the mail
provider and blobs in the person's own hands are not reached from here.";

/// Takes a person out of everything on record, for good
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Erase {
    /// The person's e-mail address, as buyer, as giver of a gift, or wherever it is named
    #[arg(long, value_name = "ADDRESS", value_parser = Address::parse)]
    email: Address,
    #[command(flatten)]
    on_record: OnRecord,
    /// Only say what would be erased
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short, conflicts_with = "dry_run")]
    yes: bool,
}

impl Erase {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        if !self.yes && !self.dry_run && !confirm::can_be_asked() {
            return Err(Failure::Usage(
                "nobody is at the terminal to confirm; --yes erases without asking, --dry-run only looks",
            ));
        }
        let operator = self.on_record.operator();
        let fulfillment = Fulfillment::open(settings, Role::Tool, now)?;
        let found = fulfillment.erasable(self.email.as_str())?;
        if found.is_empty() {
            writeln!(output, "nothing is on record of this address")?;
            return Ok(Ending::Done);
        }
        if operator.why.as_deref().is_some_and(|why| found.is_named_in(why)) {
            return Err(Failure::Usage("--why names the person, and it stays on record"));
        }
        if self.dry_run {
            output.write_all(preview(&found).as_bytes())?;
            return Ok(Ending::Done);
        }
        let question = format!("{}Erase all of it, for good? [y/N] ", preview(&found));
        if !self.yes && confirm::ask(&question)? == Answer::No {
            say("nothing was erased");
            return Ok(Ending::Done);
        }
        let erased = fulfillment.erase(found, &operator.name, operator.why.as_deref(), Timestamp::now)?;
        output.write_all(summary(&erased).as_bytes())?;
        Ok(if erased.failed.is_empty() { Ending::Done } else { Ending::SomeFailed })
    }
}

fn preview(found: &Erasable) -> String {
    let mut words = format!(
        "On record of this address:\n{:>7}  orders\n{:>7}  deliveries that name it\n{:>7}  licenses\n{:>7}  letters\n",
        found.orders(),
        found.deliveries,
        found.licenses.len(),
        found.letters()
    );
    for license in &found.licenses {
        let status = license.state.status;
        words.push_str(&format!(
            "         {}  {status}, goes on without a name\n",
            printable(&license.terms.key)
        ));
    }
    words
}

fn summary(erased: &Erased) -> String {
    let Erased { orders, deliveries, licenses, letters, failed } = erased;
    let mut words =
        format!("erased: {orders} orders, {deliveries} deliveries, {licenses} licenses, {letters} letters\n");
    for (license, reason) in failed {
        words.push_str(&format!("license {license}: its blob still says the name: {}\n", printable(reason)));
    }
    words
}
