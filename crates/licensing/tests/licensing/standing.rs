//! What a genuine license may do at a moment, and which reason wins.

use mintmark_licensing::{
    Context, License, Marks, Reason, RevocationList, Revocations, Standing, Status, Verified,
};

use crate::support::{payload_with, revocation_key, sign, signing_key, verify, verify_list};

/// When the license of these tests is issued, and when it ends.
const IAT: i64 = 1_767_225_600;
const EXP: i64 = 1_798_761_600;
const DAY: i64 = 86_400;

const NO_LIST: Reason = Reason::NoRevocationList;

fn license(more: &str) -> Verified<License> {
    verify(&sign(payload_with(&format!(r#","ent":["export-csv"]{more}"#)))).expect("a genuine blob")
}

fn ending() -> Verified<License> {
    license(&format!(r#","exp":{EXP},"grc":{DAY}"#))
}

fn list(serial: u64, revocations: Revocations<'_>) -> Verified<RevocationList> {
    let revocations = Revocations { serial, issued_at: IAT, next_update: EXP, ..revocations };
    let text = revocation_key().sign(&revocations).expect("revocations that keep the rules");
    verify_list(&text).expect("a genuine list")
}

fn nothing() -> Revocations<'static> {
    Revocations { serial: 1, issued_at: 0, next_update: 0, licenses: &[], keys: &[] }
}

fn marks(line: &str) -> Marks {
    line.parse().expect("a line of marks")
}

fn shown(standing: &Standing<'_>) -> (Status, Vec<Reason>, Option<i64>, bool) {
    let grants = standing.grants("export-csv");
    assert_eq!((grants, standing.may_run()), (standing.status().may_run(), grants));
    (standing.status(), standing.reasons().to_vec(), standing.until(), grants)
}

#[test]
fn a_perpetual_license_is_active_at_any_time_after_its_issue() {
    let license = license("");
    for now in [IAT - DAY, IAT, EXP, 253_402_300_799, i64::MAX] {
        let standing = license.standing(&Context::at(now));
        assert_eq!(shown(&standing), (Status::Active, vec![NO_LIST], None, true), "{now}");
    }
}

#[test]
fn a_license_runs_until_its_end_then_in_grace_then_no_more() {
    let (license, until) = (ending(), EXP + DAY);
    let at = |now| shown(&license.standing(&Context::at(now)));
    let grace = (Status::Grace { until }, vec![Reason::InGrace { until }, NO_LIST], Some(until), true);
    let expired = (Status::Expired { at: EXP }, vec![Reason::Expired { at: EXP }, NO_LIST], Some(EXP), false);
    assert_eq!(at(EXP), (Status::Active, vec![NO_LIST], Some(EXP), true));
    assert_eq!(at(EXP + 1), grace);
    assert_eq!(at(until), grace);
    assert_eq!(at(until + 1), expired);
    assert_eq!(at(i64::MAX), expired);
}

#[test]
fn the_last_end_and_the_longest_grace_overflow_nothing() {
    let license = license(r#","exp":253402300799,"grc":7776000"#);
    let until = 253_402_300_799 + 7_776_000;
    assert_eq!(license.standing(&Context::at(until)).status(), Status::Grace { until });
    assert_eq!(license.standing(&Context::at(i64::MIN)).status(), Status::ClockSuspect);
    assert_eq!(license.standing(&Context::at(i64::MAX)).status(), Status::Expired { at: 253_402_300_799 });
}

#[test]
fn a_license_that_expires_without_grace_has_none() {
    let license = license(&format!(r#","exp":{EXP}"#));
    assert_eq!(license.standing(&Context::at(EXP)).status(), Status::Active);
    assert_eq!(license.standing(&Context::at(EXP + 1)).status(), Status::Expired { at: EXP });
}

#[test]
fn a_build_that_was_released_after_the_updates_ended_may_not_run() {
    let license = license(&format!(r#","upd":{EXP}"#));
    let of = |build| shown(&license.standing(&Context::at(IAT).with_build_date(build)));
    let ended = vec![Reason::UpdatesEnded { at: EXP }, NO_LIST];
    assert_eq!(of(EXP), (Status::Active, vec![NO_LIST], None, true));
    assert_eq!(of(EXP + 1), (Status::UpdatesEnded { at: EXP }, ended, Some(EXP), false));
    // Long after, the old build still runs; and one that does not say how old it is, is not judged.
    assert!(license.standing(&Context::at(i64::MAX).with_build_date(EXP)).may_run());
    assert!(license.standing(&Context::at(i64::MAX)).may_run());
}

#[test]
fn a_license_from_more_than_a_day_ahead_makes_the_clock_suspect() {
    let license = license("");
    assert!(license.standing(&Context::at(IAT - DAY)).may_run());
    for now in [IAT - DAY - 1, 0, -1, i64::MIN] {
        let reasons = vec![Reason::IssuedInFuture { at: IAT }, NO_LIST];
        let standing = license.standing(&Context::at(now));
        assert_eq!(shown(&standing), (Status::ClockSuspect, reasons, None, false), "{now}");
    }
}

#[test]
fn a_clock_that_went_back_by_more_than_a_day_is_suspect() {
    let (license, now) = (license(""), IAT + 100 * DAY);
    let marks = marks(&format!("DTMARK1 clock={now} list=0 seq="));
    let at = |now| shown(&license.standing(&Context::at(now).with_marks(&marks)));
    assert_eq!(at(now - DAY), (Status::Active, vec![NO_LIST], None, true));
    let reasons = vec![Reason::ClockWentBack { from: now }, NO_LIST];
    assert_eq!(at(now - DAY - 1), (Status::ClockSuspect, reasons, None, false));
}

#[test]
fn turning_the_clock_back_by_less_than_a_day_brings_no_expired_license_back() {
    let (license, end) = (ending(), EXP + DAY + 1);
    let marks = marks(&format!("DTMARK1 clock={end} list=0 seq="));
    let standing = license.standing(&Context::at(EXP + 2).with_marks(&marks));
    assert_eq!(standing.status(), Status::Expired { at: EXP });
}

#[test]
fn an_older_blob_of_a_license_is_superseded_and_another_license_is_not() {
    let (license, now) = (license(""), Context::at(IAT));
    let newer = marks(&format!("DTMARK1 clock=0 list=0 seq={}:2", license.id()));
    let superseded = vec![Reason::Superseded { seq: 2 }, NO_LIST];
    let standing = license.standing(&now.with_marks(&newer));
    assert_eq!(shown(&standing), (Status::Superseded { seq: 2 }, superseded, None, false));
    for other in [format!("{}:1", license.id()), "d779aaeb-58f7-843b-ab06-da8a4f603948:9".to_owned()] {
        let marks = marks(&format!("DTMARK1 clock=0 list=0 seq={other}"));
        assert!(license.standing(&now.with_marks(&marks)).may_run(), "{other}");
    }
}

#[test]
fn a_revocation_list_revokes_a_license_by_its_id_and_by_its_key() {
    let (license, now) = (license(""), Context::at(IAT));
    let by_id = list(1, Revocations { licenses: &[(license.id(), 2)], ..nothing() });
    let by_key = list(1, Revocations { keys: &[signing_key().kid()], ..nothing() });
    let of = |list| shown(&license.standing(&now.with_revocation_list(Some(list))));
    assert_eq!(of(&by_id), (Status::Revoked, vec![Reason::Revoked], None, false));
    let reason = Reason::KeyRevoked { kid: signing_key().kid() };
    assert_eq!(of(&by_key), (Status::Revoked, vec![reason], None, false));
    assert_eq!(of(&list(1, nothing())), (Status::Active, vec![], None, true));
}

#[test]
fn an_old_list_still_revokes_and_an_absent_or_replayed_one_fails_open_and_says_so() {
    let license = license("");
    let revoking = list(3, Revocations { licenses: &[(license.id(), 2)], ..nothing() });
    let late = Context::at(EXP + 1).with_revocation_list(Some(&revoking));
    let old = Reason::OldRevocationList { since: EXP };
    assert_eq!(shown(&license.standing(&late)), (Status::Revoked, vec![Reason::Revoked, old], None, false));
    let seen = marks("DTMARK1 clock=0 list=4 seq=");
    let replayed = vec![Reason::ReplayedRevocationList { serial: 3 }];
    let standing = license.standing(&late.with_marks(&seen));
    assert_eq!(shown(&standing), (Status::Active, replayed, None, true));
    assert_eq!(standing.marks().list_serial(), 4);
    let same = marks("DTMARK1 clock=0 list=3 seq=");
    assert_eq!(license.standing(&late.with_marks(&same)).status(), Status::Revoked);
}

#[test]
fn a_wish_for_a_fresh_blob_is_told_and_stops_nothing() {
    let license = license(&format!(r#","rchk":{EXP}"#));
    assert_eq!(license.standing(&Context::at(EXP)).reasons(), [NO_LIST]);
    let due = vec![Reason::RefreshDue { by: EXP }, NO_LIST];
    assert_eq!(shown(&license.standing(&Context::at(EXP + 1))), (Status::Active, due, None, true));
}

/// Every condition at once, and then without the weightiest one after another.
#[test]
fn the_weightiest_reason_decides_and_all_are_told() {
    let license = license(&format!(r#","exp":{IAT},"upd":{IAT},"rchk":{IAT}"#));
    let revoking = list(1, Revocations { licenses: &[(license.id(), 2)], ..nothing() });
    let seen = marks(&format!("DTMARK1 clock={} list=0 seq={}:2", EXP + 1, license.id()));
    let all = Context::at(IAT - 2 * DAY).with_build_date(IAT + 1).with_marks(&seen);
    let revoked = license.standing(&all.with_revocation_list(Some(&revoking)));
    let reasons = [
        Reason::Revoked,
        Reason::Superseded { seq: 2 },
        Reason::IssuedInFuture { at: IAT },
        Reason::ClockWentBack { from: EXP + 1 },
        Reason::Expired { at: IAT },
        Reason::UpdatesEnded { at: IAT },
        Reason::RefreshDue { by: IAT },
        Reason::OldRevocationList { since: EXP },
    ];
    assert_eq!((revoked.status(), revoked.reasons()), (Status::Revoked, &reasons[..]));

    assert_eq!(license.standing(&all).status(), Status::Superseded { seq: 2 });
    let seen = marks(&format!("DTMARK1 clock={} list=0 seq=", EXP + 1));
    assert_eq!(license.standing(&all.with_marks(&seen)).status(), Status::ClockSuspect);
    let now = Context::at(IAT + 1).with_build_date(IAT + 1);
    assert_eq!(license.standing(&now).status(), Status::Expired { at: IAT });
}

#[test]
fn updates_that_ended_weigh_more_than_grace() {
    let license = license(&format!(r#","exp":{IAT},"grc":{DAY},"upd":{IAT}"#));
    let standing = license.standing(&Context::at(IAT + 1).with_build_date(IAT + 1));
    let (at, until) = (IAT, IAT + DAY);
    let reasons = vec![Reason::UpdatesEnded { at }, Reason::InGrace { until }, NO_LIST];
    assert_eq!(shown(&standing), (Status::UpdatesEnded { at }, reasons, Some(at), false));
}

#[test]
fn only_a_running_license_grants_and_only_what_it_has() {
    let license = ending();
    let running = license.standing(&Context::at(IAT));
    assert!(running.grants("export-csv"));
    assert!(!running.grants("export") && !running.grants("") && !running.grants("EXPORT-CSV"));
    assert_eq!(running.entitlements().collect::<Vec<_>>(), ["export-csv"]);
    assert_eq!(license.standing(&Context::at(i64::MAX)).entitlements().count(), 0);
}
