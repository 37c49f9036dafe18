//! What settling an order came to.

use crate::mailing::Mailing;
use mintmark_storage::{Letter, LicenseState, LicenseStatus, NewLicense, Outcome};

/// What settling an order came to.
#[derive(Debug, Clone)]
pub(super) enum Settled {
    /// No sale of it is known, so there is nothing to decide.
    Unsold,
    /// There is no license, and none is owed.
    Without(String),
    /// There is no license, until a person has mended the catalog.
    Unmapped(String),
    /// There is or should be a license, and a person has to mend something first.
    Stuck(String),
    /// It has a license.
    Licensed(Box<Granted>),
}

/// The license of an order; of several, the first.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    pub(super) license_id: String,
    pub(super) license_key: String,
    pub(super) status: LicenseStatus,
    /// Why it does not run.
    pub(super) why: Option<&'static str>,
    /// What has changed; `None` if nothing has.
    pub(super) outcome: Option<Outcome>,
    pub(super) mailing: Mailing,
    /// The number of the letter that was put into the outbox.
    pub(super) new_letter: Option<i64>,
}

impl Granted {
    pub(super) fn new(
        license: &NewLicense,
        state: &LicenseState,
        why: Option<&'static str>,
        outcome: Option<Outcome>,
    ) -> Self {
        Self {
            license_id: license.id.clone(),
            license_key: license.key.clone(),
            status: state.status,
            why,
            outcome,
            mailing: Mailing::of(None),
            new_letter: None,
        }
    }

    pub(super) fn with_letter(self, letter: Option<&Letter>) -> Self {
        Self { mailing: Mailing::of(letter), ..self }
    }

    pub(super) fn with_new_letter(self, new_letter: Option<i64>) -> Self {
        Self { new_letter, ..self }
    }

    /// The first of several licenses speaks for all; what changed with any of them changed.
    pub(super) fn beside(self, other: Self) -> Self {
        let outcome = self.outcome.or(other.outcome);
        let new_letter = self.new_letter.or(other.new_letter);
        Self { outcome, new_letter, ..self }
    }
}
