//! From what the database says of licenses to a signed list.

use crate::Error;
use jiff::{SignedDuration, Timestamp};
use mintmark_licensing::{KeyId, LicenseId, RevocationKey, Revocations};
use mintmark_storage::{Revocation, RevocationList};

/// What a list says is no longer good.
#[derive(Debug, Clone)]
pub(super) struct Void {
    pub(super) licenses: Vec<Revocation>,
    pub(super) keys: Vec<KeyId>,
}

/// From one list to the time at which an app is to look for the next.
const TERM: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A list is replaced early, so that what a proxy has kept of it is hardly ever past its term.
const HALF_TERM: SignedDuration = SignedDuration::from_hours(7 * 24 / 2);

/// A list of these revocations, from `now` on.
pub(super) fn sign(
    key: &RevocationKey,
    serial: i64,
    now: Timestamp,
    void: &Void,
) -> Result<RevocationList, Error> {
    // The list has whole seconds, and is to be signed to the same bytes from what the database has of it.
    let made_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let next_at = made_at.saturating_add(TERM).unwrap_or(Timestamp::MAX);
    let licenses = i64::try_from(void.licenses.len()).unwrap_or(i64::MAX);
    let list = RevocationList { serial, made_at, next_at, licenses, text: String::new() };
    Ok(RevocationList { text: text(&list, key, void)?, ..list })
}

/// Whether `list` says of all licenses what these revocations say, under the same key. The same content yields the same
/// bytes, so nothing but the text has to be kept of a list to tell.
pub(super) fn is_of(list: &RevocationList, key: &RevocationKey, void: &Void) -> Result<bool, Error> {
    Ok(text(list, key, void)? == list.text)
}

/// Whether less than half its term is over.
pub(super) fn is_fresh(list: &RevocationList, now: Timestamp) -> bool {
    now.duration_since(list.made_at) < HALF_TERM
}

fn text(list: &RevocationList, key: &RevocationKey, void: &Void) -> Result<String, Error> {
    let mut licenses: Vec<(LicenseId, u64)> = Vec::with_capacity(void.licenses.len());
    for revocation in &void.licenses {
        let smallest = u64::try_from(revocation.smallest_seq).unwrap_or(u64::MAX);
        licenses.push((revocation.license_id.parse()?, smallest));
    }
    Ok(key.sign(&Revocations {
        serial: u64::try_from(list.serial).unwrap_or_default(),
        issued_at: list.made_at.as_second(),
        next_update: list.next_at.as_second(),
        licenses: &licenses,
        keys: &void.keys,
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::MOST;

    #[test]
    fn as_many_licenses_as_are_ever_named_fit_into_a_list() {
        let key = RevocationKey::from_seed(&[7; 32]).expect("a key");
        let revocation = |number| Revocation {
            license_id: format!("0198f0c2-7b1e-7c3a-9d55-{number:012x}"),
            smallest_seq: 999,
        };
        let keys = (0..100).map(|seed| RevocationKey::from_seed(&[seed; 32]).expect("a key").kid()).collect();
        let void = Void { licenses: (0..MOST).map(revocation).collect(), keys };
        let list = sign(&key, i64::MAX, Timestamp::UNIX_EPOCH, &void).expect("a list");
        assert_eq!((list.licenses, list.text.len() > 4_000_000), (MOST, true), "{}", list.text.len());
    }
}
