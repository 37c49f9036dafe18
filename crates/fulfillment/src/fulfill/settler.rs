//! Settling: what follows for an order from everything told of it, in the transaction that reads it.

use super::attempt::Cause;
use super::bundle::{BUNDLE_PAUSE_SECONDS, Envelope};
use super::chronicle::Chronicle;
use super::verdict::{Granted, Settled};
use super::{links, outcome};
use crate::catalog::{Catalog, Decision, Entitled, Notice};
use crate::lifecycle::Standing;
use crate::mint::{Draft, Minter};
use crate::records::Records;
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::Event;
use mintmark_licensing::Mode;
use mintmark_mail::Address;
use mintmark_storage::{
    Change, Held, Ledger, LetterKind, License, LicenseState, LicenseStatus, Mint, NewLetter, NewLicense,
    OrderName, Outcome, Result, Revision,
};
use std::sync::Arc;

/// Everything that settling depends on but the orders themselves.
#[derive(Debug, Clone)]
pub(super) struct Settler {
    pub(super) records: Records,
    pub(super) catalog: Arc<Catalog>,
    pub(super) minter: Arc<Minter>,
    /// Seconds that a server keeps the others off its own new letters.
    pub(super) head_start: i64,
    pub(super) now: Timestamp,
}

impl Settler {
    /// Brings the licenses of an order to where everything told of it puts them.
    pub(super) fn settle(
        &self,
        ledger: &mut Ledger<'_>,
        name: &OrderName,
        cause: Option<&Cause<'_>>,
    ) -> Result<Settled> {
        let chronicle = self.chronicle(ledger, name, cause)?;
        let Ok(mode) = name.mode.parse::<Mode>() else { return Ok(Settled::Unsold) };
        let held = ledger.licenses_of(name)?;
        match self.catalog.decide(&name.source, mode, &chronicle.told, self.now) {
            Decision::Unsold => Ok(Settled::Unsold),
            Decision::Ignored(reason) => Ok(Settled::Without(reason)),
            Decision::Unmapped(reason) if held.is_empty() => Ok(Settled::Unmapped(reason)),
            Decision::Unmapped(reason) => Ok(Settled::Stuck(reason)),
            Decision::Licensed(entitled) => {
                let order = Order { name, mode, entitled: &entitled, chronicle: &chronicle };
                self.bring(ledger, &order, held, cause)
            }
        }
    }

    fn bring(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        held: Vec<Held>,
        cause: Option<&Cause<'_>>,
    ) -> Result<Settled> {
        if held.is_empty() && !order.entitled.state.mints() {
            return Ok(Settled::Without(order.why()));
        }
        if held.is_empty() && self.is_given_already(ledger, order)? {
            return Ok(Settled::Without("the gift has its license already".to_owned()));
        }
        match self.drafts(order, &held) {
            Ok(drafts) => self.write(ledger, order, held, drafts, cause),
            Err(error) => Ok(Settled::Stuck(format!("cannot mint: {error}"))),
        }
    }

    /// The license of every item: those that are there as they are to be, and those that are still to come.
    fn drafts(
        &self,
        order: &Order<'_>,
        held: &[Held],
    ) -> std::result::Result<Vec<NewLicense>, mintmark_licensing::Error> {
        let missing = (0..order.entitled.keys).filter(|_| order.entitled.state.mints());
        let missing =
            missing.filter(|item| held.iter().all(|held| held.license.terms.item != i64::from(*item)));
        let there = held.iter().map(|held| self.again(order, &held.license));
        there
            .chain(missing.map(|item| self.minter.mint(&order.draft(item, order.entitled.state.seq))))
            .collect()
    }

    /// A blob that says something else has a number of its own, whatever made the difference.
    fn again(
        &self,
        order: &Order<'_>,
        license: &License,
    ) -> std::result::Result<NewLicense, mintmark_licensing::Error> {
        let item = u32::try_from(license.terms.item).unwrap_or_default();
        let before = u32::try_from(license.terms.seq).unwrap_or(u32::MAX);
        let seq = order.entitled.state.seq.max(before);
        let draft = Draft { origin: license.terms.origin, ..order.draft(item, seq) };
        let minted = self.minter.mint_again(&draft, license)?;
        if seq > before || minted.blob == license.terms.blob {
            return Ok(minted);
        }
        self.minter.mint_again(&Draft { seq: seq.saturating_add(1), ..draft }, license)
    }

    fn write(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        held: Vec<Held>,
        drafts: Vec<NewLicense>,
        cause: Option<&Cause<'_>>,
    ) -> Result<Settled> {
        let mut granted: Option<Granted> = None;
        let envelope = self.envelope(ledger, order)?;
        let mut leader = envelope.leader;
        for license in drafts {
            let before = held.iter().find(|held| held.license.terms.id == license.id);
            let one = match before {
                Some(before) => self.revise(ledger, order, before, license, cause)?,
                None => {
                    let (one, letter) = self.mint(ledger, order, license, &envelope.within(leader), cause)?;
                    leader = leader.or(Some(letter));
                    one
                }
            };
            granted = Some(granted.map_or(one.clone(), |first| first.beside(one)));
        }
        Ok(granted.map_or(Settled::Unsold, |granted| Settled::Licensed(Box::new(granted))))
    }

