//! Reading answers: as much of HTTP/1.1 as the servers under test speak.

use anyhow::{Context, ensure};

/// Our servers send five headers; a peer may send a few more.
const MOST_HEADERS: usize = 32;

/// What the key of a license follows in an answer.
const KEY_FIELD: &[u8] = br#""license_key":""#;

/// One whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) has_license_key: bool,
    /// Bytes of head and body together.
    pub(crate) length: usize,
}

/// The answer at the beginning of `bytes`, or nothing as long as it is not whole.
pub(crate) fn read(bytes: &[u8]) -> anyhow::Result<Option<Answer>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.context("an answer without a status")?;
    let length = head + content_length(response.headers)?;
    let has_license_key = |body: &[u8]| body.windows(KEY_FIELD.len()).any(|window| window == KEY_FIELD);
    Ok(bytes.get(head..length).map(|body| Answer { status, has_license_key: has_license_key(body), length }))
}

/// None of the servers answers in chunks.
fn content_length(headers: &[httparse::Header<'_>]) -> anyhow::Result<usize> {
    let is_chunked = headers.iter().any(|header| header.name.eq_ignore_ascii_case("transfer-encoding"));
    ensure!(!is_chunked, "an answer in chunks");
    let length = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.context("an answer without a length")?.value;
    Ok(std::str::from_utf8(length)?.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\nx: y\r\n\r\n{\"license_key\":\"DT1\"}";

    #[test]
    fn a_whole_answer_is_read_with_its_length() {
        let answer = Answer { status: 200, has_license_key: true, length: WHOLE.len() };
        assert_eq!(read(WHOLE).unwrap(), Some(answer));
    }

    #[test]
    fn what_follows_an_answer_is_left_alone() {
        let two = [WHOLE, b"HTTP/1.1 503"].concat();
        assert_eq!(read(&two).unwrap().unwrap().length, WHOLE.len());
    }

    #[test]
    fn an_answer_is_waited_for_to_its_last_byte() {
        for end in 0..WHOLE.len() {
            assert_eq!(read(&WHOLE[..end]).unwrap(), None, "{end}");
        }
    }

    #[test]
    fn an_answer_without_a_key_says_so() {
        let answer =
            read(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}").unwrap().unwrap();
        assert_eq!((answer.status, answer.has_license_key), (503, false));
    }

    #[test]
    fn a_null_in_place_of_the_key_is_none() {
        let answer =
            read(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"license_key\": null}").unwrap().unwrap();
        assert!(!answer.has_license_key);
    }

    #[test]
    fn chunks_and_missing_lengths_are_errors() {
        assert!(read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n").is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(read(b"SSH-2.0-OpenSSH\r\n").is_err());
    }
}
