//! What was told again can be forgotten.

use super::super::{History, Policy, Scope, State, Told};
use super::facts::day;
use super::histories::{days, policies, wild_facts};
use crate::fulfill::{Telling, told_again};
use jiff::Timestamp;
use mintmark_adapters::Event;
use proptest::collection::vec;
use proptest::prelude::*;

fn facts(tellings: &[Telling]) -> Vec<Told> {
    let facts = tellings.iter().flat_map(|telling| {
        let (delivery, received_at) = (telling.delivery, telling.received_at);
        telling.events.iter().cloned().map(move |event| Told { event, delivery, received_at })
    });
    facts.collect()
}

fn decided(tellings: &[Telling], policy: &Policy, now: Timestamp) -> Option<Result<State, &'static str>> {
    History::of(&facts(tellings)).map(|history| State::of(&history, policy, Scope::Order, now))
}

/// Some tellings, in the order of their numbers, many of which say what another has said; one may have arrived before
/// another with a smaller number.
fn tellings() -> impl Strategy<Value = Vec<Telling>> {
    let bodies = vec(vec(wild_facts(), 0..3), 1..5);
    (bodies, vec((any::<prop::sample::Index>(), 0..40_i64), 1..12)).prop_map(|(bodies, told)| {
        let told = told.into_iter().enumerate().map(|(number, (body, arrived))| {
            let events: Vec<Event> = body.get(&bodies).clone();
            let delivery = i64::try_from(number).unwrap();
            Telling { delivery, received_at: day(arrived), events }
        });
        told.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn without_what_was_told_again_an_order_is_what_it_was(
        tellings in tellings(),
        later in vec(wild_facts(), 0..3),
        policy in policies(),
        now in days(),
    ) {
        let again: Vec<i64> = told_again(&tellings).into_iter().map(|(delivery, _)| delivery).collect();
        let kept: Vec<Telling> =
            tellings.iter().filter(|telling| !again.contains(&telling.delivery)).cloned().collect();
        prop_assert_eq!(decided(&kept, &policy, day(now)), decided(&tellings, &policy, day(now)));
        let later = Telling { delivery: 99, received_at: day(41), events: later };
        let grown = |tellings: &[Telling]| [tellings, std::slice::from_ref(&later)].concat();
        prop_assert_eq!(
            decided(&grown(&kept), &policy, day(now)),
            decided(&grown(&tellings), &policy, day(now))
        );
        let first = |tellings: &[Telling]| tellings.iter().map(|telling| telling.delivery).min();
        prop_assert_eq!(first(&kept), first(&tellings));
    }
}
