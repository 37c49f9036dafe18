//! Who settles a row by hand, and why.

use clap::Args;
use mintmark_fulfillment::Operator;

/// What goes on record beside what is done.
#[derive(Debug, Clone, Args)]
pub(crate) struct OnRecord {
    /// Why, and how you know, for whoever reads it later
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Who you are (default: MINTMARK_OPERATOR, or who is logged in)
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl OnRecord {
    /// Who and why.
    pub(crate) fn operator(&self) -> Operator {
        Operator::find(self.by.as_deref(), Some(&self.why))
    }
}
