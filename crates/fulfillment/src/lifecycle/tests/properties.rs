//! What holds for every history.

use super::super::{Expires, History, Policy, Scope, State, Told};
use super::facts::{day, told};
use super::histories::{days, histories, policies, wild_facts};
use super::model;
use jiff::Timestamp;
use mintmark_adapters::Event;
use proptest::collection::vec;
use proptest::prelude::*;

fn state(told: &[Told], policy: &Policy, now: Timestamp) -> Option<State> {
    History::of(told).map(|history| State::of(&history, policy, Scope::Order, now).unwrap())
}

/// What a blob says, but for its number.
type Content = (u32, u32, Option<Timestamp>, u64, Option<Timestamp>, Timestamp, String, String);

fn content(told: &[Told], policy: &Policy, now: Timestamp) -> Option<(Content, State)> {
    let (history, state) = (History::of(told)?, state(told, policy, now)?);
    let (first, latest) = (history.first(), history.latest());
    let (product_id, email) = (first.order.product_id.clone(), latest.order.email.clone());
    let content = (
        state.rotations,
        state.seats,
        state.expires_at,
        state.grace,
        state.updates_until,
        first.at,
        product_id,
        email,
    );
    Some((content, state))
}

/// Calls `visit` with every order of the items, by Heap's algorithm.
fn permutations(items: &mut [Event], size: usize, visit: &mut impl FnMut(&[Event])) {
    if size <= 1 {
        return visit(items);
    }
    for index in 0..size {
        permutations(items, size - 1, visit);
        items.swap(if size.is_multiple_of(2) { index } else { 0 }, size - 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_order_of_arrival_and_every_repetition_leads_to_the_state_of_the_model(
        mut facts in histories(6),
        policy in policies(),
        now in days(),
    ) {
        let expected = model::state(&facts, &policy, day(now));
        let size = facts.len();
        permutations(&mut facts, size, &mut |facts| {
            assert_eq!(state(&told(facts), &policy, day(now)), expected);
            let again = [facts, &facts[..size / 2]].concat();
            assert_eq!(state(&told(&again), &policy, day(now)), expected);
        });
    }

    #[test]
    fn each_telling_counts_for_itself_wherever_it_stands_in_the_list(
        facts in vec(wild_facts(), 1..6),
        policy in policies(),
        now in days(),
    ) {
        let decided = |told: &[Told]| History::of(told).map(|history| State::of(&history, &policy, Scope::Item(1), day(now)));
        let mut told = told(&facts);
        let expected = decided(&told);
        for _ in 0..facts.len() {
            told.rotate_left(1);
            assert_eq!(decided(&told), expected);
            told.reverse();
            assert_eq!(decided(&told), expected);
            told.reverse();
        }
    }

    #[test]
    fn a_blob_that_says_something_else_has_a_larger_number(
        facts in histories(8),
        policy in policies(),
        now in days(),
    ) {
        let told = told(&facts);
        let states = (1..=told.len()).filter_map(|count| content(&told[..count], &policy, day(now)));
        let states: Vec<(Content, State)> = states.collect();
        for pair in states.windows(2) {
            let ((before, old), (after, new)) = (&pair[0], &pair[1]);
            assert!(old.seq <= new.seq, "{old:?} {new:?}");
            assert!(before == after || old.seq < new.seq, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_blob_that_promises_more_than_was_paid_is_void(facts in histories(8), policy in policies()) {
        let policy = Policy { expires: Expires::Subscription, ..policy };
        let told = told(&facts);
        let states: Vec<State> =
            (1..=told.len()).filter_map(|count| state(&told[..count], &policy, day(200))).collect();
        for (index, new) in states.iter().enumerate() {
            for old in &states[..index] {
                let promises_more = new.expires_at.is_some_and(|new| old.expires_at.is_none_or(|old| old > new));
                assert!(!promises_more || old.seq < new.void_below, "{old:?} {new:?}");
            }
            assert!(new.void_below <= new.seq);
        }
    }

    #[test]
    fn nothing_changes_by_itself_before_its_time(
        facts in histories(6),
        policy in policies(),
        now in days(),
        later in days(),
    ) {
        let (now, later) = (day(now.min(later)), day(now.max(later)));
        let (told, before) = (told(&facts), state(&told(&facts), &policy, now));
        if before.as_ref().is_some_and(|state| state.review_at.is_none_or(|review| review > later)) {
            assert_eq!(state(&told, &policy, later), before);
        }
    }
}
