//! What a provider said, made fit for a table and a log.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use crate::{address::mask_addresses, clean::clean};

const LONGEST: usize = 300;

/// One line of the provider's words: addresses masked, the secret taken out, at most 300 characters.
pub(super) fn said(words: &str, secret: Option<&str>) -> String {
    let words = match secret {
        Some(secret) if !secret.is_empty() => without(secret, words),
        _ => words.to_owned(),
    };
    // Masked before it is cut, so that no half of an address remains.
    clean(&mask_addresses(&clean(&words, usize::MAX)), LONGEST)
}

/// A server may quote what it was sent, and a login is sent in base64.
fn without(secret: &str, words: &str) -> String {
    let plain = words.replace(secret, "[secret]");
    plain
        .split_inclusive(char::is_whitespace)
        .map(|word| if encodes(word, secret) { "[secret] " } else { word })
        .collect()
}

fn encodes(word: &str, secret: &str) -> bool {
    let encoded = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric() && !"+/".contains(letter));
    let decoded = STANDARD_NO_PAD.decode(encoded).unwrap_or_default();
    decoded.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn a_provider_cannot_make_us_log_secrets_addresses_or_lines() {
        let words = "bad token hunter2\r\nfor jane@example.com";
        assert_eq!(said(words, Some("hunter2")), "bad token [secret] for j***@e***.com");
    }

    #[test]
    fn a_login_that_a_server_quotes_is_a_secret_too() {
        let words = "wrong: AUTH PLAIN AGphbmUAaHVudGVyMg== or aHVudGVyMg==, no such user";
        assert_eq!(said(words, Some("hunter2")), "wrong: AUTH PLAIN [secret] or [secret] no such user");
    }

    #[test]
    fn long_words_are_cut_after_masking() {
        let words = format!("{} jane.doe@example.com", "x".repeat(295));
        assert_eq!(said(&words, None), format!("{} j***", "x".repeat(295)));
    }
}
