//! `correct` and `dismiss`: rows that a person settles.

use crate::installation::Installation;

const OVERWRITTEN: &str = "sale_id=S1&product_id=known&email=typed%40example.com&price=1000&resource_name=sale\
    &custom_fields%5Bemail%5D=typed%40example.com";
const WHY: [&str; 4] = ["--why", "as in Gumroad", "--by", "grace"];

fn next_step(installation: &Installation, id: &str) -> String {
    let shown = installation.replay(&["show", id]).output;
    shown.lines().last().unwrap().to_owned()
}

#[test]
fn a_held_row_names_what_settles_it_and_that_settles_it() {
    let mut installation = Installation::new();
    installation.deliver(OVERWRITTEN);
    assert_eq!(
        next_step(&installation, "1"),
        "Next: compare it with the order in the store; then: mintmark-replay correct 1 --set FIELD=VALUE --why WHY; or, \
         if nothing is owed: mintmark-replay dismiss 1 --why WHY"
    );
    let set = ["correct", "1", "--set", "email=ada@example.com"];
    let corrected = installation.replay(&[&set[..], &WHY[..]].concat());
    assert_eq!((corrected.code, corrected.errors.as_str()), (0, ""));
    assert!(corrected.output.starts_with("1  corrected by row 2: minted  DT1-CORE-"), "{}", corrected.output);
    assert_eq!(installation.rows(&["list", "--unprocessed", "--json"]).len(), 0);
    let rows = installation.rows(&["list", "--json"]);
    assert_eq!(
        (&rows[1]["reason"], &rows[1]["outcome"]),
        (&"corrected by delivery 2".into(), &"noted".into())
    );

    let again = installation.replay(&[&set[..], &WHY[..]].concat());
    assert_eq!(
        (again.code, again.errors.as_str()),
        (1, "error: nothing is left to do about row 1: mintmark-replay show 1\n")
    );
}

#[test]
fn what_cannot_be_set_is_said_and_nothing_is_recorded() {
    let mut installation = Installation::new();
    installation.deliver(OVERWRITTEN);
    for (set, code, words) in [
        ("emial=ada@example.com", 1, "emial is no field that can be set; these are: email, quantity,"),
        ("quantity=2", 1, "row 1 is not corrected: custom field overwrites email"),
        ("email", 2, "expected FIELD=VALUE"),
    ] {
        let refused = installation.replay(&[&["correct", "1", "--set", set], &WHY[..]].concat());
        assert_eq!(refused.code, code, "{}", refused.errors);
        assert!(refused.errors.contains(words), "{}", refused.errors);
    }
    for arguments in [
        &["correct", "1", "--set", "email=a@b.example", "--by", "grace"][..],
        &["dismiss", "1", "--by", "grace"],
    ] {
        assert_eq!(installation.replay(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(installation.rows(&["list", "--json"]).len(), 1);
}

#[test]
fn a_dismissed_row_is_left_alone_until_that_is_undone() {
    let mut installation = Installation::new();
    installation.sell("S1", "unknown");
    let dismissed = installation.replay(&[&["dismiss", "1", "9"], &WHY[..]].concat());
    assert_eq!((dismissed.code, dismissed.output.as_str()), (1, "1  dismissed by grace: as in Gumroad\n"));
    assert_eq!(dismissed.errors, "error: there is no delivery 9\n");
    assert_eq!(
        next_step(&installation, "1"),
        "Next: nothing is left to do; that is taken back by: mintmark-replay dismiss 1 --undo --why WHY"
    );
    installation.map("unknown");
    for arguments in [&["run", "1"][..], &["run", "--failed", "--yes"]] {
        assert_eq!(installation.replay(arguments).code, 0);
        assert_eq!(installation.rows(&["list", "--json"])[0]["outcome"], "ignored");
    }
    let undone = installation.rows(&[&["dismiss", "1", "--undo", "--json"], &WHY[..]].concat());
    assert_eq!((&undone[0]["outcome"], &undone[0]["processed"]), (&"minted".into(), &true.into()));
}
