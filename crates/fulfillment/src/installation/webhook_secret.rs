//! The webhook secret that a first run generates where the settings name none, and the one that it replaced.
//!
//! The file has the secret on its first line. While it is rotated, the old one is on the second, and on the third since
//! when that is so.

use super::DataFolder;
use crate::Error;
use jiff::Timestamp;
use mintmark_adapters::WebhookSecret;

pub(crate) const WEBHOOK_SECRET: &str = "webhook-secret";
/// In front of the time on the third line.
const ROTATED: &str = "rotated ";

/// The generated webhook secret.
#[derive(Debug)]
pub(crate) struct StoredSecret {
    /// The one to give to the store.
    pub(crate) newest: WebhookSecret,
    /// The one that it replaces, accepted still.
    pub(crate) old: Option<OldSecret>,
    birth: Birth,
}

/// A secret that is being replaced.
#[derive(Debug, Clone)]
pub(crate) struct OldSecret {
    pub(crate) secret: WebhookSecret,
    /// Since when there is a newer one.
    pub(crate) rotated_at: Timestamp,
}

/// Which run generated a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Birth {
    /// This very one: this is the one time to print it unasked.
    Now,
    Earlier,
}

impl StoredSecret {
    /// The secret of the folder; `None` if it holds none.
    pub(crate) fn read(folder: &DataFolder) -> Result<Option<Self>, Error> {
        let Some(bytes) = folder.read(WEBHOOK_SECRET)? else { return Ok(None) };
        let read = std::str::from_utf8(&bytes).ok().and_then(parse);
        read.map(Some).ok_or_else(|| Error::BrokenFile(folder.path(WEBHOOK_SECRET)))
    }

    /// The secret of the folder, made if it is missing.
    pub(crate) fn read_or_make(folder: &DataFolder) -> Result<Self, Error> {
        if let Some(stored) = Self::read(folder)? {
            return Ok(stored);
        }
        let stored = Self { newest: WebhookSecret::generate()?, old: None, birth: Birth::Now };
        folder.create(WEBHOOK_SECRET, stored.text().as_bytes())?;
        Ok(stored)
    }

    /// Generates another one, and keeps this beside it.
    pub(super) fn rotated(self, now: Timestamp) -> Result<Self, Error> {
        let old = OldSecret { secret: self.newest, rotated_at: now };
        Ok(Self { newest: WebhookSecret::generate()?, old: Some(old), birth: Birth::Now })
    }

    /// Without the old one.
    pub(super) fn finished(self) -> Self {
        Self { old: None, ..self }
    }

    pub(super) fn write(&self, folder: &DataFolder) -> Result<(), Error> {
        folder.replace(WEBHOOK_SECRET, self.text().as_bytes())
    }

    /// Those that are accepted, the newest first.
    pub(crate) fn accepted(&self) -> Vec<WebhookSecret> {
        let old = self.old.as_ref().map(|old| old.secret.clone());
        [self.newest.clone()].into_iter().chain(old).collect()
    }

    /// The secret, if it was made now.
    pub(crate) fn made(self) -> Option<WebhookSecret> {
        (self.birth == Birth::Now).then_some(self.newest)
    }

    fn text(&self) -> String {
        let old =
            self.old.as_ref().map(|old| format!("{}\n{ROTATED}{}\n", old.secret.expose(), old.rotated_at));
        format!("{}\n{}", self.newest.expose(), old.unwrap_or_default())
    }
}

fn parse(text: &str) -> Option<StoredSecret> {
    let mut lines = text.trim().lines().map(str::trim);
    let newest = lines.next()?.parse().ok()?;
    let old = match lines.next() {
        Some(old) => Some(OldSecret {
            secret: old.parse().ok()?,
            rotated_at: lines.next()?.strip_prefix(ROTATED)?.parse().ok()?,
        }),
        None => None,
    };
    Some(StoredSecret { newest, old, birth: Birth::Earlier })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_one_secret_is_one_line_and_is_read_with_or_without_its_end() {
        for text in ["a-secret-of-twenty-five", "a-secret-of-twenty-five\n"] {
            let stored = parse(text).unwrap();
            assert_eq!((stored.newest.expose(), stored.old.is_none()), ("a-secret-of-twenty-five", true));
            assert_eq!(stored.text(), "a-secret-of-twenty-five\n");
        }
    }

    #[test]
    fn while_it_is_rotated_the_file_has_both_and_since_when() {
        let now = "2026-03-01T10:00:00Z".parse().unwrap();
        let rotated = parse("a-secret-of-twenty-five").unwrap().rotated(now).unwrap();
        let read = parse(&rotated.text()).unwrap();
        assert_eq!(read.newest.expose(), rotated.newest.expose());
        let old = read.old.clone().unwrap();
        assert_eq!((old.secret.expose(), old.rotated_at), ("a-secret-of-twenty-five", now));
        assert_eq!(read.finished().text(), format!("{}\n", rotated.newest.expose()));
    }

    #[test]
    fn a_file_that_was_cut_off_is_no_secret() {
        for text in
            ["", "short", "a-secret-of-twenty-five\nold", "a-secret-of-twenty-five\nanother-one-of-ours\n"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
