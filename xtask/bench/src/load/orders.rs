//! Which order a request tells of: each a new one, or those again that were told before.

use std::cell::Cell;

/// Hands out orders by number. A number stands for the same order in every run of the same salt.
#[derive(Debug)]
pub(crate) struct Orders {
    salt: u64,
    next: Cell<u64>,
    end: End,
}

/// What comes after the last order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// There is no last one.
    Never,
    /// The first one again.
    Again(u64),
    /// Nothing.
    Stop(u64),
}

/// One order: its number turned into texts that look as random as a store's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order(u64, u64);

impl Orders {
    /// Orders that nobody has told of.
    pub(crate) fn new(salt: u64) -> Self {
        Self { salt, next: Cell::new(0), end: End::Never }
    }

    /// So many of them.
    pub(crate) fn only(salt: u64, count: u64) -> Self {
        Self { salt, next: Cell::new(0), end: End::Stop(count) }
    }

    /// The orders that have been handed out so far, again and again.
    pub(crate) fn told(&self) -> Self {
        Self { salt: self.salt, next: Cell::new(0), end: End::Again(self.next.get()) }
    }

    pub(crate) fn take(&self) -> Option<Order> {
        let number = match self.end {
            End::Stop(end) if self.next.get() >= end => return None,
            End::Again(end) if self.next.get() >= end => 0,
            End::Never | End::Again(_) | End::Stop(_) => self.next.get(),
        };
        self.next.set(number + 1);
        Some(Order(self.salt, number))
    }
}

impl Order {
    /// The first one of a salt.
    pub(crate) fn first(salt: u64) -> Self {
        Self(salt, 0)
    }

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
        let ids: BTreeSet<_> = (0..10_000).map(|_| orders.take().unwrap().scattered()).collect();
        assert_eq!(ids.len(), 10_000);
    }

    #[test]
    fn what_was_told_is_told_again_in_the_same_order() {
        let orders = Orders::new(7);
        let first: Vec<_> = (0..3).filter_map(|_| orders.take()).collect();
        let again = orders.told();
        let second: Vec<_> = (0..6).filter_map(|_| again.take()).collect();
        assert_eq!(second, [first.clone(), first].concat());
    }

    #[test]
    fn a_number_of_orders_ends() {
        let orders = Orders::only(7, 2);
        assert_eq!((0..5).filter_map(|_| orders.take()).count(), 2);
    }

    #[test]
    fn another_salt_makes_other_orders() {
        assert_ne!(Order::first(1).scattered(), Order::first(2).scattered());
    }
}
