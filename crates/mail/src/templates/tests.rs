//! What buyers read, and what a seller's own templates may do.

use std::fs;

use super::Templates;
use crate::{
    Content, Enclosure, Error, LicenseLetter, Mode,
    doubles::{enclosure, license},
};

const SECOND_KEY: &str = "DT1-CORE-M4T8R-02QWE-7YXN5-6CJDA";
const SECOND_BLOB: &str = "DTLIC2:3QW-eYXr9io.cGF5bG9hZCBvZiB0aGUgc2Vjb25k.c2lnbmF0dXJlIG9mIHRoZSBzZWNvbmQ";

fn rendered(letter: &LicenseLetter) -> Content {
    Templates::load(None).unwrap().render("license", letter).unwrap()
}

fn whole(letter: &LicenseLetter) -> String {
    shown(&rendered(letter))
}

fn shown(content: &Content) -> String {
    let mut text = format!("Subject: {}\n\n{}", content.subject, content.text);
    for attachment in &content.attachments {
        let file = String::from_utf8(attachment.bytes.clone()).unwrap();
        text.push_str(&format!("\n=== {} ({})\n{file}", attachment.name, attachment.content_type));
    }
    format!("{text}\n=== HTML\n{}", content.html)
}

fn membership() -> LicenseLetter {
    let license = Enclosure {
        seats: Some(5),
        expires_at: Some("31 December 2027".to_owned()),
        updates_until: Some("31 December 2026".to_owned()),
        download: Some("https://example.com/get?a=1&b=\"2\"".to_owned()),
        ..enclosure()
    };
    LicenseLetter { license, seller: Some("Acme Tools".to_owned()), ..crate::doubles::license() }
}

/// Two keys of one product, and another product.
fn bundle() -> LicenseLetter {
    let second =
        Enclosure { license_key: SECOND_KEY.to_owned(), blob: SECOND_BLOB.to_owned(), ..enclosure() };
    let other = Enclosure {
        product_name: "Chart <Tools>".to_owned(),
        tier: "pro".to_owned(),
        license_key: "DT1-PRO-7Q2MC-3H5TW-ZZ41B-9KV6D".to_owned(),
        blob: "DTLIC2:3QW-eYXr9io.cGF5bG9hZCBvZiB0aGUgdGhpcmQ.c2lnbmF0dXJlIG9mIHRoZSB0aGlyZA".to_owned(),
        order_id: "GUM-2002".to_owned(),
        ..membership().license
    };
    LicenseLetter { others: vec![second, other], seller: Some("Acme Tools".to_owned()), ..license() }
}

fn own(files: &[(&str, &str)]) -> Result<Templates, Error> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    Templates::load(Some(folder.path()))
}

fn refusal(files: &[(&str, &str)]) -> String {
    let said = own(files).unwrap_err().to_string();
    match said.rsplit_once('/') {
        Some((_, said)) => said.to_owned(),
        None => said,
    }
}

#[test]
fn an_ordinary_license_is_a_short_letter() {
    let shown = whole(&license());
    insta::assert_snapshot!(shown);
}

#[test]
fn a_test_license_says_so() {
    let shown = whole(&LicenseLetter { mode: Mode::Test, ..license() });
    insta::assert_snapshot!(shown);
}

#[test]
fn a_membership_shows_its_dates_and_seats() {
    let shown = whole(&membership());
    insta::assert_snapshot!(shown);
}

#[test]
fn several_licenses_are_one_letter() {
    let shown = whole(&bundle());
    insta::assert_snapshot!(shown);
}

#[test]
fn a_renewal_says_until_when_and_that_nothing_is_to_be_done() {
    let templates = Templates::load(None).unwrap();
    insta::assert_snapshot!("renewal", shown(&templates.render("renewal", &membership()).unwrap()));
    insta::assert_snapshot!("renewals", shown(&templates.render("renewal", &bundle()).unwrap()));
}

#[test]
fn a_loss_is_told_plainly_and_brings_no_license() {
    let templates = Templates::load(None).unwrap();
    for name in ["revocation", "suspension"] {
        assert!(!templates.contains(name), "no product's license comes in it");
        let alone = templates.render(name, &membership()).unwrap();
        let bundle = templates.render(name, &bundle()).unwrap();
        for content in [&alone, &bundle] {
            assert!(content.attachments.is_empty());
            assert!(!content.text.contains("DTLIC2:") && !content.html.contains("DTLIC2:"));
        }
        insta::assert_snapshot!(name, shown(&alone));
        insta::assert_snapshot!(format!("{name}_of_several"), shown(&bundle));
    }
}

