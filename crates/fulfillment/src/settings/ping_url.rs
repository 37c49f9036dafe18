//! The address that a store is told to send its sales to.

use super::HttpSettings;
use mintmark_adapters::WebhookSecret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::net::SocketAddr;

/// All but what RFC 3986 leaves as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl HttpSettings {
    /// The whole address for Gumroad, with the secret in it: for the operator's eyes alone.
    pub fn ping_url(&self, secret: &WebhookSecret) -> String {
        let base = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.bind));
        webhook(&base, secret)
    }

    /// The same on this machine, where the server listens on `bound`.
    pub fn local_ping_url(bound: SocketAddr, secret: &WebhookSecret) -> String {
        webhook(&format!("http://{bound}"), secret)
    }
}

fn webhook(base: &str, secret: &WebhookSecret) -> String {
    format!("{base}/webhooks/gumroad?secret={}", utf8_percent_encode(secret.expose(), ESCAPED))
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    #[test]
    fn a_secret_with_marks_in_it_arrives_as_it_is() {
        let url = [("MINTMARK_HTTP__PUBLIC_URL".to_owned(), "https://licenses.example.com/".to_owned())];
        let settings = Settings::from_layers(None, url).unwrap();
        let secret = "a secret & more=1+1".parse().unwrap();
        let whole = "https://licenses.example.com/webhooks/gumroad?secret=a%20secret%20%26%20more%3D1%2B1";
        assert_eq!(settings.http.ping_url(&secret), whole);
    }
}
