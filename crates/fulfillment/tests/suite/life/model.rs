//! What a license must be after certain events, said as simply as it can be.

use super::happening::Happening::{self, *};
use super::happening::Purchase;
use jiff::Timestamp;
use mintmark_storage::{License, LicenseStatus};

const FIRST_SALE: &str = "2026-03-14T09:26:53Z";
const FIRST_CHARGE: &str = "2026-01-10T14:15:40Z";
const SECOND_CHARGE: &str = "2026-02-10T14:16:02Z";
const END_OF_FIRST_MONTH: &str = "2026-02-10T14:15:40Z";
const END_OF_SECOND_MONTH: &str = "2026-03-10T14:16:02Z";

/// What is looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    status: LicenseStatus,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    seq: i64,
    void_below: i64,
    cancelled_at: Option<Timestamp>,
    review_at: Option<Timestamp>,
}

impl Picture {
    /// As it is.
    pub(super) fn of(license: &License) -> Self {
        Self {
            status: license.state.status,
            issued_at: license.terms.issued_at,
            expires_at: license.terms.expires_at,
            seq: license.terms.seq,
            void_below: license.state.void_below,
            cancelled_at: license.state.cancelled_at,
            review_at: license.state.review_at,
        }
    }

    /// As it must be, in whatever order these were told.
    pub(super) fn after(purchase: Purchase, told: &[Happening]) -> Self {
        let is = |happening| told.contains(&happening);
        let knows_first = is(Sale) || is(Retry);
        let is_taken_back = knows_first && is(Renewal) && is(RenewalRefund);
        let begins_with_renewal = !knows_first && is(Renewal);
        let first_is_refunded = if knows_first { is(Refund) } else { is(RenewalRefund) };
        let status = if first_is_refunded {
            LicenseStatus::Revoked
        } else if is(Dispute) && !is(DisputeWon) {
            LicenseStatus::Suspended
        } else if is(Ended) && !is(Restarted) {
            LicenseStatus::Ended
        } else {
            LicenseStatus::Active
        };
        let runs_a_second_month = is(Renewal) && !is_taken_back;
        let seq = i64::from(knows_first) + i64::from(is(Renewal)) + i64::from(is_taken_back);
        let (issued_at, expires_at) = match (purchase, begins_with_renewal, runs_a_second_month) {
            (Purchase::Single, ..) => (FIRST_SALE, None),
            (Purchase::Membership, true, _) => (SECOND_CHARGE, Some(END_OF_SECOND_MONTH)),
            (Purchase::Membership, false, true) => (FIRST_CHARGE, Some(END_OF_SECOND_MONTH)),
            (Purchase::Membership, false, false) => (FIRST_CHARGE, Some(END_OF_FIRST_MONTH)),
        };
        Self {
            status,
            issued_at: time(issued_at),
            expires_at: expires_at.map(time),
            seq,
            void_below: if is_taken_back { seq } else { 1 },
            cancelled_at: (is(Cancellation) && !is(Restarted)).then(|| time("2026-04-10T14:16:02Z")),
            review_at: None,
        }
    }

    pub(super) fn runs(&self) -> bool {
        matches!(self.status, LicenseStatus::Active | LicenseStatus::Ended)
    }
}

/// Whether there is a license after these, told in this order: one is made as soon as there is a sale that may run.
pub(super) fn is_minted(purchase: Purchase, told: &[Happening]) -> bool {
    (1..=told.len()).any(|count| is_owed(purchase, &told[..count]))
}

/// Whether there must be one, in whatever order these were told.
pub(super) fn is_owed(purchase: Purchase, told: &[Happening]) -> bool {
    let is_sold = [Sale, Retry, Renewal].iter().any(|sale| told.contains(sale));
    is_sold && Picture::after(purchase, told).runs()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}
