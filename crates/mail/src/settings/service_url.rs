//! The address of an outside service that is spoken to over HTTP.

use std::{fmt, str::FromStr};

use url::{Host, Url};

use crate::Error;

/// Where an outside service's API is: `https`, or `http` to this machine.
///
/// It holds no credentials and no query, so it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    url: Url,
}

impl ServiceUrl {
    /// Parses an absolute URL. A slash at its end makes no difference.
    ///
    /// # Errors
    /// [`Error::ServiceUrl`] if it is no URL, not `https` although it leaves this machine, or carries
    /// credentials, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let url = Url::parse(text).map_err(|_| Error::ServiceUrl("it is not an absolute URL"))?;
        let host = url.host().ok_or(Error::ServiceUrl("it names no host"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(Error::ServiceUrl("https is required, except on this machine")),
            _ => return Err(Error::ServiceUrl("it must begin with https://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::ServiceUrl("it must not hold credentials"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Error::ServiceUrl("it must end after the path"));
        }
        Ok(Self { url })
    }

    /// The URL of a resource below this one. `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// Whether the service runs on this machine.
    pub fn is_loopback(&self) -> bool {
        self.url.host().is_some_and(|host| is_loopback(&host))
    }
}

impl FromStr for ServiceUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.url.as_str())
    }
}

/// Whether a host is this machine: `localhost`, `::1` or within 127.0.0.0/8.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name.as_ref().eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceUrl;

    #[test]
    fn a_path_joins_with_or_without_a_slash_at_the_end() {
        for base in ["https://api.example.com/v1", "https://api.example.com/v1/"] {
            assert_eq!(ServiceUrl::parse(base).unwrap().join("/email"), "https://api.example.com/v1/email");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for here in ["http://127.0.0.1:8080", "http://127.8.8.8", "http://[::1]:1", "http://LOCALHOST"] {
            assert!(ServiceUrl::parse(here).unwrap().is_loopback(), "{here}");
        }
        for elsewhere in ["http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com"] {
            assert!(ServiceUrl::parse(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_words() {
        let texts = [
            "api.example.com",
            "http://api.example.com",
            "ftp://api.example.com",
            "https://user:password@api.example.com",
            "https://api.example.com/?key=value",
        ];
        let said: Vec<String> =
            texts.iter().map(|text| ServiceUrl::parse(text).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        not the address of a service: it is not an absolute URL
        not the address of a service: https is required, except on this machine
        not the address of a service: it must begin with https://
        not the address of a service: it must not hold credentials
        not the address of a service: it must end after the path
        ");
    }
}
