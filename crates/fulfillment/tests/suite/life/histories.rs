//! Which histories are tried: few enough to try all orders of arrival of each.

use super::happening::Happening::{self, *};

/// Every two events meet in one of these, and each knows of a sale.
pub(super) const MEMBERSHIPS: [[Happening; 5]; 7] = [
    [Sale, Renewal, RenewalRefund, Ended, Restarted],
    [Sale, Dispute, DisputeWon, Cancellation, Ended],
    [Sale, Retry, Refund, PartialRefund, Ended],
    [Retry, Refund, PartialRefund, RenewalRefund, Cancellation],
    [Refund, Dispute, DisputeWon, Renewal, Restarted],
    [Retry, PartialRefund, Renewal, Cancellation, Restarted],
    [Retry, PartialRefund, Dispute, DisputeWon, RenewalRefund],
];

/// Of what is paid for once.
pub(super) const SINGLE_ORDERS: [[Happening; 5]; 2] =
    [[Sale, Retry, Refund, Dispute, DisputeWon], [Sale, Retry, PartialRefund, Dispute, DisputeWon]];

/// The events in every order.
pub(super) fn permutations(events: &[Happening]) -> Vec<Vec<Happening>> {
    let Some((first, rest)) = events.split_first() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for permutation in permutations(rest) {
        for place in 0..=permutation.len() {
            let mut longer = permutation.clone();
            longer.insert(place, *first);
            all.push(longer);
        }
    }
    all
}

#[test]
fn every_two_events_of_a_membership_meet_in_a_history() {
    let meet = |one, other| MEMBERSHIPS.iter().any(|events| events.contains(one) && events.contains(other));
    for one in &Happening::ALL {
        assert!(Happening::ALL.iter().all(|other| meet(one, other)), "{one:?}");
    }
}
