//! How much memory the bodies at hand may take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory of all bodies that are being read or recorded at once, in bytes.
pub(crate) const ROOM: usize = 64 * 1024 * 1024;
/// What a delivery takes beside its body: headers, buffers, its place in the queue. It bounds their number, too.
const OVERHEAD: usize = 4 * 1024;

/// The room for bodies; one for all workers.
///
/// It is taken by what has arrived, never by what was announced: a client that announces much and sends little takes
/// nothing from the others.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    taken: Arc<AtomicUsize>,
    size: usize,
}

/// A delivery's part of the room, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    room: Room,
    bytes: usize,
}

impl Room {
    /// Room for `size` bytes.
    pub(crate) fn new(size: usize) -> Self {
        Self { taken: Arc::default(), size }
    }

    /// A place for one more delivery; `None` if there is no room.
    pub(crate) fn enter(&self) -> Option<Place> {
        let mut place = Place { room: self.clone(), bytes: 0 };
        place.grow(OVERHEAD).then_some(place)
    }
}

impl Place {
    /// Takes `bytes` more; `false`, and nothing taken, if there is no room for them.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let size = self.room.size;
        let grown = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= size);
        let has_room = self.room.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, grown).is_ok();
        if has_room {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        has_room
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let room = Room::new(2 * OVERHEAD + 10);
        let mut first = room.enter().unwrap();
        assert!(first.grow(10));
        let mut second = room.enter().unwrap();
        assert!(!second.grow(1));
        assert!(room.enter().is_none());
        drop(first);
        assert!(second.grow(10));
        drop(second);
        assert_eq!(room.taken.load(Ordering::Acquire), 0);
    }
}
