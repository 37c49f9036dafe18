//! `run`.

use crate::installation::Installation;

#[test]
fn a_row_is_fulfilled_once_its_product_is_mapped_and_a_second_run_changes_nothing() {
    let mut installation = Installation::new();
    installation.sell("S1", "forgotten");
    let early = installation.replay(&["run", "1"]);
    assert_eq!(
        (early.code, early.errors.as_str()),
        (1, "0 fulfilled, 0 letters queued, 0 nothing to do, 1 failed again\n")
    );
    assert!(early.output.starts_with("1  failed again  no entry in config/products.yaml: gumroad/forgotten"));

    installation.map("forgotten");
    let repaired = installation.replay(&["run", "1"]);
    assert_eq!(
        (repaired.code, repaired.errors.as_str()),
        (0, "1 fulfilled, 0 letters queued, 0 nothing to do, 0 failed again\n")
    );
    assert!(repaired.output.starts_with("1  fulfilled  DT1-PRO-"), "{}", repaired.output);

    let before = installation.rows(&["show", "1", "--json"]);
    let again = installation.replay(&["run", "1"]);
    assert_eq!(
        (again.code, again.errors.as_str()),
        (0, "0 fulfilled, 0 letters queued, 1 nothing to do, 0 failed again\n")
    );
    assert_eq!(installation.rows(&["show", "1", "--json"]), before);
}

#[test]
fn a_letter_that_could_not_be_sent_is_queued_again_and_stays_the_one_letter() {
    let mut installation = Installation::with_unreachable_provider();
    installation.sell("S1", "known");
    let row = installation.rows(&["list", "--failed", "--json"]).remove(0);
    assert_eq!(row["processed"], true);
    assert!(row["error"].as_str().unwrap().starts_with("email error: "), "{row}");
    for _ in 0..2 {
        let queued = installation.replay(&["run", "--failed", "--yes"]);
        let told = "0 fulfilled, 1 letter queued, 0 nothing to do, 0 failed again\n";
        assert_eq!((queued.code, queued.errors.as_str()), (0, told));
    }
    let letters = installation.rows(&["show", "1", "--json"]).remove(0)["letters"].take();
    assert_eq!((letters.as_array().unwrap().len(), &letters[0]["state"]), (1, &"queued".into()));
}

#[test]
fn a_letter_that_nobody_can_send_fails_again_and_the_report_says_what_helps() {
    let mut installation = Installation::new();
    installation.deliver("sale_id=S1&product_id=known&email=ada%40localhost&price=1000&resource_name=sale");
    let finished = installation.replay(&["run", "1"]);
    assert_eq!(finished.code, 1, "{finished:?}");
    assert!(finished.output.starts_with("1  failed again  email error: "), "{}", finished.output);
    let shown = installation.replay(&["show", "1"]).output;
    assert!(
        shown.contains("\nNext: ask the buyer for an address, then: mintmark-admin license resend "),
        "{shown}"
    );
}

#[test]
fn filters_take_only_what_has_something_left_to_do_and_oldest_first() {
    let mut installation = Installation::new();
    for (sale, product) in [("S1", "forgotten"), ("S2", "known"), ("S3", "forgotten")] {
        installation.sell(sale, product);
    }
    installation.map("forgotten");
    let rows = installation.rows(&["run", "--source", "gumroad", "--yes", "--json"]);
    let told: Vec<_> = rows.iter().map(|row| (&row["id"], &row["outcome"])).collect();
    assert_eq!(serde_json::json!(told), serde_json::json!([[1, "minted"], [3, "minted"]]));
    let again = installation.replay(&["run", "--source", "gumroad", "--yes"]);
    assert_eq!((again.code, again.output.as_str(), again.errors.as_str()), (0, "", "nothing to replay\n"));
}

#[test]
fn an_unknown_id_fails_and_the_others_are_still_replayed() {
    let mut installation = Installation::new();
    installation.sell("S1", "forgotten");
    installation.map("forgotten");
    let finished = installation.replay(&["run", "999", "1", "1"]);
    assert_eq!(finished.code, 1);
    assert!(finished.output.starts_with("1  fulfilled"), "{}", finished.output);
    let told = "error: there is no delivery 999\n1 fulfilled, 0 letters queued, 0 nothing to do, 0 failed again, 1 unknown\n";
    assert_eq!(finished.errors, told);
}

#[test]
fn nothing_runs_unasked_without_a_person_at_the_terminal() {
    let mut installation = Installation::new();
    installation.sell("S1", "forgotten");
    installation.map("forgotten");
    let finished = installation.replay(&["run", "--failed"]);
    assert_eq!(finished.code, 2);
    assert_eq!(
        finished.errors,
        "error: nobody is at the terminal to confirm; --yes replays without asking\n"
    );
    assert_eq!(installation.rows(&["list", "--json"])[0]["attempts"], 1);
}

#[test]
fn a_run_without_rows_or_filters_is_wrong_usage() {
    let installation = Installation::new();
    for arguments in [&["run"][..], &["run", "--yes"], &["run", "--limit", "5"], &["run", "1", "--failed"]] {
        assert_eq!(installation.replay(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_preview_says_what_would_be_done_and_does_nothing() {
    let mut installation = Installation::with_unreachable_provider();
    installation.sell("S1", "forgotten");
    installation.sell("S2", "known");
    installation.sell("S3", "nobody-knows");
    installation.map("forgotten");
    let words = installation.replay(&["run", "--failed", "--dry-run"]);
    assert_eq!((words.code, words.errors.as_str()), (0, ""));
    insta::assert_snapshot!("preview", mask(&words.output));
    let rows = installation.rows(&["run", "--failed", "--dry-run", "--json"]);
    assert_eq!(rows[0]["rows"], 3);
    let counts = ["licenses", "letters", "unmapped", "held"].map(|name| rows[0][name].as_i64());
    assert_eq!(counts, [Some(1), Some(1), Some(1), Some(0)]);
    assert!(installation.rows(&["list", "--json"]).iter().all(|row| row["attempts"] == 1));
    let named = installation.replay(&["run", "1", "--dry-run"]);
    assert!(named.output.starts_with("1 row has something left to do, of 2026-11-02 00:00:\n"), "{named:?}");
}

#[test]
fn a_long_run_prints_its_summary_alone() {
    let mut installation = Installation::new();
    for number in 0..60 {
        installation.sell(&format!("S{number}"), if number < 50 { "forgotten" } else { "nobody-knows" });
    }
    installation.map("forgotten");
    let finished = installation.replay(&["run", "--failed", "--yes"]);
    assert_eq!((finished.code, finished.output.as_str()), (1, ""));
    let told = "50 fulfilled, 0 letters queued, 0 nothing to do, 10 failed again\n\
        By outcome: 10 failed, 50 minted\nFailed again:\n     \
        10  no entry in config/products.yaml: gumroad/nobody-knows\n";
    assert_eq!(finished.errors, told);
}

/// The provider's words are the system's.
fn mask(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("email error: ") {
        Some((before, _)) => format!("{before}email error: …\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}
