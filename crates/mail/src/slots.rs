//! A limit on how many connections one channel holds.

use std::{
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

const SLOTS: usize = 2;

/// Two of a kind, each used by one thread at a time. A third thread waits.
pub(crate) struct Slots<T> {
    slots: [Mutex<T>; SLOTS],
    turn: AtomicUsize,
}

impl<T> Slots<T> {
    /// Fills both slots.
    pub(crate) fn new(fill: impl Fn() -> T) -> Self {
        Self { slots: std::array::from_fn(|_| Mutex::new(fill())), turn: AtomicUsize::new(0) }
    }

    /// Takes a free slot, or waits for one of them.
    pub(crate) fn take(&self) -> MutexGuard<'_, T> {
        for slot in &self.slots {
            match slot.try_lock() {
                Ok(guard) => return guard,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        // Taking turns spreads those who wait over both slots.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % SLOTS;
        self.slots[turn].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Slots<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Slots").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn two_threads_pass_and_a_third_waits() {
        let slots = Slots::new(|| 0);
        let first = slots.take();
        let second = slots.take();
        std::thread::scope(|scope| {
            let third = scope.spawn(|| *slots.take() += 1);
            assert!(!third.is_finished());
            drop(first);
            drop(second);
            third.join().unwrap();
        });
        assert_eq!(*slots.take() + *slots.take(), 1);
    }
}
