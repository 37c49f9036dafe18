//! Who does something by hand, and why.

use clap::Args;
use mintmark_fulfillment::Operator;

/// What goes on record beside what is done.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OnRecord {
    /// Why, for whoever reads it later
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Who you are (default: MINTMARK_OPERATOR, or who is logged in)
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl OnRecord {
    /// Who and why.
    pub(crate) fn operator(&self) -> Operator {
        Operator::find(self.by.as_deref(), self.why.as_deref())
    }
}
