//! The whole life of an order, told in every order of arrival: one license at most, in the state of the model.

mod happening;
mod histories;
mod model;
mod town;

use happening::{Happening, Purchase};
use histories::{MEMBERSHIPS, SINGLE_ORDERS, permutations};
use mintmark_storage::on_both_databases;
use town::Town;

on_both_databases! {
    fn after_each_event_of_each_membership_its_license_is_what_the_model_says(database: TestDatabase) {
        live(&Town::on(&database, Purchase::Membership), &MEMBERSHIPS);
    }

    fn after_each_event_of_each_order_its_license_is_what_the_model_says(database: TestDatabase) {
        live(&Town::on(&database, Purchase::Single), &SINGLE_ORDERS);
    }

    fn what_is_told_all_at_once_leads_to_one_license_at_most(database: TestDatabase) {
        // Many of each: how the threads take turns is left to chance.
        let lives = || MEMBERSHIPS.iter().cycle().take(70).map(|events| events.as_slice());
        let town = Town::on(&database, Purchase::Membership);
        town.tell(lives());
        town.check_in_no_order(lives());
        town.check_that_nothing_is_left_to_do();
    }
}

fn live(town: &Town, histories: &[[Happening; 5]]) {
    let lives: Vec<Vec<Happening>> = histories.iter().flat_map(|events| permutations(events)).collect();
    for count in 1..=5 {
        town.tell(lives.iter().map(|life| &life[count - 1..count]));
        town.check(lives.iter().map(|life| &life[..count]));
    }
    town.check_that_nothing_is_left_to_do();
}
