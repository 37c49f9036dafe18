//! `mintmark-admin license find`: licenses by whatever is known of them.

use crate::failure::{Ending, Failure};
use crate::license::list::Listing;
use clap::Args;
use mintmark_fulfillment::{LicenseFilter, Records};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin license find lovelace
  mintmark-admin license find example.com pro
  mintmark-admin license find XAHNW-KF2M0";

/// Finds licenses by parts of their buyer's address or name, their order, key, id or product
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Find {
    /// All of these, in upper or lower case
    #[arg(required = true)]
    words: Vec<String>,
    #[command(flatten)]
    listing: Listing,
}

impl Find {
    pub(crate) fn run(&self, records: &Records, output: &mut dyn Write) -> Result<Ending, Failure> {
        let filter = LicenseFilter { words: self.words.clone(), ..LicenseFilter::default() };
        self.listing.print(records, filter, output)
    }
}
