//! What an app knows at the moment it asks what a license may do.

use crate::{Marks, RevocationList};

/// The moment and the surroundings in which a license is judged. All times are Unix seconds.
///
/// Only the present time is required. Whatever is left out is not judged: without a build date, `upd` binds nobody;
/// without [`Marks`], an old blob and a clock that was turned back pass unnoticed.
///
/// ```
/// use mintmark_licensing::{Context, Marks};
///
/// let marks: Marks = "DTMARK1 clock=1767225600 list=7 seq=".parse()?;
/// let context = Context::at(1_767_300_000).with_build_date(1_766_000_000).with_marks(&marks);
/// assert_eq!(context.now(), 1_767_300_000);
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub(crate) now: i64,
    pub(crate) build_date: Option<i64>,
    pub(crate) marks: Option<&'a Marks>,
    pub(crate) revocation_list: Option<&'a RevocationList>,
}

impl<'a> Context<'a> {
    /// Only the present time.
    ///
    /// ```
    /// use mintmark_licensing::Context;
    /// use std::time::{SystemTime, UNIX_EPOCH};
    ///
    /// let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
    /// assert_eq!(Context::at(now).now(), now);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(now: i64) -> Self {
        Self { now, build_date: None, marks: None, revocation_list: None }
    }

    /// And when this build of the app was released: a constant of the build, never the date of installation.
    #[must_use]
    pub fn with_build_date(self, build_date: i64) -> Self {
        Self { build_date: Some(build_date), ..self }
    }

    /// And what the app remembers of earlier runs.
    #[must_use]
    pub fn with_marks(self, marks: &'a Marks) -> Self {
        Self { marks: Some(marks), ..self }
    }

    /// And the newest revocation list at hand, if there is one. `None` is the same as not calling this.
    #[must_use]
    pub fn with_revocation_list(self, list: Option<&'a RevocationList>) -> Self {
        Self { revocation_list: list, ..self }
    }

    /// The present time, as it was given.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The latest time that was ever seen. Turning the clock back gains nothing, because limits are held against this.
    pub(crate) fn latest_time(&self) -> i64 {
        self.marks.map_or(self.now, |marks| self.now.max(marks.clock()))
    }
}
