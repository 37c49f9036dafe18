//! A body as a person can read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mintmark_fulfillment::printable;

/// More is rarely read, and `--json` has it all.
const MOST_SHOWN: usize = 4096;

/// How many bytes are on record, and as many of them as fit a screen, safe to print.
pub(super) fn shown(base64: &str) -> (usize, String) {
    let bytes = STANDARD.decode(base64).expect("bodies are printed in base64");
    let beginning = &bytes[..bytes.len().min(MOST_SHOWN)];
    let mut text: String = beginning.utf8_chunks().map(chunk).collect();
    if bytes.len() > MOST_SHOWN {
        text.push_str(&format!("\n({} more bytes: show --json has them)", bytes.len() - MOST_SHOWN));
    }
    (bytes.len(), text)
}

/// Lines stay lines; what is no text is shown as its bytes.
fn chunk(chunk: std::str::Utf8Chunk<'_>) -> String {
    let lines: Vec<String> =
        chunk.valid().split('\n').map(|line| printable(line.trim_end_matches('\r'))).collect();
    let rest: String = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")).collect();
    lines.join("\n") + &rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_shown_as_its_bytes() {
        let (size, text) = shown(&STANDARD.encode(b"a=1\r\nb=\xff\x1b[2J"));
        assert_eq!((size, text.as_str()), (12, "a=1\nb=\\xff\\u{1b}[2J"));
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let (size, text) = shown(&STANDARD.encode(vec![b'a'; MOST_SHOWN + 7]));
        assert_eq!(size, MOST_SHOWN + 7);
        assert!(text.ends_with("a\n(7 more bytes: show --json has them)"), "{text}");
    }
}
