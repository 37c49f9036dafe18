//! Letters by hand: listed, sent again, held, and looked at before they are sent.

use crate::views::to_json;
use crate::{Error, Fulfillment, Operator, Records, outbox};
use jiff::Timestamp;
use mintmark_mail::{Address, Content};
use mintmark_storage::{Handled, Letter, LetterFilter, LetterRow};
use serde_json::{Value, json};

/// A letter as it would look.
#[derive(Debug)]
pub struct Preview {
    /// Its number; `None` for a template with invented licenses.
    pub letter: Option<i64>,
    /// Whom it would go to.
    pub recipient: Option<String>,
    /// Subject, text, HTML and attachments.
    pub content: Content,
}

impl Records {
    /// The letters that a filter names, newest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn letter_rows(&self, filter: &LetterFilter) -> Result<Vec<LetterRow>, Error> {
        Ok(self.store.letter_rows(filter)?)
    }

    /// A letter as JSON, with the order that it is about.
    pub fn letter_json(row: &LetterRow) -> Value {
        let letter = &row.letter;
        let mut shown = to_json(crate::views::LetterView::from(letter));
        shown["replaced"] = json!(row.replaced);
        shown["queued_at"] = json!(letter.queued_at);
        shown["license_id"] = json!(letter.license_id);
        shown["source"] = json!(row.source);
        shown["mode"] = json!(row.mode);
        shown["order_id"] = json!(row.order_id);
        shown["product_name"] = json!(row.product_name);
        shown
    }

    /// Puts a letter into the queue that waits, failed, came back or is held: the same letter. Its address gets letters
    /// again.
    ///
    /// # Errors
    /// The database fails.
    pub fn retry_letter(&self, id: i64, operator: &Operator, now: Timestamp) -> Result<Handled, Error> {
        Ok(self.store.retry_letter(id, operator.to_string(), now).wait()?)
    }

    /// Keeps a letter from being sent, until it is sent again by hand.
    ///
    /// # Errors
    /// The database fails.
    pub fn hold_letter(&self, id: i64, operator: &Operator, now: Timestamp) -> Result<Handled, Error> {
        Ok(self.store.hold_letter(id, operator.to_string(), now).wait()?)
    }
}

/// Why a letter cannot be sent at all, whoever wishes it.
pub fn unmailable(letter: &Letter) -> Option<String> {
    Address::parse(&letter.recipient).err().map(|error| error.to_string())
}

impl Fulfillment {
    /// A letter as it would look if it were sent now: by its number, or the newest of each license that is found by an
    /// id, key, order or address.
    ///
    /// # Errors
    /// There is none, its template does not render, or the database fails.
    pub fn preview(&self, name: &str) -> Result<Vec<Preview>, Error> {
        let mut letters = match name.parse() {
            Ok(id) => self.records.letter_rows(&LetterFilter { ids: vec![id], ..LetterFilter::default() })?,
            Err(_) => Vec::new(),
        };
        if letters.is_empty() {
            let mut ids = Vec::new();
            for license in self.records.licenses_named(name)? {
                let letter = self.records.store.newest_letter(&license.terms.id)?;
                ids.extend(letter.map(|letter| letter.enclosed_in.unwrap_or(letter.id)));
            }
            letters = self.records.letter_rows(&LetterFilter { ids, ..LetterFilter::default() })?;
        }
        letters.into_iter().map(|row| self.preview_of(row.letter)).collect()
    }

    /// A letter of this name with invented licenses.
    ///
    /// # Errors
    /// There is no such template.
    pub fn preview_template(&self, name: &str) -> Result<Preview, Error> {
        let content = self.templates().sample(name, self.seller().as_deref())?;
        Ok(Preview { letter: None, recipient: None, content })
    }

    fn preview_of(&self, letter: Letter) -> Result<Preview, Error> {
        let leader = letter.enclosed_in.unwrap_or(letter.id);
        let licenses = self.records.store.licenses_in_letter(leader)?;
        let words = outbox::words(&licenses, self.seller());
        let words = words.ok_or_else(|| Error::NotFound { what: "letter", id: letter.id.to_string() })?;
        let content = self.templates().render(&letter.template, &words)?;
        Ok(Preview { letter: Some(leader), recipient: Some(letter.recipient), content })
    }
}
