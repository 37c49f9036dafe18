//! What a provider said, made fit for a table and a log.

use crate::{address::mask_addresses, clean::clean};

const LONGEST: usize = 300;

/// One line of the provider's words: addresses masked, the secret taken out, at most 300 characters.
pub(super) fn said(words: &str, secret: Option<&str>) -> String {
    let words = match secret {
        Some(secret) if !secret.is_empty() => words.replace(secret, "[secret]"),
        _ => words.to_owned(),
    };
    // Masked before it is cut, so that no half of an address remains.
    clean(&mask_addresses(&clean(&words, usize::MAX)), LONGEST)
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
    fn long_words_are_cut_after_masking() {
        let words = format!("{} jane.doe@example.com", "x".repeat(295));
        assert_eq!(said(&words, None), format!("{} j***", "x".repeat(295)));
    }
}
