//! Letters about the licenses of an order.

use super::Ledger;
use crate::Result;
use crate::letters::{self, Letter, NewLetter};

impl Ledger<'_> {
    /// Puts a letter about a license into the outbox, or into the envelope of another letter that has not left yet.
    /// Answers with the one that serves: a buyer who waits for a letter needs no second one.
    pub fn write_letter(
        &mut self,
        license_id: &str,
        letter: NewLetter,
        enclosed_in: Option<i64>,
    ) -> Result<Letter> {
        let number = self.number(license_id)?;
        letters::add(self.connection, number, license_id, letter, enclosed_in, self.now)
    }

    /// Holds back a letter that would bring a license which does not run any more.
    pub fn withhold_letters(&mut self, license_id: &str) -> Result<()> {
        let number = self.number(license_id)?;
        letters::withhold(self.connection, number, self.now).map(drop)
    }

    /// Sends what was held back, since the license runs again.
    pub fn release_letters(&mut self, license_id: &str) -> Result<()> {
        let number = self.number(license_id)?;
        letters::release(self.connection, number, self.now).map(drop)
    }

    /// The newest letter of a license.
    pub fn newest_letter(&mut self, license_id: &str) -> Result<Option<Letter>> {
        let number = self.number(license_id)?;
        letters::newest(self.connection, number)
    }
}
