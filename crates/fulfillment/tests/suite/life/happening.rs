//! What a store can tell of one order, in its own words.

use crate::support::Ping;

/// In the bodies, where the number of the order stands.
const PLACE: &str = "NUMBER";

/// What was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purchase {
    /// Something that is paid for once.
    Single,
    /// Something that is paid for every month.
    Membership,
}

impl Purchase {
    /// The charge that every order begins with.
    fn first(self) -> Ping {
        match self {
            Self::Single => charge("sale-plain.form", "order"),
            Self::Membership => of_membership(charge("membership-first-charge.form", "first")),
        }
    }
}

/// What can be told of an order; each happened at one time only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Sale,
    Retry,
    Refund,
    PartialRefund,
    Dispute,
    DisputeWon,
    Renewal,
    RenewalRefund,
    Cancellation,
    Ended,
    Restarted,
}

impl Happening {
    pub(super) const ALL: [Self; 11] = [
        Self::Sale,
        Self::Retry,
        Self::Refund,
        Self::PartialRefund,
        Self::Dispute,
        Self::DisputeWon,
        Self::Renewal,
        Self::RenewalRefund,
        Self::Cancellation,
        Self::Ended,
        Self::Restarted,
    ];

    /// The body, as it is for every order but for its number.
    pub(super) fn template(self, purchase: Purchase) -> String {
        let first = || purchase.first();
        let renewal = || of_membership(charge("membership-recurring-charge.form", "renewal"));
        let ping = match self {
            Self::Sale => first(),
            Self::Retry => first().with("retry_count", "1"),
            Self::Refund => first().with("resource_name", "refund").with("refunded", "true"),
            Self::PartialRefund => first().with("resource_name", "refund"),
            Self::Dispute => first().with("resource_name", "dispute").with("disputed", "true"),
            Self::DisputeWon => first()
                .with("resource_name", "dispute_won")
                .with("disputed", "true")
                .with("dispute_won", "true"),
            Self::Renewal => renewal(),
            Self::RenewalRefund => renewal().with("resource_name", "refund").with("refunded", "true"),
            Self::Cancellation => of_membership(Ping::fixture("cancellation-by-buyer.form")),
            Self::Ended => of_membership(Ping::fixture("subscription-ended-cancelled.form")),
            Self::Restarted => of_membership(Ping::fixture("subscription-restarted.form")),
        };
        String::from_utf8(ping.body()).unwrap()
    }
}

/// The body for one order.
pub(super) fn body(template: &str, order: usize) -> Vec<u8> {
    template.replace(PLACE, &order.to_string()).into_bytes()
}

/// How an order is called.
pub(super) fn name(order: usize) -> String {
    format!("order{order}")
}

fn charge(file: &str, id: &str) -> Ping {
    let email = format!("buyer{PLACE}@example.com");
    Ping::fixture(file).with("sale_id", &format!("{id}{PLACE}")).with("email", &email)
}

fn of_membership(ping: Ping) -> Ping {
    ping.with("subscription_id", &format!("order{PLACE}"))
}
