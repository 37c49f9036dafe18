//! Whatever the bytes are, there is an answer.

use mintmark_adapters::Body;
use proptest::prelude::*;

use super::common::{FORM, Form, JSON, sources};

fn survives(bytes: &[u8]) {
    let sources = sources(&[]);
    for name in ["gumroad", "manual"] {
        for content_type in [Some(FORM), Some(JSON), None] {
            sources.get(name).unwrap().interpret(&Body { content_type, bytes });
        }
    }
}

/// Pieces that mean something to the decoders, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "&",
        "=",
        "%",
        "%5B",
        "%5D",
        "%00",
        "\\u0000",
        "\\ud800",
        "email",
        "test",
        "true",
        "null",
        "custom_fields",
        "1e9",
        "-",
        "\u{feff}",
        "\u{0}",
        "é",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_a_source_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn no_pieces_of_a_form_or_of_json_make_a_source_panic(text in pieces()) {
        survives(text.as_bytes());
    }

    #[test]
    fn a_good_sale_with_any_further_field_is_answered(name in ".*", value in ".*") {
        survives(Form::sale().and(&name, &value).encoded().as_bytes());
        survives(Form::sale().answered(&name, &value).encoded().as_bytes());
    }

    #[test]
    fn a_name_is_always_one_line_of_at_most_128_characters(name in ".{0,300}") {
        let name = Form::sale().with("full_name", &name).order().name;
        prop_assert!(!name.is_empty() && name.chars().count() <= 128);
        prop_assert!(!name.contains(char::is_control));
    }
}
