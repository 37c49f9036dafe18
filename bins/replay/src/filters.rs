//! The choice of rows that several commands share.

use crate::moment::Moment;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use mintmark_fulfillment::{AuditFilter, Origin, Outcome, RowState};

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
    /// Only rows that stand like this (waiting: something is left to do, and a server does it by itself; held: a person
    /// has to look; done: nothing is left to do or to mend)
    #[arg(long, value_name = "STATE", value_enum)]
    state: Option<State>,
    /// Only rows that led to this
    #[arg(long, value_name = "OUTCOME", value_parser = words(Outcome::ALL, Outcome::as_str))]
    outcome: Option<Outcome>,
    /// Only rows of this source, such as gumroad
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Only what came like this
    #[arg(long, value_name = "ORIGIN", value_parser = words(Origin::ALL, Origin::as_str))]
    origin: Option<Origin>,
    /// Only this event, such as sale or refund
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only rows of this order; the id of a single sale finds it too
    #[arg(long, value_name = "ID")]
    order: Option<String>,
    /// Only rows of this buyer
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Only rows of this product, by the store's id
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// Only rows whose error or reason contains this, in letters of either case
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Only what came at or after this time: RFC 3339, a date (midnight UTC), or an age such as 2h or 3d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only what came before this time
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    Failed,
    Unprocessed,
    Waiting,
    Held,
    Done,
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
            state: self.state.map(State::of_row),
            outcome: self.outcome,
            source: self.source.clone(),
            origin: self.origin,
            kind: self.kind.clone(),
            order: self.order.clone(),
            email: self.email.clone(),
            product: self.product.clone(),
            reason: self.reason.clone(),
            since: self.since.map(|moment| moment.resolve(now)),
            until: self.until.map(|moment| moment.resolve(now)),
            before: None,
            limit: None,
        }
    }
}

impl State {
    fn of_row(self) -> RowState {
        match self {
            Self::Failed => RowState::Failed,
            Self::Unprocessed => RowState::Unprocessed,
            Self::Waiting => RowState::Waiting,
            Self::Held => RowState::Held,
            Self::Done => RowState::Done,
        }
    }
}

/// Takes the words of a closed set, and names them all to whoever types another.
fn words<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let known = PossibleValuesParser::new(values.iter().map(|value| word(*value)));
    known.map(move |typed| {
        let typed = values.iter().find(|value| word(**value) == typed);
        *typed.expect("no other word is let in")
    })
}
