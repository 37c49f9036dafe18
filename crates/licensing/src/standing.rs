//! What a license may do now.

use crate::{Context, License, Marks, Reason, RevocationList, Status};

/// By how much a clock may be wrong before it is not believed, in seconds: a day, which no time zone exceeds.
const CLOCK_TOLERANCE: i64 = 24 * 60 * 60;

/// What a license may do at one moment, and why. [`License::standing`] makes one.
///
/// Entitlements are asked of it and not of the license, so one that may not run grants nothing.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    license: &'a License,
    status: Status,
    reasons: Vec<Reason>,
    marks: Marks,
}

impl License {
    /// Answers *what may it do now?* Pure: the context has all that is judged by.
    ///
    /// ```
    /// use mintmark_licensing::{Context, Keyring, Reason, Status, Verifier};
    ///
    /// # let blob = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";
    /// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?;
    /// let license = Verifier::new(&ring, "DT1".parse()?).verify(blob)?;
    ///
    /// let standing = license.standing(&Context::at(1_780_000_000));
    /// assert_eq!(standing.status(), Status::Active);
    /// assert!(standing.grants("export-csv"));
    ///
    /// let standing = license.standing(&Context::at(1_800_000_000));
    /// assert_eq!(standing.status(), Status::Expired { at: 1_798_761_600 });
    /// assert_eq!(standing.reasons()[1], Reason::NoRevocationList);
    /// assert!(!standing.grants("export-csv"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn standing(&self, context: &Context<'_>) -> Standing<'_> {
        let list = usable_list(context);
        let mut reasons = Vec::new();
        reasons.extend(list.and_then(|list| revoked(self, list)));
        reasons.extend(superseded(self, context));
        reasons.extend(issued_in_future(self, context));
        reasons.extend(clock_went_back(context));
        let limit = past_limit(self, context);
        reasons.extend(limit.filter(|reason| matches!(reason, Reason::Expired { .. })));
        reasons.extend(updates_ended(self, context));
        reasons.extend(limit.filter(|reason| matches!(reason, Reason::InGrace { .. })));
        reasons.extend(refresh_due(self, context));
        reasons.extend(list_trouble(context));
        let status = reasons.iter().find_map(Reason::status).unwrap_or(Status::Active);
        let marks = context.marks.cloned().unwrap_or_default().advance(context.now, self, list);
        Standing { license: self, status, reasons, marks }
    }
}

impl Standing<'_> {
    /// What it may do: the weightiest of the reasons, or [`Status::Active`] if none decides.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the app may run on it; the same as that of the [`Status`].
    pub fn may_run(&self) -> bool {
        self.status.may_run()
    }

    /// Whether it may run and has this entitlement (`ent`).
    pub fn grants(&self, entitlement: &str) -> bool {
        self.entitlements().any(|name| name == entitlement)
    }

    /// All that it grants, sorted; nothing unless it may run.
    pub fn entitlements(&self) -> impl Iterator<Item = &str> {
        let granted = if self.may_run() { self.license.entitlements() } else { &[] };
        granted.iter().map(String::as_str)
    }

    /// All that is to be known of it, the weightiest first. Never empty for an app without a revocation list.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The time up to which the status reaches, in Unix seconds: the end of a running license or of its grace (`None`
    /// is perpetual), and when one ended that has [expired](Status::Expired) or is
    /// [out of updates](Status::UpdatesEnded). `None` for the others.
    pub fn until(&self) -> Option<i64> {
        match self.status {
            Status::Active => self.license.expires_at(),
            Status::Grace { until: at } | Status::UpdatesEnded { at } | Status::Expired { at } => Some(at),
            Status::Revoked | Status::Superseded { .. } | Status::ClockSuspect => None,
        }
    }

    /// What to store for the next run: the marks of the context, advanced by the present time, by this license and by
    /// the revocation list. Equal to those of the context if nothing is to be stored.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }
}

/// The list of the context, unless it is one from before a list that was seen.
fn usable_list<'a>(context: &Context<'a>) -> Option<&'a RevocationList> {
    let smallest = context.marks.map_or(0, Marks::list_serial);
    context.revocation_list.filter(|list| list.serial() >= smallest)
}

fn revoked(license: &License, list: &RevocationList) -> Option<Reason> {
    let kid = license.signed_by();
    if list.revoked_keys().contains(&kid) {
        return Some(Reason::KeyRevoked { kid });
    }
    list.revokes(license).then_some(Reason::Revoked)
}

fn superseded(license: &License, context: &Context<'_>) -> Option<Reason> {
    let seq = context.marks?.seq(license.id());
    (seq > license.seq()).then_some(Reason::Superseded { seq })
}

fn issued_in_future(license: &License, context: &Context<'_>) -> Option<Reason> {
    let at = license.issued_at();
    (at.saturating_sub(context.now) > CLOCK_TOLERANCE).then_some(Reason::IssuedInFuture { at })
}

fn clock_went_back(context: &Context<'_>) -> Option<Reason> {
    let from = context.marks?.clock();
    (from.saturating_sub(context.now) > CLOCK_TOLERANCE).then_some(Reason::ClockWentBack { from })
}

fn past_limit(license: &License, context: &Context<'_>) -> Option<Reason> {
    let (at, now) = (license.expires_at()?, context.latest_time());
    let until = i64::try_from(license.grace()).map_or(i64::MAX, |grace| at.saturating_add(grace));
    match now {
        _ if now <= at => None,
        _ if now <= until => Some(Reason::InGrace { until }),
        _ => Some(Reason::Expired { at }),
    }
}

fn updates_ended(license: &License, context: &Context<'_>) -> Option<Reason> {
    let at = license.updates_until()?;
    (context.build_date? > at).then_some(Reason::UpdatesEnded { at })
}

fn refresh_due(license: &License, context: &Context<'_>) -> Option<Reason> {
    let by = license.refresh_by()?;
    (context.latest_time() > by).then_some(Reason::RefreshDue { by })
}

fn list_trouble(context: &Context<'_>) -> Option<Reason> {
    let Some(list) = context.revocation_list else { return Some(Reason::NoRevocationList) };
    if usable_list(context).is_none() {
        return Some(Reason::ReplayedRevocationList { serial: list.serial() });
    }
    let since = list.next_update();
    (context.latest_time() > since).then_some(Reason::OldRevocationList { since })
}
