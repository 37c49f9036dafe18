//! Why nobody gets in: whoever may mint by hand writes into the database.

use crate::{Authentic, NotAuthentic};

/// There is no door for this source, so everybody is a stranger.
pub(super) fn refuse() -> Result<Authentic, NotAuthentic> {
    Err(NotAuthentic)
}
