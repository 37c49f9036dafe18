//! `mintmark-admin license`: the licenses, and their letters.

mod decide;
mod find;
mod list;
mod outcome;
mod report;
mod resend;
mod show;
mod story;
mod table;

use crate::failure::{Ending, Failure};
use clap::Subcommand;
use decide::Decide;
use find::Find;
use jiff::Timestamp;
use list::List;
use mintmark_fulfillment::{Fulfillment, Records, Role, Ruling, Settings};
use resend::Resend;
use show::Show;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    List(List),
    Find(Find),
    Show(Show),
    Resend(Resend),
    /// Takes licenses back, whatever the store tells, until they are reinstated
    #[command(mut_arg("why", required), after_help = REVOKE_HELP)]
    Revoke(Decide),
    /// Has licenses rest, whatever the store tells, until they are reinstated
    #[command(mut_arg("why", required), after_help = SUSPEND_HELP)]
    Suspend(Decide),
    /// Has licenses run, whatever the store told so far; what it tells from now on counts again
    #[command(after_help = REINSTATE_HELP)]
    Reinstate(Decide),
    /// Gives licenses a blob with the next number, made as products.yaml and the keys are today; the old one stays good
    #[command(after_help = REISSUE_HELP)]
    Reissue(Decide),
    /// Gives licenses another key; the old one is dead, and every blob that was made with it is void
    #[command(mut_arg("why", required), after_help = ROTATE_HELP)]
    RotateKey(Decide),
}

const REVOKE_HELP: &str = "\
Examples:
  mintmark-admin license revoke DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX --why 'posted in a forum'
  mintmark-admin license revoke ada@example.com --all --yes --mail --why 'refunded by bank transfer'";

const SUSPEND_HELP: &str = "\
Examples:
  mintmark-admin license suspend 0LbgWblyZZWtBbXQZCMjoA== --why 'asked the buyer who else uses it'";

const REINSTATE_HELP: &str = "\
Examples:
  mintmark-admin license reinstate 0LbgWblyZZWtBbXQZCMjoA== --why 'paid by bank transfer' --mail";

const REISSUE_HELP: &str = "\
Examples:
  mintmark-admin license reissue 0LbgWblyZZWtBbXQZCMjoA== --why 'new entitlements' --mail";

const ROTATE_HELP: &str = "\
Examples:
  mintmark-admin license rotate-key DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX --why 'posted in a forum' --mail

Without --mail the buyer does not have the new key: mintmark-admin license resend sends it.";

/// For commands whose reason must be given.
fn required(argument: clap::Arg) -> clap::Arg {
    argument.required(true)
}

impl LicenseCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::List(list) => list.run(&Records::open(&settings)?, now, output),
            Self::Find(find) => find.run(&Records::open(&settings)?, output),
            Self::Revoke(decide) => decided(decide, Ruling::Revoke, settings, now, output),
            Self::Suspend(decide) => decided(decide, Ruling::Suspend, settings, now, output),
            Self::Reinstate(decide) => decided(decide, Ruling::Reinstate, settings, now, output),
            Self::Reissue(decide) => decided(decide, Ruling::Reissue, settings, now, output),
            Self::RotateKey(decide) => decided(decide, Ruling::RotateKey, settings, now, output),
            Self::Show(show) => show.run(&Records::open(&settings)?, output),
            Self::Resend(resend) => {
                resend.check(&settings)?;
                resend.run(&Fulfillment::open(settings, Role::Tool, now)?, now, output)
            }
        }
    }
}

fn decided(
    decide: &Decide,
    ruling: Ruling,
    settings: Settings,
    now: Timestamp,
    output: &mut dyn Write,
) -> Result<Ending, Failure> {
    decide.run(ruling, &Fulfillment::open(settings, Role::Tool, now)?, now, output)
}
