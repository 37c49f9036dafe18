//! `run --watch`: goes on with what fails from now on.

use super::choice::Wanted;
use super::work::{Told, Work};
use crate::failure::{Ending, Failure};
use mintmark_terminal::say;
use std::collections::HashSet;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);
/// Looking takes at most such a part of the time, however long the log is.
const PART: u32 = 20;

impl Work<'_> {
    /// Until somebody asks it to stop. What failed again is left alone until the products file is another.
    pub(super) fn watch(
        &self,
        wanted: &Wanted,
        chosen: Vec<i64>,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        say("watching; Ctrl-C ends it");
        let (mut failed, mut products) = (HashSet::new(), self.products_changed());
        let (mut ids, mut pause) = (chosen, EVERY);
        loop {
            if !ids.is_empty() {
                let finished = self.replay(&ids, output)?;
                finished.tell(self.told.of_group(&ids), &ids, self.interrupt);
                failed.extend(finished.failed);
            }
            output.flush()?;
            self.interrupt.wait(pause);
            if self.interrupt.is_asked() {
                return Ok(if failed.is_empty() { Ending::Done } else { Ending::SomeFailed });
            }
            let changed = self.products_changed();
            if changed != products {
                products = changed;
                match self.fulfillment.reload_catalog() {
                    Ok(()) => failed.clear(),
                    Err(problems) => say(&format!("the products stay as they were:\n{problems}")),
                }
            }
            let begun = Instant::now();
            let choice = wanted.choose(self.fulfillment)?;
            ids = choice.ids.into_iter().filter(|id| !failed.contains(id)).collect();
            pause = EVERY.max(begun.elapsed() * PART);
        }
    }

    fn products_changed(&self) -> Option<SystemTime> {
        let path = self.fulfillment.settings().products_file.path();
        std::fs::metadata(path).ok()?.modified().ok()
    }
}

impl Told {
    fn of_group(self, ids: &[i64]) -> Self {
        if self == Self::Lines && ids.len() > super::ROWS_FOR_A_PERSON { Self::Summary } else { self }
    }
}
