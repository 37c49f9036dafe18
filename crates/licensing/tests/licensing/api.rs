//! The public API as one text, so that no change of it goes unseen.
//!
//! It is read from the sources: with the lint `unreachable_pub`, what says `pub` there is what users can reach.

use std::{fs, path::Path};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_public_api_is_the_one_that_is_written_down() {
    let committed = Path::new(FOLDER).join("tests/api.txt");
    let api = public_api();
    if std::env::var_os("WRITE_API").is_some() {
        fs::write(&committed, &api).unwrap();
    }
    let written = fs::read_to_string(&committed).unwrap();
    assert!(
        api == written,
        "the public API has changed: WRITE_API=1 cargo test -p mintmark-licensing\n{api}"
    );
}

fn public_api() -> String {
    let folder = Path::new(FOLDER).join("src");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| fs::read_to_string(path).expect("a source in UTF-8"));
    let outside_tests = |text: String| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    texts.map(outside_tests).filter(|text| text.contains("pub ")).map(|text| items(&text)).collect()
}

/// The items of one file, each on a line, those of an `impl` or an `enum` below it.
fn items(source: &str) -> String {
    let mut found = String::new();
    let mut heads = Vec::new();
    let mut in_enum = false;
    let mut lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        let item = line.trim_start();
        in_enum &= line != "}";
        if item.starts_with("#[derive") || item.starts_with("#[non_exhaustive") || line.starts_with("impl") {
            heads.push(line.to_owned());
        } else if item.starts_with("pub ") || (in_enum && is_variant(item)) {
            let whole = joined(line, &mut lines);
            in_enum |= whole.starts_with("pub enum");
            found.extend(heads.drain(..).chain([whole]).map(|line| line + "\n"));
        } else if line == "}" || line.ends_with("{}") {
            // A trait that is implemented has no `pub` in it, and is public all the same.
            found.extend(heads.drain(..).filter(|head| head.contains(" for ")).map(|line| line + "\n"));
        }
    }
    found
}

/// Also its fields and its closing brace; not what is left of an attribute that goes over several lines.
fn is_variant(item: &str) -> bool {
    item.starts_with(|first: char| first.is_ascii_alphabetic() || first == '}')
}

/// An item whose signature goes over several lines, as one.
fn joined<'a>(line: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut whole = line.to_owned();
    while !whole.ends_with(['{', ';', ',', '}']) || whole.matches('(').count() > whole.matches(')').count() {
        let Some(next) = lines.next() else { break };
        whole = format!("{whole} {}", next.trim());
    }
    whole
}
