//! The way from outside: the address that a store is given.

use super::server::is_ours;
use super::web::{self, Answer};
use super::{Finding, Group};
use crate::{Settings, WebhookSecret};
use http::{Method, StatusCode};

const PING: &str = "ping URL";
const PROXY: &str = "see \"Reverse proxy\" in docs/OPERATING.md";

/// Whether the public address leads to a server like ours, by https, and lets no stranger in.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let Some(base) = &settings.http.public_url else {
        let remedy = "set http.public_url, such as \"https://licenses.example.com\"";
        return vec![Group::Server.warn(
            PING,
            "http.public_url is not set, so the way is not looked at",
            remedy,
        )];
    };
    let mut findings = vec![secured(base)];
    let health = web::ask(Method::GET, &format!("{base}/healthz"));
    let is_silent = health.is_err();
    findings.push(answered(base, health));
    if !is_silent {
        findings.push(stranger(base));
    }
    findings
}

fn secured(base: &str) -> Finding {
    if base.starts_with("https://") {
        return Group::Server.pass("encryption", "the address begins with https://");
    }
    let words = "the address begins with http://, and a secret is in it that everybody on the way can read";
    Group::Server.fail("encryption", words, "set http.public_url to an https:// address")
}

fn answered(base: &str, health: Result<Answer, String>) -> Finding {
    match health {
        Ok(answer) if is_ours(&answer) => {
            Group::Server.pass(PING, format!("a server like ours answers at {base}"))
        }
        Ok(answer) if answer.status.is_redirection() => redirected(&answer),
        Ok(answer) if answer.status == StatusCode::NOT_FOUND => Group::Server.warn(
            PING,
            format!("{base}/healthz is 404, so nothing proves that this server is behind it"),
            "pass /healthz on in the reverse proxy, or know that it is kept off",
        ),
        Ok(answer) => {
            let words = format!("{base}/healthz answers {}, which is not ours", answer.status.as_u16());
            Group::Server.fail(PING, words, PROXY)
        }
        Err(words) => Group::Server.fail(PING, format!("{base}: {words}"), PROXY),
    }
}

/// A delivery with a wrong secret, as anybody can send it: it leaves no trace but a line in the log.
fn stranger(base: &str) -> Finding {
    let check = "wrong secret";
    let secret = match WebhookSecret::generate() {
        Ok(secret) => secret,
        Err(error) => return Group::Server.skip(check, error.to_string()),
    };
    let url = format!("{base}/webhooks/gumroad?secret={}", secret.expose());
    match web::ask(Method::POST, &url) {
        Ok(answer) if answer.status == StatusCode::NOT_FOUND => {
            Group::Server.pass(check, "a delivery with a wrong secret is 404")
        }
        Ok(answer) if answer.status.is_redirection() => redirected(&answer),
        Ok(answer) if answer.status.is_server_error() => {
            let words = format!("the webhook's path answers {}", answer.status.as_u16());
            Group::Server.fail(check, words, "start the server; look at the log of the reverse proxy")
        }
        Ok(answer) => {
            let words = format!("a wrong secret is answered {} and not 404", answer.status.as_u16());
            Group::Server.fail(check, words, PROXY)
        }
        Err(words) => Group::Server.fail(check, words, PROXY),
    }
}

/// A store follows none.
fn redirected(answer: &Answer) -> Finding {
    let to = answer.location.as_deref().map(crate::masked).unwrap_or_else(|| "elsewhere".to_owned());
    let words = format!("the address redirects to {to}, and a store does not follow");
    Group::Server.fail(PING, words, "set http.public_url to where it leads, or take the redirect away")
}
