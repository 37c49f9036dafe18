//! What an app remembers: how it is written, and that it only grows.

use mintmark_licensing::{Context, Error, Marks, Revocations};

use crate::support::{payload_with, revocation_key, sign, verify, verify_list};

const NOW: i64 = 1_767_225_600;
const LINE: &str = "DTMARK1 clock=1767225600 list=7 seq=0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4:3";

fn marks(line: &str) -> Marks {
    line.parse().expect("a line of marks")
}

#[test]
fn marks_read_back_from_the_line_they_are_written_as() {
    let two = format!("{LINE},d779aaeb-58f7-843b-ab06-da8a4f603948:18446744073709551615");
    for line in [LINE, &two, "DTMARK1 clock=9223372036854775807 list=18446744073709551615 seq="] {
        assert_eq!(marks(line).to_string(), line);
    }
    assert_eq!(marks(&Marks::default().to_string()), Marks::default());
}

#[test]
fn a_line_of_marks_that_was_changed_in_form_is_refused() {
    let entry = "0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4:3";
    let changed = [
        String::new(),
        format!("{LINE}\n"),
        format!(" {LINE}"),
        format!("{LINE},"),
        format!("{LINE},{entry}"),
        LINE.replace("DTMARK1", "DTMARK2"),
        LINE.replace("clock=", "clock=+"),
        LINE.replace("clock=", "clock=0"),
        LINE.replace("clock=", "clock=-"),
        LINE.replace("clock=", "clock=99999999999"),
        LINE.replace("list=7", "list="),
        LINE.replace("list=7", "list=7.0"),
        LINE.replace("list=7", "list=18446744073709551616"),
        LINE.replace(" list=", "  list="),
        LINE.replace(":3", ":0"),
        LINE.replace(":3", ":03"),
        LINE.replace(":3", ""),
        LINE.replace("0198f0c2", "0198F0C2"),
        format!("DTMARK1 clock=0 list=0 seq=d779aaeb-58f7-843b-ab06-da8a4f603948:1,{entry}"),
    ];
    for line in changed {
        assert_eq!(line.parse::<Marks>(), Err(Error::InvalidMarks), "{line:?}");
    }
}

#[test]
fn marks_take_up_the_time_the_license_and_the_list() {
    let license = verify(&sign(payload_with("").replace(r#""seq":1"#, r#""seq":3"#))).unwrap();
    let revocations = Revocations { serial: 7, issued_at: NOW, next_update: NOW, licenses: &[], keys: &[] };
    let list = verify_list(&revocation_key().sign(&revocations).unwrap()).unwrap();
    let context = Context::at(NOW).with_revocation_list(Some(&list));
    assert_eq!(license.standing(&context).marks(), &marks(LINE));
    // From then on the same again changes nothing.
    assert_eq!(license.standing(&context.with_marks(&marks(LINE))).marks(), &marks(LINE));
}

#[test]
fn marks_never_go_down_and_forget_no_other_license() {
    let high = "DTMARK1 clock=1800000000 list=9 seq=0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4:5,d779aaeb-58f7-843b-ab06-da8a4f603948:2";
    let license = verify(&sign(payload_with(""))).unwrap();
    let before = marks(high);
    let standing = license.standing(&Context::at(NOW).with_marks(&before));
    assert_eq!(standing.marks(), &before);
    assert_eq!(before.without_clock().to_string(), high.replace("1800000000", "0"));
}
