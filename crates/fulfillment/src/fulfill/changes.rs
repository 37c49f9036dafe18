//! The licenses of an order: minted, or brought to where they are to be.

use super::attempt::Cause;
use super::bundle::{BUNDLE_PAUSE_SECONDS, Envelope};
use super::order::Order;
use super::outcome;
use super::settler::Settler;
use super::verdict::Granted;
use crate::mint::Draft;
use mintmark_licensing::Error;
use mintmark_storage::{
    Change, Held, Ledger, LetterKind, License, LicenseState, LicenseStatus, Mint, NewLicense, Outcome,
    Result, Revision,
};

impl Settler {
    /// The license of every item: those that are there as they are to be, and those that are still to come.
    pub(super) fn drafts(
        &self,
        order: &Order<'_>,
        held: &[Held],
        cause: Option<&Cause<'_>>,
    ) -> std::result::Result<Vec<NewLicense>, Error> {
        let missing = (0..order.entitled.keys).filter(|item| order.entitled.state_of(*item).mints());
        let missing =
            missing.filter(|item| held.iter().all(|held| held.license.terms.item != i64::from(*item)));
        let there = held.iter().map(|held| self.again(order, &held.license, cause));
        there
            .chain(
                missing.map(|item| self.minter.mint(&order.draft(item, order.entitled.state_of(item).seq))),
            )
            .collect()
    }

    /// A blob that says something else has a number of its own, whatever made the difference.
    fn again(
        &self,
        order: &Order<'_>,
        license: &License,
        cause: Option<&Cause<'_>>,
    ) -> std::result::Result<NewLicense, Error> {
        let item = u32::try_from(license.terms.item).unwrap_or_default();
        let before = u32::try_from(license.terms.seq).unwrap_or(u32::MAX);
        let asked = cause.is_some_and(|cause| cause.asks_for_a_blob(license.terms.item));
        let seq = order.entitled.state_of(item).seq.max(before.saturating_add(u32::from(asked)));
        let draft = Draft { origin: license.terms.origin, ..order.draft(item, seq) };
        let minted = self.minter.mint_again(&draft, license)?;
        if seq > before || minted.blob == license.terms.blob {
            return Ok(minted);
        }
        self.minter.mint_again(&Draft { seq: seq.saturating_add(1), ..draft }, license)
    }

    /// Answers also with the letter that brings it.
    pub(super) fn mint(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        license: NewLicense,
        envelope: &Envelope,
        cause: Option<&Cause<'_>>,
    ) -> Result<(Granted, Option<i64>)> {
        let state = order.license_state(None, &license);
        let mint = Mint { license, state };
        let change =
            Change { event: Outcome::Minted.as_str(), delivery_id: cause.map(Cause::id), detail: None };
        ledger.mint(&mint, &change)?;
        if order.chronicle.is_quiet() {
            let why = order.state_of(&mint.license).why;
            return Ok((Granted::new(&mint.license, &mint.state, why, Some(Outcome::Minted)), None));
        }
        let pause = if envelope.waits_for_others { BUNDLE_PAUSE_SECONDS } else { self.head_start };
        let letter = self.letter(order, LetterKind::License, pause);
        let letter = ledger.write_letter(&mint.license.id, letter, envelope.leader)?;
        let is_sent_alone = envelope.leader.is_none() && !envelope.waits_for_others;
        let granted = Granted::new(
            &mint.license,
            &mint.state,
            order.state_of(&mint.license).why,
            Some(Outcome::Minted),
        )
        .with_letter(Some(&letter))
        .with_new_letter(is_sent_alone.then_some(letter.id));
        Ok((granted, Some(letter.id)))
    }

    pub(super) fn revise(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        before: &Held,
        license: NewLicense,
        cause: Option<&Cause<'_>>,
    ) -> Result<Granted> {
        let state = order.license_state(Some(&before.license), &license);
        let outcome = outcome::of(&before.license, &license, &state, cause, order.chronicle);
        let revision = Revision { license_id: license.id.clone(), license, state };
        if revision.license != before.license.terms || revision.state != before.license.state {
            ledger.revise(&revision)?;
        }
        let concerns = |cause: &&Cause<'_>| cause.is_about(revision.license.item);
        let cause = cause.filter(concerns);
        if let Some(event) = outcome::event(outcome, cause) {
            let detail = outcome::detail(&revision.license, outcome, cause);
            let change = Change { event, delivery_id: cause.map(Cause::id), detail: detail.as_deref() };
            ledger.add_change(&revision.license_id, &change)?;
        }
        hold_or_release(ledger, before, &revision)?;
        self.tell(ledger, order, &revision.license_id, outcome, cause)?;
        let letter = ledger.newest_letter(&revision.license_id)?;
        let why = order.state_of(&revision.license).why;
        Ok(Granted::new(&revision.license, &revision.state, why, outcome).with_letter(letter.as_ref()))
    }
}

/// A letter does not bring a license while it does not run.
fn hold_or_release(ledger: &mut Ledger<'_>, before: &Held, revision: &Revision) -> Result<()> {
    let id = &revision.license_id;
    let runs = |state: &LicenseState| matches!(state.status, LicenseStatus::Active | LicenseStatus::Ended);
    match (runs(&before.license.state), runs(&revision.state)) {
        (true, false) => ledger.withhold_letters(id),
        (false, true) => ledger.release_letters(id),
        _ => Ok(()),
    }
}
