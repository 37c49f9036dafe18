//! `mintmark-admin mint`: a license that the operator grants.

use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{
    Address, Fulfilled, Fulfillment, License, Mailing, Mint, Outcome, Records, Role, Settings, printable,
};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin mint --product datatools-core --email ada@example.com --note 'conference prize'
  mintmark-admin mint --product datatools-core --email ada@example.com --order invoice-17 --quantity 5

An order that was minted before keeps its license: it is found, and printed again.";

/// Mints a license by hand, and puts its letter into the queue, which a running server empties
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct MintCommand {
    /// The product, as config/products.yaml names it under manual, or under any one store
    #[arg(long, value_name = "ID")]
    product: String,
    /// Where the letter goes
    #[arg(long, value_name = "ADDRESS", value_parser = Address::parse)]
    email: Address,
    /// Who the license is for (default: the part of the address before the at sign)
    #[arg(long)]
    name: Option<String>,
    /// Units or seats
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    quantity: u32,
    /// The order, which has one license however often it is minted (default: a new one)
    #[arg(long, value_name = "ID")]
    order: Option<String>,
    /// Why, for whoever reads the audit row later
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Print the license as a line of JSON
    #[arg(long)]
    json: bool,
}

impl MintCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let fulfillment = Fulfillment::open(settings, Role::Tool, now)?;
        let (fulfilled, row) = fulfillment.mint_by_hand(&self.facts(), now)?;
        let Fulfilled::Licensed { license_key, mailing, .. } = fulfilled else {
            let reason = printable(row.error.or(row.reason).as_deref().unwrap_or("no reason is known"));
            return Err(Failure::NotMinted { reason, row: row.id });
        };
        let license = only(fulfillment.records(), &license_key)?;
        if self.json {
            writeln!(output, "{}", fulfillment.records().license_json(&license)?)?;
        } else {
            output.write_all(report(&license, row.outcome, &mailing).as_bytes())?;
        }
        Ok(Ending::Done)
    }

    fn facts(&self) -> Mint {
        Mint {
            order_id: self.order.clone().unwrap_or_else(|| format!("manual-{}", uuid::Uuid::new_v4())),
            product_id: self.product.clone(),
            email: self.email.as_str().to_owned(),
            name: self.name.clone(),
            quantity: Some(self.quantity),
            sold_at: None,
            note: self.note.clone(),
        }
    }
}

fn only(records: &Records, license_key: &str) -> Result<License, Failure> {
    let mut named = records.licenses_named(license_key)?;
    Ok(named.swap_remove(0))
}

fn report(license: &License, outcome: Option<Outcome>, mailing: &Mailing) -> String {
    let terms = &license.terms;
    let verb = if outcome == Some(Outcome::Found) { "This order has its license already" } else { "Minted" };
    let letter = match mailing {
        Mailing::Accepted => format!("sent to {}", terms.email),
        Mailing::Queued => format!("in the queue, to {}", terms.email),
        Mailing::Failed { reason } => format!("not sent: {reason}"),
    };
    let fields = [("order", terms.source_order_id.clone()), ("key", terms.key.clone()), ("letter", letter)];
    // The blob is not indented: it is there to be copied.
    format!("{verb}\n{}\n{}\n", sheet::fields(&fields), terms.blob)
}
