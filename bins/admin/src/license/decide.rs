//! `mintmark-admin license revoke`, `suspend`, `reinstate`, `reissue` and `rotate-key`: what an operator decides.

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::license::outcome;
use crate::license::table::{self, Line};
use crate::operator::OnRecord;
use crate::paper::Paper;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, License, Mail, Ruling};
use mintmark_terminal::say;
use std::io::Write;

/// What these commands take.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// A license id, a key, an order id, or an e-mail address
    name: String,
    #[command(flatten)]
    on_record: OnRecord,
    /// Write to the buyer, whatever products.yaml says of such an occasion
    #[arg(long)]
    mail: bool,
    /// All licenses of that name, if there are several
    #[arg(long)]
    all: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Print JSON Lines, one license a line
    #[arg(long)]
    json: bool,
}

impl Decide {
    pub(super) fn run(
        &self,
        ruling: Ruling,
        fulfillment: &Fulfillment,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let operator = self.on_record.operator();
        let licenses = fulfillment.records().licenses_named(&self.name)?;
        if !self.is_wanted(ruling, &licenses)? {
            say("nothing was changed");
            return Ok(Ending::Done);
        }
        let mail = if self.mail { Mail::Send } else { Mail::AsUsual };
        let decided = fulfillment.decide_upon(&licenses, ruling, mail, &operator, now)?;
        let mut ending = Ending::Done;
        for one in &decided {
            if self.json {
                let license = fulfillment.records().license_json(&one.after)?;
                writeln!(output, "{}", outcome::json(one, ruling, &operator, license))?;
            } else {
                output.write_all(outcome::report(one, ruling, &operator).as_bytes())?;
            }
            if !one.row.processed {
                ending = Ending::SomeFailed;
            }
        }
        Ok(ending)
    }

    /// Nobody's license is taken by a slip of the finger, or beside the one that is meant.
    fn is_wanted(&self, ruling: Ruling, licenses: &[License]) -> Result<bool, Failure> {
        let is_ambiguous = licenses.len() > 1 && !self.all;
        let asks = (takes_away(ruling) || licenses.len() > 1) && !self.yes;
        if is_ambiguous || asks {
            let lines: Vec<Line> = licenses.iter().map(Line::from).collect();
            say(table::render(&lines, Paper::of_stdout()).trim_end());
        }
        if is_ambiguous && (self.yes || !confirm::can_be_asked()) {
            return Err(Failure::Usage("several licenses have that name; give one's key or id, or --all"));
        }
        if !asks {
            return Ok(true);
        }
        if !confirm::can_be_asked() {
            return Err(Failure::Usage("nobody is at the terminal to confirm; --yes goes on without asking"));
        }
        let question = match licenses.len() {
            1 => format!("{} it? [y/N] ", outcome::verb(ruling)),
            count => format!("{} all {count}? [y/N] ", outcome::verb(ruling)),
        };
        Ok(confirm::ask(&question)? == Answer::Yes)
    }
}

fn takes_away(ruling: Ruling) -> bool {
    match ruling {
        Ruling::Revoke | Ruling::Suspend | Ruling::RotateKey | Ruling::Erase => true,
        Ruling::Reinstate | Ruling::Reissue => false,
    }
}
