//! `run`, stopped by Ctrl-C, and `run --watch`.

use crate::installation::{Finished, Installation};
use mintmark_fulfillment::{AuditFilter, AuditRow, LicenseFilter, Outcome, RowState};
use mintmark_storage::on_both_databases;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

/// More than three times the rows that are in hand together.
const SALES: usize = 3_100;

on_both_databases! {
    fn a_run_that_is_interrupted_again_and_again_mints_each_row_once(database: TestDatabase) {
        let installation = Installation::on(&database);
        installation.sell_all((0..SALES).map(|number| format!("S{number}")), "forgotten");
        installation.map("forgotten");
        let stop = AtomicBool::new(false);
        let interrupted = std::thread::scope(|scope| {
            let live = scope.spawn(|| sell_until(&stop, &installation));
            let interrupted = replay_in_pieces(&installation);
            stop.store(true, Ordering::Relaxed);
            assert!(live.join().unwrap() > 0, "the server came to nothing beside the replay");
            interrupted
        });
        assert!(interrupted >= 2, "{interrupted}");
        let rows = rows(&installation, AuditFilter::default());
        let replayed: Vec<&AuditRow> = rows.iter().filter(|row| row.attempts == 2).collect();
        assert_eq!(replayed.len(), SALES);
        assert!(replayed.iter().all(|row| row.outcome == Some(Outcome::Minted)));
        let keys: Vec<&str> = rows.iter().filter_map(|row| row.license_key.as_deref()).collect();
        let different: BTreeSet<&str> = keys.iter().copied().collect();
        let licenses = installation.server().records().licenses(&LicenseFilter::default()).unwrap();
        assert_eq!((keys.len(), licenses.len()), (different.len(), different.len()));
        let shown = installation.rows(&["show", &replayed[0].id.to_string(), "--json"]).remove(0);
        assert_eq!(shown["letters"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn what_fails_while_somebody_watches_is_replayed_once_its_product_is_mapped() {
    let mut installation = Installation::new();
    installation.sell("S1", "forgotten");
    let mut program = installation.program(&["run", "--failed", "--watch", "--yes"]);
    let mut watch = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert!(next().starts_with("1  failed again  no entry in"));
    installation.map("forgotten");
    assert!(next().starts_with("1  fulfilled  DT1-PRO-"));
    installation.sell("S2", "forgotten");
    assert!(next().starts_with("2  fulfilled  DT1-PRO-"));
    interrupt(&watch);
    let finished: Finished = watch.wait_with_output().unwrap().into();
    assert_eq!(finished.code, 0, "{finished:?}");
    let attempts: Vec<_> =
        installation.rows(&["list", "--json"]).iter().map(|row| row["attempts"].clone()).collect();
    assert_eq!(attempts, [2, 3], "what failed again was left alone until it could be mended");
}

/// How often it was interrupted.
fn replay_in_pieces(installation: &Installation) -> usize {
    for interrupted in 0.. {
        let left = left(installation);
        let mut program = installation.program(&["run", "--failed", "--yes"]);
        let mut run = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while self::left(installation) == left && run.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        interrupt(&run);
        let finished: Finished = run.wait_with_output().unwrap().into();
        match finished.code {
            130 => assert!(
                finished.errors.ends_with("rows. To go on: mintmark-replay run --failed --yes\n"),
                "{finished:?}"
            ),
            0 => return interrupted,
            _ => panic!("{finished:?}"),
        }
    }
    unreachable!("the rows are finite")
}

/// As a server beside the replay does; how many. What it refuses because the machine is busy, a store sends again.
fn sell_until(stop: &AtomicBool, installation: &Installation) -> usize {
    let mut sold = 0;
    while !stop.load(Ordering::Relaxed) {
        sold += usize::from(installation.try_to_sell(&format!("live-{sold}"), "known").is_ok());
    }
    sold
}

fn left(installation: &Installation) -> usize {
    rows(installation, AuditFilter { state: Some(RowState::Failed), ..AuditFilter::default() }).len()
}

fn rows(installation: &Installation, filter: AuditFilter) -> Vec<AuditRow> {
    installation.server().records().rows(&filter).unwrap()
}

fn interrupt(child: &Child) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    // It may be done already.
    let _ = kill_process(pid, Signal::INT);
}
