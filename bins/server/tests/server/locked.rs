//! A database that cannot be written: the store is told to come again, in time, and nothing is lost.

use crate::installation::{Installation, sale};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::WriteLock;
use serde_json::json;
use std::time::{Duration, Instant};

/// The store gives up after five seconds; the answer comes before, on a slow machine too.
const IN_TIME: Duration = Duration::from_secs(5);

on_both_databases! {
    fn what_cannot_be_recorded_is_answered_503_in_time_and_taken_when_it_comes_again(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let lock = WriteLock::take(&installation.database);

        let since = Instant::now();
        let refused = server.deliver(sale("SALE-1").as_bytes());

        assert!(since.elapsed() < IN_TIME, "{:?}", since.elapsed());
        assert_eq!((refused.status, &refused.json["status"]), (503, &json!("not-recorded")));
        drop(lock);
        crate::installation::wait_until("a recovery", || server.deliver(sale("SALE-1").as_bytes()).status == 200);
        assert_eq!(installation.licenses().len(), 1);
    }

    fn a_short_lock_only_delays(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let lock = WriteLock::take(&installation.database);
        let answer = std::thread::scope(|scope| {
            let answer = scope.spawn(|| server.deliver(sale("SALE-1").as_bytes()));
            std::thread::sleep(Duration::from_millis(500));
            drop(lock);
            answer.join().unwrap()
        });
        assert_eq!((answer.status, &answer.json["status"]), (200, &json!("ok")));
    }
}