    fn mint(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        license: NewLicense,
        envelope: &Envelope,
        cause: Option<&Cause<'_>>,
    ) -> Result<(Granted, i64)> {
        let state = order.license_state(None, &license);
        let mint = Mint { license, state };
        let change =
            Change { event: Outcome::Minted.as_str(), delivery_id: cause.map(Cause::id), detail: None };
        ledger.mint(&mint, &change)?;
        let pause = if envelope.waits_for_others { BUNDLE_PAUSE_SECONDS } else { self.head_start };
        let letter = self.letter(order, LetterKind::License, pause);
        let letter = ledger.write_letter(&mint.license.id, letter, envelope.leader)?;
        let is_sent_alone = envelope.leader.is_none() && !envelope.waits_for_others;
        let granted =
            Granted::new(&mint.license, &mint.state, order.entitled.state.why, Some(Outcome::Minted))
                .with_letter(Some(&letter))
                .with_new_letter(is_sent_alone.then_some(letter.id));
        Ok((granted, letter.id))
    }

    fn revise(
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
        if let Some(event) = outcome::event(outcome, cause) {
            let detail = outcome::detail(&revision.license, outcome, cause);
            let change = Change { event, delivery_id: cause.map(Cause::id), detail: detail.as_deref() };
            ledger.add_change(&revision.license_id, &change)?;
        }
        hold_or_release(ledger, before, &revision)?;
        self.tell(ledger, order, &revision.license_id, outcome, cause)?;
        let letter = ledger.newest_letter(&revision.license_id)?;
        Ok(Granted::new(&revision.license, &revision.state, order.entitled.state.why, outcome)
            .with_letter(letter.as_ref()))
    }

    /// Tells the buyer of a change, of all licenses that change with this one in one letter.
    fn tell(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        license_id: &str,
        outcome: Option<Outcome>,
        cause: Option<&Cause<'_>>,
    ) -> Result<()> {
        let (notice, kind) = match outcome {
            Some(Outcome::Renewed) => (Notice::Renewal, LetterKind::Renewal),
            Some(Outcome::Revoked) => (Notice::Revocation, LetterKind::Revocation),
            Some(Outcome::Suspended) => (Notice::Suspension, LetterKind::Suspension),
            _ => return Ok(()),
        };
        if order.entitled.notify.contains(&notice) {
            let leader = cause.and_then(|cause| cause.notice.get());
            let letter = ledger.write_letter(license_id, self.letter(order, kind, 0), leader)?;
            if let (Some(cause), None) = (cause, letter.enclosed_in) {
                cause.notice.set(Some(letter.id));
            }
        }
        Ok(())
    }

    fn letter(&self, order: &Order<'_>, kind: LetterKind, head_start: i64) -> NewLetter {
        let Entitled { order: sale, terms, .. } = order.entitled;
        new_letter(kind, terms, &sale.email, head_start, self.now)
    }

    /// The orders whose money this event is about as well: gifts that were paid, and what is in a bundle.
    pub(super) fn dependents(&self, ledger: &mut Ledger<'_>, cause: &Cause<'_>) -> Result<Vec<OrderName>> {
        let own = cause.name;
        let mut names = Vec::new();
        for charge in cause.events.iter().filter_map(links::charge_of) {
            for party in links::dependent_parties(&self.catalog, &own.source, charge) {
                for told in ledger.told_with(&party, &own.source, &own.mode)? {
                    let is_meant =
                        |event: &Event| links::depends_on(event, charge, &self.catalog, &own.source);
                    if told.order != *own && self.events(&told).iter().any(is_meant) {
                        names.push(told.order);
                    }
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// An order with what it is entitled to.
pub(super) struct Order<'a> {
    pub(super) name: &'a OrderName,
    mode: Mode,
    pub(super) entitled: &'a Entitled,
    chronicle: &'a Chronicle,
}

impl Order<'_> {
    fn draft(&self, item: u32, seq: u32) -> Draft<'_> {
        let Self { name, mode, entitled, chronicle } = self;
        Draft { name, mode: *mode, origin: chronicle.origin, entitled, item, seq }
    }

    /// How the order was told first.
    pub(super) fn origin(&self) -> mintmark_storage::Origin {
        self.chronicle.origin
    }

    fn why(&self) -> String {
        self.entitled.state.why.unwrap_or("nothing is owed").to_owned()
    }

    fn license_state(&self, before: Option<&License>, license: &NewLicense) -> LicenseState {
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

/// `None` is for ever.
fn is_earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one < other,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// A letter about a license; held from the start if its address cannot be mailed.
pub(super) fn new_letter(
    kind: LetterKind,
    terms: &crate::catalog::Terms,
    recipient: &str,
    head_start: i64,
    now: Timestamp,
) -> NewLetter {
    let template = match kind {
        LetterKind::License => terms.letter.as_str(),
        other => other.as_str(),
    };
    NewLetter {
        kind,
        mail_uid: uuid::Uuid::new_v4().to_string(),
        template: template.to_owned(),
        download: terms.download.clone(),
        recipient: recipient.to_owned(),
        unmailable: Address::parse(recipient).err().map(|error| error.to_string()),
        not_before: now.saturating_add(head_start.seconds()).unwrap_or(now),
    }
}
