//! Real bodies, damaged: a short run of what the fuzz targets do without end.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::properties::{a_body_has_one_sane_answer, form_and_json_agree};

/// Every body that Gumroad is known to send.
static BODIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gumroad");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_body =
        |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "form" || end == "json");
    files.iter().filter(is_body).map(|path| fs::read(path).unwrap()).collect()
});

/// Records of Gumroad's API.
static RECORDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gumroad-api");
    let shown = ["sale-show-collision-truth.json", "sale-show-giftee.json", "sale-show-refunded-null.json"];
    shown.iter().map(|name| fs::read(folder.join(name)).unwrap()).collect()
});

/// Pieces that mean something to the decoders.
const PIECES: &[&str] = &[
    "&",
    "=",
    "%",
    "%5B",
    "%5D",
    "[",
    "]",
    "{",
    "}",
    "\"",
    ":",
    ",",
    "%00",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "test=true",
    "&email=mallory%40example.com",
    "&refunded=true",
    "&disputed=maybe",
    "&quantity=-1",
    "&price=1e3",
    "custom_fields",
    "&custom_fields%5Bemail%5D=x",
    "&resource_name=refund",
    ",\"price\":1.5",
    ",\"email\":[[[[1]]]]",
    "null",
    "1e999",
];

/// One injury; places are taken modulo the length.
#[derive(Debug, Clone)]
enum Injury {
    FlipBit(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Insert(usize, &'static str),
    /// A pair of a form, or whatever lies between two `&`, once more at the end.
    RepeatPair(usize),
    /// From here on another body.
    Splice(usize, usize),
}

fn injury() -> impl Strategy<Value = Injury> {
    let at = any::<usize>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Injury::FlipBit(at, bit)),
        at().prop_map(Injury::Cut),
        (at(), 1..40_usize).prop_map(|(at, count)| Injury::Remove(at, count)),
        (at(), 1..200_usize).prop_map(|(at, count)| Injury::Repeat(at, count)),
        (at(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Injury::Insert(at, piece)),
        at().prop_map(Injury::RepeatPair),
        (at(), at()).prop_map(|(body, at)| Injury::Splice(body, at)),
    ]
}

fn injure(body: &mut Vec<u8>, injury: &Injury) {
    let place = |at: usize| at % (body.len() + 1);
    match *injury {
        Injury::FlipBit(at, bit) => {
            let place = place(at);
            if let Some(byte) = body.get_mut(place) {
                *byte ^= 1 << bit;
            }
        }
        Injury::Cut(at) => body.truncate(place(at)),
        Injury::Remove(at, count) => {
            let (start, end) = (place(at), place(at).saturating_add(count).min(body.len()));
            body.drain(start..end);
        }
        Injury::Repeat(at, count) => {
            let start = place(at);
            let piece = body[start..(start + count).min(body.len())].to_vec();
            body.splice(start..start, piece);
        }
        Injury::Insert(at, piece) => {
            let start = place(at);
            body.splice(start..start, piece.bytes());
        }
        Injury::RepeatPair(number) => {
            let pairs: Vec<&[u8]> = body.split(|byte| *byte == b'&').collect();
            let pair = [b"&", pairs[number % pairs.len()]].concat();
            body.extend(pair);
        }
        Injury::Splice(other, at) => {
            let other = &BODIES[other % BODIES.len()];
            let start = place(at);
            body.truncate(start);
            body.extend(&other[start.min(other.len())..]);
        }
    }
}

fn injured(bodies: &'static [Vec<u8>]) -> impl Strategy<Value = Vec<u8>> {
    let injuries = prop::collection::vec(injury(), 1..6);
    (any::<prop::sample::Index>(), injuries).prop_map(|(body, injuries)| {
        let mut body = bodies[body.index(bodies.len())].clone();
        injuries.iter().for_each(|injury| injure(&mut body, injury));
        body
    })
}

#[test]
fn the_bodies_as_they_are_have_one_sane_answer() {
    assert!(BODIES.len() > 60);
    for body in BODIES.iter() {
        a_body_has_one_sane_answer(body);
        form_and_json_agree(body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_injured_body_has_one_sane_answer(body in injured(&BODIES)) {
        a_body_has_one_sane_answer(&body);
    }

    #[test]
    fn an_injured_record_has_one_sane_answer(body in injured(&RECORDS)) {
        a_body_has_one_sane_answer(&body);
    }

    #[test]
    fn an_injured_form_says_the_same_as_json(body in injured(&BODIES)) {
        form_and_json_agree(&body);
    }
}
