//! The choice of rows that `list` and `run` share.

use crate::moment::Moment;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::AuditFilter;

/// Every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    /// Only rows with an error, letters that could not be sent included
    #[arg(long)]
    failed: bool,
    /// Only rows with something left to do
    #[arg(long)]
    unprocessed: bool,
    /// Only rows of this source, such as gumroad
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Only rows of this order; the id of a single sale finds it too
    #[arg(long, value_name = "ID")]
    order: Option<String>,
    /// Only what came at or after this time: RFC 3339, a date (midnight UTC), or an age such as 2h or 3d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only what came before this time
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
}

impl Filters {
    /// Whether no condition is given.
    pub(crate) fn are_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As the log understands them.
    pub(crate) fn resolve(&self, now: Timestamp) -> AuditFilter {
        AuditFilter {
            failed: self.failed,
            unprocessed: self.unprocessed,
            source: self.source.clone(),
            order: self.order.clone(),
            since: self.since.map(|moment| moment.resolve(now)),
            until: self.until.map(|moment| moment.resolve(now)),
            before: None,
            limit: None,
        }
    }
}