#[test]
fn where_a_letter_shows_one_license_alone_several_come_in_the_built_in_words() {
    let own = own(&[("license.txt", "Voici: {{ license_key }}\n{{ blob }}\n")]).unwrap();
    assert!(own.render("license", &license()).unwrap().text.starts_with("Voici: "));
    let several = own.render("license", &bundle()).unwrap();
    assert_eq!(several, rendered(&bundle()));

    let text = "{% for license in licenses %}\n{{ license.license_key }}\n{{ license.blob }}\n{% endfor %}";
    let own = self::own(&[("pro.txt", text)]).unwrap().render("pro", &bundle()).unwrap();
    assert_eq!(own.text.lines().filter(|line| line.starts_with("DTLIC2:")).count(), 3);
}

#[test]
fn a_hostile_name_is_only_text() {
    let name = "<script>alert('x')</script>\r\nBcc: all@example.com\u{202E} {{ blob }} \"&";
    let shown = whole(&LicenseLetter { name: name.to_owned(), ..license() });
    insta::assert_snapshot!(shown);
}

#[test]
fn a_name_in_any_script_is_shown_as_it_is() {
    insta::assert_snapshot!(whole(&LicenseLetter {
        name: "Zoë 李小龍 محمد".to_owned(), ..license()
    }));
}

#[test]
fn the_longest_blob_stands_on_a_line_of_its_own() {
    let blob = format!("DTLIC2:{}", "x".repeat(4089));
    let longest = Enclosure { blob: blob.clone(), ..enclosure() };
    let content = rendered(&LicenseLetter { license: longest, ..license() });
    assert!(content.text.lines().any(|line| line == blob));
    assert_eq!(content.attachments[0].bytes, format!("{blob}\n").into_bytes());
}

#[test]
fn only_web_pages_are_linked() {
    for url in ["javascript:alert(1)", "file:///etc/passwd", "example.net", "data:text/html,x"] {
        let linked = Enclosure { download: Some(url.to_owned()), ..enclosure() };
        let content = rendered(&LicenseLetter { license: linked, ..license() });
        assert!(!content.html.contains("href") && !content.text.contains(url), "{url}");
    }
}

#[test]
fn the_letter_loads_nothing_from_elsewhere() {
    let html = rendered(&license()).html;
    for remote in ["src=", "http:", "https:", "url(", "@import"] {
        assert!(!html.contains(remote), "{remote}");
    }
}

#[test]
fn a_folder_replaces_a_file_and_leaves_the_others() {
    let templates = own(&[("license.subject.txt", "Votre licence {{ product_name }}")]).unwrap();
    let content = templates.render("license", &license()).unwrap();
    assert_eq!(content.subject, "Votre licence Data Tools");
    assert!(content.text.starts_with("Hello Jane Doe,"));
}

#[test]
fn a_product_has_a_letter_of_its_own_with_shared_parts() {
    let text = "{% include '_greeting.txt' %}{{ license_key }}\n{{ blob }}\n";
    let files = [("pro.txt", text), ("_greeting.txt", "Dear {{ name }},\n"), ("notes.md", "{{ nothing }}")];
    let templates = own(&files).unwrap();
    assert!(templates.contains("pro") && templates.contains("license"));
    assert!(!templates.contains("_greeting") && !templates.contains("notes"));
    let content = templates.render("pro", &license()).unwrap();
    assert!(content.text.starts_with("Dear Jane Doe,\nDT1-CORE-"), "{}", content.text);
    assert_eq!(content.subject, "Your license for Data Tools");
}

#[test]
fn a_letter_nobody_wrote_is_an_error() {
    let error = Templates::load(None).unwrap().render("pro", &license()).unwrap_err();
    insta::assert_snapshot!(error, @"there is no letter template `pro`");
}

#[test]
fn a_wrong_template_is_refused_at_start_up_with_its_file_and_line() {
    let refusals = [
        refusal(&[("license.html", "<p>\n{% if %}\n</p>")]),
        refusal(&[("license.txt", "{{ blob }}\n{{ license_key }}\n{{ licence_key }}\n")]),
        refusal(&[("license.txt", "{{ license_key }}\n  {{ blob }}\n")]),
        refusal(&[("pro.txt", "{{ blob }}\n")]),
        refusal(&[("license.subject.txt", "For {{ name }}")]),
        refusal(&[("license.subject.txt", "{% if false %}x{% endif %}")]),
        refusal(&[
            ("pro.txt", "{{ license_key }}\n{{ blob }}\n{% include '_part.txt' %}"),
            ("_part.txt", "\n{{ x }}"),
        ]),
        refusal(&[("pro.txt", "{{ license_key }}\n{{ blob }}\n{% include '_gone.txt' %}")]),
    ];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let error = Templates::load(Some("/nowhere/letters".as_ref())).unwrap_err();
    assert_eq!(error.to_string(), "cannot use /nowhere/letters");
}
