//! Letters that an operator sends again.

use crate::fulfill::mail_uid;
use crate::{Error, Fulfillment, Operator};
use jiff::Timestamp;
use mintmark_mail::Address;
use mintmark_storage::{Letter, LetterKind, LetterState, License, LicenseStatus, NewLetter};
use std::collections::BTreeMap;

/// A letter that was put into the outbox by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// The letter's number; that of the letter in which it is enclosed, if it is.
    pub letter: i64,
    /// Whom it goes to.
    pub recipient: String,
    /// Why it is held, if it cannot be mailed.
    pub held: Option<String>,
}

impl Fulfillment {
    /// Puts further letters for licenses into the outbox, to the buyer or to another address. Licenses that came in one
    /// letter go in one letter again. Their histories tell by whom and why, if that is known. Answers for each license, in
    /// their order.
    ///
    /// # Errors
    /// The database fails.
    pub fn resend(
        &self,
        licenses: &[License],
        to: Option<&Address>,
        operator: Option<&Operator>,
        now: Timestamp,
    ) -> Result<Vec<Resent>, Error> {
        if let Some(address) = to {
            // Whoever names an address knows that it takes mail again.
            self.records.store.lift_suppression(address.as_str().to_owned(), now).wait()?;
        }
        let mut groups: BTreeMap<Option<i64>, Vec<usize>> = BTreeMap::new();
        let mut further = Vec::with_capacity(licenses.len());
        for (place, license) in licenses.iter().enumerate() {
            let letters = self.records.store.letters(&license.terms.id)?;
            let came_in = letters.last().map(|letter| letter.enclosed_in.unwrap_or(letter.id));
            groups.entry(came_in).or_default().push(place);
            let letter = self::further(license, letters, to, now);
            let letter = if to.is_some() { letter } else { self.unless_suppressed(letter)? };
            further.push((license.terms.id.clone(), letter));
        }
        let to_whom = to.map(|address| format!("to {}", address.masked()));
        let details: Vec<String> = to_whom.into_iter().chain(operator.map(Operator::to_string)).collect();
        let detail = Some(details.join(", ")).filter(|detail| !detail.is_empty());
        let mut resent = BTreeMap::new();
        for mut places in groups.into_values() {
            // They are listed newest first; a letter brings the oldest first.
            places.reverse();
            let letters = places.iter().map(|place| further[*place].clone()).collect();
            let letters = self.records.store.resend(letters, detail.clone(), now).wait()?;
            resent.extend(places.into_iter().zip(letters.into_iter().map(told)));
        }
        Ok(resent.into_values().collect())
    }

    /// Held from the start, so that whoever sends it is told so.
    fn unless_suppressed(&self, letter: NewLetter) -> Result<NewLetter, Error> {
        let why = self.records.store.suppression(&letter.recipient)?;
        let came_back = why.map(|why| format!("mail to this address came back: {why}"));
        Ok(NewLetter { unmailable: letter.unmailable.or(came_back), ..letter })
    }

    /// The licenses whose letters lie in the letters folder and were never mailed.
    ///
    /// # Errors
    /// The database fails.
    pub fn licenses_never_mailed(&self) -> Result<Vec<License>, Error> {
        let ids = self.records.store.licenses_never_mailed()?;
        let licenses: Result<Vec<Option<License>>, _> =
            ids.iter().map(|id| self.records.store.license(id)).collect();
        Ok(licenses?.into_iter().flatten().collect())
    }
}

/// Modeled on the newest letter that brought the license; while it does not run, on the newest about it.
pub(crate) fn further(
    license: &License,
    earlier: Vec<Letter>,
    to: Option<&Address>,
    now: Timestamp,
) -> NewLetter {
    let runs = !matches!(license.state.status, LicenseStatus::Revoked | LicenseStatus::Suspended);
    let mut newest_first = earlier.into_iter().rev();
    let model = newest_first.find(|letter| !runs || letter.kind == LetterKind::License);
    let (kind, template, download) = model.map_or_else(
        || (LetterKind::License, LetterKind::License.to_string(), None),
        |letter| (letter.kind, letter.template, letter.download),
    );
    let recipient = to.map_or_else(|| license.terms.email.clone(), |address| address.as_str().to_owned());
    NewLetter {
        kind,
        mail_uid: mail_uid(now),
        template,
        download,
        unmailable: Address::parse(&recipient).err().map(|error| error.to_string()),
        recipient,
        not_before: now,
    }
}

fn told(letter: Letter) -> Resent {
    let held = letter.error.filter(|_| letter.state == LetterState::Held);
    Resent { letter: letter.enclosed_in.unwrap_or(letter.id), recipient: letter.recipient, held }
}
