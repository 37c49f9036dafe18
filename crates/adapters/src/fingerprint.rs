//! The SHA-256 of whatever can be read.

use ring::digest::{Context, SHA256};
use std::io::Read;

/// The SHA-256 of everything that `reader` has left, in hexadecimal; in little memory, however much that is.
///
/// # Errors
/// What reading meets.
pub fn fingerprint(mut reader: impl Read) -> std::io::Result<String> {
    let (mut context, mut buffer) = (Context::new(&SHA256), vec![0; 64 * 1024]);
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => context.update(&buffer[..count]),
        }
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn the_fingerprint_of_nothing_is_the_known_one() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(fingerprint(&b""[..]).unwrap(), known);
    }
}
