//! Heads of chains in a file, to be kept where nobody can change them together with the database.

use crate::failure::Failure;
use mintmark_fulfillment::ChainEnd;
use serde::{Deserialize, Serialize};
use std::io::{Error, ErrorKind};
use std::path::Path;

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    chain: i64,
    length: i64,
    link: String,
}

/// Puts them into a file, in the place of what is there.
pub(super) fn write(path: &Path, ends: &[ChainEnd]) -> Result<(), Failure> {
    let mut text = String::new();
    for ChainEnd { chain, length, link } in ends {
        let head = Head { chain: *chain, length: *length, link: hexadecimal(link) };
        text.push_str(&serde_json::to_string(&head).expect("numbers and a text are JSON"));
        text.push('\n');
    }
    std::fs::write(path, text).map_err(|source| Failure::File { path: path.to_owned(), source })
}

/// Reads what [`write()`] wrote.
pub(super) fn read(path: &Path) -> Result<Vec<ChainEnd>, Failure> {
    let failed = |source| Failure::Input { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let ends: Option<Vec<ChainEnd>> = text.lines().map(parse).collect();
    ends.filter(|ends| !ends.is_empty()).ok_or_else(|| {
        failed(Error::new(ErrorKind::InvalidData, "it holds no heads that --heads has written"))
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(line: &str) -> Option<ChainEnd> {
    let Head { chain, length, link } = serde_json::from_str(line).ok()?;
    let mut bytes = [0; 32];
    if link.len() != 2 * bytes.len() || !link.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&link[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(ChainEnd { chain, length, link: bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads.jsonl");
        let ends = [1, 2].map(|chain| ChainEnd { chain, length: 7, link: [0xa5; 32] });
        write(&path, &ends).unwrap();
        assert_eq!(read(&path).unwrap(), ends);
        for text in ["", "{}", "{\"chain\":1,\"length\":1,\"link\":\"a5\"}\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(read(&path).is_err(), "{text}");
        }
    }
}
