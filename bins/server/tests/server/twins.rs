//! Many deliveries of one order at the same time.

use crate::installation::{Installation, sale};
use mintmark_storage::on_both_databases;
use std::sync::Barrier;

const TWINS: usize = 200;

on_both_databases! {
    fn two_hundred_twins_are_one_license_one_letter_and_two_hundred_rows(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let start = Barrier::new(TWINS);
        std::thread::scope(|scope| {
            let deliver = || {
                start.wait();
                let answer = server.deliver(sale("TWIN").as_bytes());
                (answer.status, answer.json["license_key"].as_str().map(str::to_owned))
            };
            let twins: Vec<_> = (0..TWINS).map(|_| scope.spawn(deliver)).collect();
            let mut answers: Vec<_> = twins.into_iter().map(|twin| twin.join().unwrap()).collect();
            answers.dedup();
            assert!(matches!(answers.as_slice(), [(200, Some(_))]), "{answers:?}");
        });
        assert_eq!((installation.licenses().len(), installation.rows().len()), (1, TWINS));
        let letters = &installation.licenses()[0]["letters"];
        assert_eq!(letters.as_array().unwrap().len(), 1);
        crate::installation::wait_until("the letter", || installation.letter_files().len() == 1);
    }
}
