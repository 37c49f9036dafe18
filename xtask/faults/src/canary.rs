//! Secrets that would be recognized anywhere, in whatever form they get out.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret, and everything that it may look like.
#[derive(Debug)]
pub(crate) struct Canary {
    pub(crate) name: &'static str,
    forms: Vec<String>,
}

/// Shorter pieces of an encoded text are found by chance.
const SHORTEST_FORM: usize = 12;

impl Canary {
    pub(crate) fn new(name: &'static str, secret: &[u8]) -> Self {
        let mut forms: Vec<String> = String::from_utf8(secret.to_vec()).into_iter().collect();
        forms.push(hex(secret, |byte| format!("{byte:02x}")));
        forms.push(hex(secret, |byte| format!("{byte:02X}")));
        forms.push(hex(secret, |byte| format!("%{byte:02X}")));
        forms.push(hex(secret, |byte| format!("{byte}, ")).trim_end_matches(", ").to_owned());
        forms.push(hex(secret, percent_encoded));
        forms.extend((0..3).flat_map(|shift| in_base64(secret, shift)));
        forms.retain(|form| form.len() >= SHORTEST_FORM);
        forms.dedup();
        Self { name, forms }
    }

    /// The first line that gives it away.
    pub(crate) fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.lines().find(|line| self.forms.iter().any(|form| line.contains(form)))
    }
}

fn hex(secret: &[u8], digits: impl Fn(u8) -> String) -> String {
    secret.iter().copied().map(digits).collect()
}

/// As a URL has it: what is no letter and no digit is escaped.
fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// Where the secret begins `shift` bytes into a longer text, as the password of HTTP Basic does. What its neighbors
/// would change is cut off at both ends.
fn in_base64(secret: &[u8], shift: usize) -> [String; 2] {
    let text = [&[0; 2][..shift], secret].concat();
    let whole = text.len() / 3 * 4;
    let cut = |encoded: String| encoded[usize::from(shift > 0) * 4..whole].to_owned();
    [cut(STANDARD_NO_PAD.encode(&text)), cut(URL_SAFE_NO_PAD.encode(&text))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "canary?secret/4711>";
        let canary = Canary::new("test", secret.as_bytes());
        let inside = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let forms = [
            secret.to_owned(),
            inside(&format!("user:{secret}")),
            inside(&format!("store:{secret}&more")),
            STANDARD_NO_PAD.encode(format!("ab:{secret}")),
            "63616e6172793f7365637265742f343731313e".to_owned(),
            "canary%3Fsecret%2F4711%3E".to_owned(),
            format!("{:?}", secret.as_bytes()),
        ];
        for form in forms {
            assert_eq!(
                canary.find(&format!("first\nhere {form} it is\n")),
                Some(&*format!("here {form} it is"))
            );
        }
        assert_eq!(canary.find("canary of another shop"), None);
    }
}
