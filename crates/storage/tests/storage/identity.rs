//! Who this installation is: the first of several servers decides.

use crate::examples::{at, open};
use mintmark_storage::{Registration, on_both_databases};

on_both_databases! {
    fn the_first_value_stays(database: TestDatabase) {
        let store = open(&database);
        assert_eq!(store.registered("signing_key").expect("an answer"), None);
        let register = |value: &str| store.register("signing_key", value, at(0)).wait().expect("an answer");
        assert_eq!(register("k1"), Registration::New);
        assert_eq!(register("k1"), Registration::Same);
        assert_eq!(register("k2"), Registration::Other("k1".to_owned()));
        assert_eq!(store.registered("signing_key").expect("an answer"), Some("k1".to_owned()));
        assert_eq!(store.registered("license_key_secret").expect("an answer"), None);
    }

    fn of_many_at_once_one_decides_and_the_others_learn_its_value(database: TestDatabase) {
        let store = open(&database);
        let registrations: Vec<_> =
            (0..20).map(|number| store.register("signing_key", &format!("k{number}"), at(0))).collect();
        let answers: Vec<_> = registrations.into_iter().map(|pending| pending.wait().expect("an answer")).collect();
        assert_eq!(answers.iter().filter(|answer| **answer == Registration::New).count(), 1);
        let winner = store.registered("signing_key").expect("an answer").expect("a value");
        let losers = answers.iter().filter(|answer| **answer == Registration::Other(winner.clone())).count();
        assert_eq!(losers, 19);
    }
}
