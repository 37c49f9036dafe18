//! A webhook of the operator's, such as a chat room's, which is told in JSON.

use std::{
    fmt::{self, Debug},
    str::FromStr,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use ureq::Agent;
use url::Url;

use crate::settings::is_loopback;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The address of a webhook: `https`, or `http` to this machine. Whoever knows it can speak in its name, so it is
/// never shown.
#[derive(Clone)]
pub struct HookUrl {
    url: SecretString,
    is_loopback: bool,
}

/// Why an address is none that the operator can be told at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoHook(&'static str);

/// Why a webhook was not told. The words hold neither its address nor what it answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// It answered something else than 2xx.
    #[error("it answered {0}")]
    Refused(u16),
    /// It did not answer.
    #[error("it did not answer: {0}")]
    Silent(&'static str),
}

impl HookUrl {
    /// Posts a JSON text, and waits for the answer at most 10 seconds. Follows no redirects.
    ///
    /// # Errors
    /// It was not taken; nothing is tried again here.
    pub fn post(&self, json: &str) -> Result<(), HookError> {
        let mut agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("mintmark/", env!("CARGO_PKG_VERSION")));
        if self.is_loopback {
            agent = agent.proxy(None);
        }
        let agent: Agent = agent.build().into();
        let sent = agent.post(self.url.expose_secret()).content_type("application/json").send(json);
        // An error of ureq's may quote the address.
        let answer = sent.map_err(|error| HookError::Silent(words(&error)))?;
        match answer.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(HookError::Refused(status)),
        }
    }
}

fn words(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "no answer in time",
        ureq::Error::HostNotFound => "there is no such host",
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => "no connection",
        ureq::Error::Tls(_) => "its certificate is not good",
        _ => "the request failed",
    }
}

impl FromStr for HookUrl {
    type Err = NoHook;

    fn from_str(text: &str) -> Result<Self, NoHook> {
        let url = Url::parse(text).map_err(|_| NoHook("it is not an absolute URL"))?;
        let is_loopback = url.host().is_some_and(|host| is_loopback(&host));
        match url.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err(NoHook("https is required, except on this machine")),
            _ => return Err(NoHook("it must begin with https://")),
        }
        Ok(Self { url: url.to_string().into(), is_loopback })
    }
}

impl Debug for HookUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HookUrl([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubles::{Answer, HttpDouble};

    #[test]
    fn a_hook_is_told_in_json_and_a_refusal_is_no_telling() {
        let double = HttpDouble::start(vec![Answer::Say(200, "ok"), Answer::Say(302, ""), Answer::HangUp]);
        let hook: HookUrl = format!("{}/services/T0/secret?a=b", double.url()).parse().unwrap();
        assert_eq!(hook.post(r#"{"text":"hello"}"#), Ok(()));
        let received = double.received();
        assert!(received.head.starts_with("POST /services/T0/secret?a=b "), "{}", received.head);
        assert!(received.head.to_lowercase().contains("content-type: application/json"));
        assert_eq!(received.body, r#"{"text":"hello"}"#);
        assert_eq!(hook.post("{}"), Err(HookError::Refused(302)));
        let silent = hook.post("{}").unwrap_err();
        assert!(matches!(silent, HookError::Silent(_)) && !silent.to_string().contains("secret"), "{silent}");
    }

    #[test]
    fn an_address_leaves_this_machine_over_https_alone_and_is_never_shown() {
        for (text, reason) in [
            ("hooks.example.com", "it is not an absolute URL"),
            ("http://hooks.example.com/secret", "https is required, except on this machine"),
            ("ftp://hooks.example.com", "it must begin with https://"),
        ] {
            assert_eq!(text.parse::<HookUrl>().unwrap_err().to_string(), reason);
        }
        let hook: HookUrl = "https://hooks.example.com/secret".parse().unwrap();
        assert_eq!(format!("{hook:?}"), "HookUrl([redacted])");
    }
}
