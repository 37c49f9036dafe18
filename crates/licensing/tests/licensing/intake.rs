//! Careless pastes: which are mended, and which are named.

use mintmark_licensing::{Damage, Rejected, intake};

use crate::support::{GOLDEN_BLOB, verify};

/// The golden blob in lines of 60 characters.
fn wrapped(start: &str, end: &str) -> String {
    let lines =
        GOLDEN_BLOB.as_bytes().chunks(60).map(|line| std::str::from_utf8(line).expect("a blob is ASCII"));
    lines.map(|line| format!("{start}{line}")).collect::<Vec<_>>().join(end)
}

#[test]
fn what_a_letter_does_to_a_blob_is_mended() {
    let blob = GOLDEN_BLOB;
    for paste in [
        blob.to_owned(),
        format!("  {blob}\r\n\r\n"),
        format!("\u{feff}{blob}"),
        format!("\"{blob}\""),
        format!("“{blob}”"),
        format!("'{blob}'\n"),
        format!("`{blob}`"),
        format!("```\n{blob}\n```\n"),
        format!("```text\r\n{blob}\r\n```"),
        format!("> {blob}"),
        wrapped("", "\n"),
        wrapped("", "\r\n"),
        wrapped("    ", "  \n"),
        wrapped("> ", "\r\n"),
        wrapped("> > ", "\n"),
        wrapped(">>", "\n>\n"),
        wrapped("", "=\r\n"),
        wrapped("> ", "=\n") + "\n",
        wrapped("\u{200b}", "\u{200d}\n"),
        format!("-----BEGIN MINTMARK LICENSE-----\n{}\n-----END MINTMARK LICENSE-----\n", wrapped("", "\n")),
        format!("> —–BEGIN LICENSE—–\r\n{}\r\n> —–END LICENSE—–", wrapped("> ", "\r\n")),
        blob.chars().map(|character| format!("{character}\u{200b}\u{2060}\u{a0}\u{ad}")).collect(),
    ] {
        assert_eq!(intake(&paste).as_deref(), Ok(blob), "{paste:?}");
    }
}

#[test]
fn what_is_mended_twice_is_mended_once() {
    let once = intake(&wrapped("> ", "=\r\n")).unwrap();
    assert_eq!(intake(&once), Ok(once));
}

#[test]
fn an_auto_corrected_dash_is_named_by_its_place() {
    for dash in ['–', '—', '‐', '‑', '−'] {
        let paste = format!("> {}", GOLDEN_BLOB.replacen('-', &dash.to_string(), 1));
        let damage = Damage::Dash { at: 10 };
        assert_eq!(intake(&paste), Err(damage), "{dash}");
        assert_eq!(Rejected::from(damage), Rejected::BadCharacter { at: 10 });
    }
}

#[test]
fn an_html_entity_is_named_by_its_place() {
    for entity in ["&#45;", "&#x2d;", "&hyphen;", "&amp;"] {
        let paste = GOLDEN_BLOB.replacen('-', entity, 1);
        assert_eq!(intake(&paste), Err(Damage::HtmlEntity { at: 10 }), "{entity}");
    }
}

#[test]
fn a_blob_without_its_end_is_named_cut_off() {
    for end in [7, 20, 100, GOLDEN_BLOB.len() - 1] {
        let cut = &GOLDEN_BLOB[..end];
        for paste in [cut.to_owned(), format!("> {cut}…"), format!("{cut}\n-----END LICENSE-----")] {
            assert_eq!(intake(&paste), Err(Damage::Truncated), "{paste}");
        }
    }
}

/// What intake names has the code that verify would have given; an ellipsis aside, which verify knows as a character.
#[test]
fn damage_has_the_code_of_the_rejection_that_it_spares() {
    for paste in [
        GOLDEN_BLOB.replacen('-', "–", 1),
        GOLDEN_BLOB.replacen('.', "&period;", 1),
        GOLDEN_BLOB[..100].to_owned(),
    ] {
        let damage = intake(&paste).unwrap_err();
        assert_eq!(verify(&paste), Err(Rejected::from(damage)), "{paste}");
        assert!(Rejected::from(damage).is_paste_damage());
    }
}

#[test]
fn what_intake_does_not_know_is_left_for_verify_to_refuse() {
    for (paste, rejected) in [
        (String::new(), Rejected::NotALicense),
        ("Dear Jane – here is your license…".to_owned(), Rejected::NotALicense),
        ("-----BEGIN LICENSE-----".to_owned(), Rejected::NotALicense),
        (GOLDEN_BLOB.replace("DTLIC2", "DTLIC3"), Rejected::UnsupportedVersion),
        (GOLDEN_BLOB.replacen('_', "/", 1), Rejected::BadCharacter { at: 277 }),
        (format!("{GOLDEN_BLOB}="), Rejected::BadCharacter { at: GOLDEN_BLOB.len() }),
        (format!("{GOLDEN_BLOB}=\n\n"), Rejected::BadCharacter { at: GOLDEN_BLOB.len() }),
        (format!("{GOLDEN_BLOB}\n{GOLDEN_BLOB}"), Rejected::BadCharacter { at: GOLDEN_BLOB.len() + 6 }),
        (GOLDEN_BLOB.replacen("eyJ", "eyK", 1), Rejected::BadSignature),
    ] {
        let text = intake(&paste).unwrap();
        assert_eq!(verify(&text), Err(rejected), "{paste}");
    }
}
