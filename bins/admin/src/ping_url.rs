//! The address that a store is told to send its sales to.

use mintmark_fulfillment::{Settings, WebhookSecret};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The whole address, with the secret in it: for the operator's eyes alone.
pub(crate) fn ping_url(settings: &Settings, secret: &WebhookSecret) -> String {
    let base = settings.http.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.http.bind));
    format!("{base}/webhooks/gumroad?secret={}", utf8_percent_encode(secret.expose(), RESERVED))
}

#[cfg(test)]
mod tests {
    use super::ping_url;
    use mintmark_fulfillment::Settings;

    #[test]
    fn a_secret_with_marks_in_it_arrives_as_it_is() {
        let url = [("MINTMARK_HTTP__PUBLIC_URL".to_owned(), "https://licenses.example.com/".to_owned())];
        let settings = Settings::from_layers(None, url).unwrap();
        let secret = "a secret & more=1+1".parse().unwrap();
        let whole = "https://licenses.example.com/webhooks/gumroad?secret=a%20secret%20%26%20more%3D1%2B1";
        assert_eq!(ping_url(&settings, &secret), whole);
    }
}
