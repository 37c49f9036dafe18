//! Which order a request tells of: each a new one, or those again that were told before.

use std::cell::Cell;

/// Hands out orders by number. A number stands for the same order in every run of the same salt.
#[derive(Debug)]
pub(crate) struct Orders {
    salt: u64,
    next: Cell<u64>,
    /// After the last one, the first one again.
    end: u64,
}

/// One order: its number turned into texts that look as random as a store's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order(u64, u64);

impl Orders {
    /// Orders that nobody has told of.
    pub(crate) fn new(salt: u64) -> Self {
        Self { salt, next: Cell::new(0), end: u64::MAX }
    }

    /// The orders that have been handed out so far, again and again.
    pub(crate) fn told(&self) -> Self {
        Self { salt: self.salt, next: Cell::new(0), end: self.next.get().max(1) }
    }

    pub(crate) fn take(&self) -> Order {
        let number = self.next.get();
        self.next.set(if number + 1 >= self.end { 0 } else { number + 1 });
        Order(self.salt, number)
    }
}

impl Order {
    /// Two numbers that look random and belong to this order alone.
    pub(crate) fn scattered(self) -> (u64, u64) {
        let Self(salt, number) = self;
        let first = scatter(salt ^ scatter(number));
        (first, scatter(first ^ number.rotate_left(32)))
    }
}

/// A bijection without pattern (the finalizer of SplitMix64): different numbers stay different.
pub(crate) fn scatter(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn new_orders_never_repeat() {
        let orders = Orders::new(7);
        let ids: BTreeSet<_> = (0..10_000).map(|_| orders.take().scattered()).collect();
        assert_eq!(ids.len(), 10_000);
    }

    #[test]
    fn what_was_told_is_told_again_in_the_same_order() {
        let orders = Orders::new(7);
        let first: Vec<_> = (0..3).map(|_| orders.take()).collect();
        let again = orders.told();
        let second: Vec<_> = (0..6).map(|_| again.take()).collect();
        assert_eq!(second, [first.clone(), first].concat());
    }

    #[test]
    fn another_salt_makes_other_orders() {
        assert_ne!(Orders::new(1).take().scattered(), Orders::new(2).take().scattered());
    }
}
