//! An order with what it is entitled to, and what that makes of each of its licenses.

use super::chronicle::Chronicle;
use crate::catalog::Entitled;
use crate::lifecycle::Standing;
use crate::mint::Draft;
use jiff::Timestamp;
use mintmark_licensing::Mode;
use mintmark_storage::{License, LicenseState, LicenseStatus, NewLicense, OrderName, Origin};

/// An order with what it is entitled to.
pub(super) struct Order<'a> {
    pub(super) name: &'a OrderName,
    pub(super) mode: Mode,
    pub(super) entitled: &'a Entitled,
    pub(super) chronicle: &'a Chronicle,
}

impl Order<'_> {
    pub(super) fn draft(&self, item: u32, seq: u32) -> Draft<'_> {
        let Self { name, mode, entitled, chronicle } = self;
        Draft { name, mode: *mode, origin: chronicle.origin, entitled, item, seq }
    }

    /// How the order was told first.
    pub(super) fn origin(&self) -> Origin {
        self.chronicle.origin
    }

    pub(super) fn why(&self) -> String {
        self.entitled.state.why.unwrap_or("nothing is owed").to_owned()
    }

    pub(super) fn license_state(&self, before: Option<&License>, license: &NewLicense) -> LicenseState {
        let state = &self.entitled.state;
        let status = match state.standing {
            Standing::Active => LicenseStatus::Active,
            Standing::Ended => LicenseStatus::Ended,
            Standing::Suspended => LicenseStatus::Suspended,
            Standing::Revoked => LicenseStatus::Revoked,
        };
        // Once void, a blob stays void.
        let void_below = before.map_or(1, |before| before.state.void_below).max(i64::from(state.void_below));
        let is_shorter = before.is_some_and(|before| is_earlier(license.expires_at, before.terms.expires_at));
        LicenseState {
            status,
            void_below: if is_shorter { license.seq } else { void_below },
            cancelled_at: state.cancelled_at,
            plan: state.plan.clone(),
            review_at: state.review_at,
        }
    }
}

/// `None` is for ever.
fn is_earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one < other,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
