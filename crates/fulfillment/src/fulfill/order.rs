//! An order with what it is entitled to, and what that makes of each of its licenses.

use super::chronicle::Chronicle;
use crate::catalog::Entitled;
use crate::lifecycle::{Standing, State};
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

    /// What its history has made of one of its licenses.
    pub(super) fn state_of(&self, license: &NewLicense) -> &State {
        self.entitled.state_of(u32::try_from(license.item).unwrap_or_default())
    }

    pub(super) fn license_state(&self, before: Option<&License>, license: &NewLicense) -> LicenseState {
        let state = self.state_of(license);
        let status = match state.standing {
            Standing::Active => LicenseStatus::Active,
            Standing::Ended => LicenseStatus::Ended,
            Standing::Suspended => LicenseStatus::Suspended,
            Standing::Revoked => LicenseStatus::Revoked,
        };
        // Once void, a blob stays void.
        let void_below = before.map_or(1, |before| before.state.void_below).max(i64::from(state.void_below));
        let is_shorter = |before: &License| is_earlier(license.expires_at, before.terms.expires_at);
        let voids = |before: &License| is_shorter(before) || license.key != before.terms.key;
        LicenseState {
            status,
            void_below: if before.is_some_and(voids) { license.seq } else { void_below },
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
