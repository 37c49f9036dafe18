//! Letters in hand, put into words: rendered when they are sent, from their licenses as they are then.

use super::Office;
use jiff::Timestamp;
use mintmark_mail::{Address, Enclosure, FailureClass, Letter, LicenseLetter, Mode, SendError};
use mintmark_storage::{ClaimedLetter, Enclosed};

impl Office {
    pub(super) fn render(&self, claimed: &ClaimedLetter) -> Result<Letter, SendError> {
        let refused = |class, message: String| SendError { class, code: None, message };
        let letter = &claimed.letter;
        let to = Address::parse(&letter.recipient)
            .map_err(|error| refused(FailureClass::Recipient, error.to_string()))?;
        let words = words(&claimed.licenses, self.seller.clone())
            .ok_or_else(|| refused(FailureClass::Content, "the letter has no license".to_owned()))?;
        let content = self
            .templates
            .render(&letter.template, &words)
            .map_err(|error| refused(FailureClass::Content, error.to_string()))?;
        Ok(Letter { uid: letter.mail_uid.clone(), id: letter.id, to, content })
    }
}

/// What a letter with these licenses says; `None` without any.
pub(crate) fn words(licenses: &[Enclosed], seller: Option<String>) -> Option<LicenseLetter> {
    let (first, others) = licenses.split_first()?;
    let terms = &first.license.terms;
    Some(LicenseLetter {
        license: enclosure(first),
        others: others.iter().map(enclosure).collect(),
        name: terms.name.clone(),
        email: terms.email.clone(),
        mode: if terms.mode == "test" { Mode::Test } else { Mode::Live },
        seller,
    })
}

fn enclosure(enclosed: &Enclosed) -> Enclosure {
    let terms = &enclosed.license.terms;
    let day = |time: Timestamp| time.strftime("%B %-d, %Y").to_string();
    Enclosure {
        product_name: terms.product_name.clone(),
        tier: terms.tier.clone(),
        license_key: terms.key.clone(),
        blob: terms.blob.clone(),
        seats: u32::try_from(terms.seats).ok(),
        expires_at: terms.expires_at.map(day),
        updates_until: terms.updates_until.map(day),
        download: enclosed.download.clone(),
        order_id: terms.source_order_id.clone(),
    }
}
