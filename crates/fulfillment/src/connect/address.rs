//! The address that a store is to tell.

use crate::settings::Settings;
use crate::{Error, WebhookSecret};

/// Our address, and how others of ours are known.
pub(super) struct Ours {
    /// The whole address, with its secret.
    pub(super) wanted: String,
}

impl Ours {
    /// Whether an address is this server's as well, whatever secret is in it.
    pub(super) fn is_ours(&self, url: &str) -> bool {
        bare(url) == bare(&self.wanted)
    }
}

/// The address in the settings with the newest secret, or the one that was typed.
///
/// # Errors
/// A store could not reach it, or somebody on the way could read the secret in it.
pub(super) fn ours(
    settings: &Settings,
    secrets: &[WebhookSecret],
    typed: Option<&str>,
) -> Result<Ours, Error> {
    let wanted = match (typed, secrets.first(), &settings.http.public_url) {
        (Some(typed), _, _) => typed.to_owned(),
        (None, None, _) => {
            return Err(Error::Address("there is no webhook secret yet; `mintmark-admin init` makes one"));
        }
        (None, Some(_), None) => {
            return Err(Error::Address(
                "http.public_url is not set; it is how the store reaches this server, such as https://licenses.example.com",
            ));
        }
        (None, Some(secret), Some(_)) => settings.http.ping_url(secret),
    };
    if !wanted.starts_with("https://") || wanted.contains(char::is_whitespace) {
        return Err(Error::Address("the address must begin with https://, because a secret is in it"));
    }
    Ok(Ours { wanted })
}

/// An address as it may be shown: its query and its credentials may be secrets.
pub fn masked(url: &str) -> String {
    let query = if url.contains('?') { "?secret=…" } else { "" };
    format!("{}{query}", bare(url))
}

/// Without query and credentials.
fn bare(url: &str) -> String {
    let shown = url.split(['?', '#']).next().unwrap_or(url);
    let (scheme, rest) = shown.split_once("://").unwrap_or(("", shown));
    let host_on = match rest.split_once('/') {
        Some((authority, path)) => format!("{}/{path}", host(authority)),
        None => host(rest).to_owned(),
    };
    format!("{scheme}://{host_on}")
}

fn host(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_address_is_shown() {
        let shown = "https://licenses.example.com/webhooks/gumroad?secret=…";
        assert_eq!(masked("https://licenses.example.com/webhooks/gumroad?secret=hush"), shown);
        assert_eq!(masked("https://user:hush@licenses.example.com/webhooks/gumroad?secret=hush"), shown);
        assert_eq!(masked("https://user:hush@example.com"), "https://example.com");
    }
}
