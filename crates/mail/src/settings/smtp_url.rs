//! The address of an SMTP server, with the encryption and the credentials it asks for.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

use super::service_url::is_loopback;
use crate::Error;

const SUBMISSION: u16 = 587;
const SUBMISSION_OVER_TLS: u16 = 465;

/// An SMTP server: `smtp://` or `smtps://`, `user:password@` (percent-encoded), host, port, `?tls=`.
///
/// Without a port it is 587, and 465 for `smtps`. `Debug` hides the password.
#[derive(Debug, Clone)]
pub struct SmtpUrl {
    /// The host name, or an IP address without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// What to log in with, if anything.
    pub credentials: Option<Credentials>,
}

/// How a connection to an SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all. Only on this machine.
    None,
    /// STARTTLS if the server offers it. Only on this machine: anyone in between can hide the offer.
    Opportunistic,
    /// STARTTLS, or no letter.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// A user name and a password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

impl FromStr for SmtpUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let url = Url::parse(text).map_err(|_| Error::SmtpUrl("it is not an absolute URL"))?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(Error::SmtpUrl("it must end after the port"));
        }
        let host = host(&url)?;
        let encryption = encryption(&url, &host)?;
        let standard_port = if encryption == Encryption::Implicit { SUBMISSION_OVER_TLS } else { SUBMISSION };
        Ok(Self {
            host: without_brackets(&host),
            port: url.port().unwrap_or(standard_port),
            encryption,
            credentials: credentials(&url)?,
        })
    }
}

// The `url` crate leaves hosts of schemes it does not know unparsed: `127.1` is a name to it.
fn host(url: &Url) -> Result<Host, Error> {
    let text = url.host_str().filter(|host| !host.is_empty()).ok_or(Error::SmtpUrl("it names no host"))?;
    Host::parse(text).map_err(|_| Error::SmtpUrl("its host is malformed"))
}

fn without_brackets(host: &Host) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

fn encryption(url: &Url, host: &Host) -> Result<Encryption, Error> {
    let wanted = match (url.scheme(), url.query()) {
        ("smtps", None) => return Ok(Encryption::Implicit),
        ("smtps", Some(_)) => return Err(Error::SmtpUrl("smtps:// takes no options")),
        ("smtp", None) if is_loopback(host) => Encryption::None,
        ("smtp", None | Some("tls=required")) => Encryption::StartTls,
        ("smtp", Some("tls=opportunistic")) => Encryption::Opportunistic,
        ("smtp", Some(_)) => {
            return Err(Error::SmtpUrl("its only option is tls=required or tls=opportunistic"));
        }
        _ => return Err(Error::SmtpUrl("it must begin with smtps:// or smtp://")),
    };
    match wanted {
        Encryption::Opportunistic if !is_loopback(host) => {
            Err(Error::SmtpUrl("TLS is required, except on this machine"))
        }
        encryption => Ok(encryption),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, Error> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(Error::SmtpUrl("it has a password and no user")),
        (_, None) => Err(Error::SmtpUrl("it has a user and no password")),
        (user, Some(password)) => {
            Ok(Some(Credentials { user: decode(user)?, password: decode(password)?.into() }))
        }
    }
}

fn decode(text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(String::from).map_err(|_| Error::SmtpUrl("its credentials are not UTF-8"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::{Encryption, SmtpUrl};

    fn parsed(text: &str) -> (String, u16, Encryption) {
        let url: SmtpUrl = text.parse().unwrap();
        (url.host, url.port, url.encryption)
    }

    #[test]
    fn encryption_follows_the_scheme_and_the_place() {
        let cases = [
            ("smtps://mail.example.com", "mail.example.com", 465, Encryption::Implicit),
            ("smtp://mail.example.com", "mail.example.com", 587, Encryption::StartTls),
            ("smtp://mail.example.com:25?tls=required", "mail.example.com", 25, Encryption::StartTls),
            ("smtp://localhost:1025", "localhost", 1025, Encryption::None),
            ("smtp://127.0.0.1?tls=required", "127.0.0.1", 587, Encryption::StartTls),
            ("smtp://[::1]:25?tls=opportunistic", "::1", 25, Encryption::Opportunistic),
        ];
        for (text, host, port, encryption) in cases {
            assert_eq!(parsed(text), (host.to_owned(), port, encryption), "{text}");
        }
    }

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let url: SmtpUrl = "smtps://jane%40example.com:p%2Fss%3Aw%25rd@mail.example.com".parse().unwrap();
        let shown = format!("{url:?}");
        let credentials = url.credentials.unwrap();
        assert_eq!(credentials.user, "jane@example.com");
        assert_eq!(credentials.password.expose_secret(), "p/ss:w%rd");
        assert!(!shown.contains("p/ss") && !shown.contains("p%2F"), "{shown}");
    }

    #[test]
    fn each_mistake_has_its_own_words() {
        let texts = [
            "mail.example.com",
            "smtp://",
            "http://mail.example.com",
            "smtp://mail.example.com/name",
            "smtp://mail.example.com?tls=none",
            "smtp://mail.example.com?tls=opportunistic",
            "smtps://mail.example.com?tls=required",
            "smtp://user@mail.example.com",
            "smtp://:password@mail.example.com",
            "smtp://user:%FF@mail.example.com",
            "smtp://mail example.com",
        ];
        let said: Vec<String> =
            texts.iter().map(|text| text.parse::<SmtpUrl>().unwrap_err().to_string()).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        not the address of an SMTP server: it is not an absolute URL
        not the address of an SMTP server: it names no host
        not the address of an SMTP server: it must begin with smtps:// or smtp://
        not the address of an SMTP server: it must end after the port
        not the address of an SMTP server: its only option is tls=required or tls=opportunistic
        not the address of an SMTP server: TLS is required, except on this machine
        not the address of an SMTP server: smtps:// takes no options
        not the address of an SMTP server: it has a user and no password
        not the address of an SMTP server: it has a password and no user
        not the address of an SMTP server: its credentials are not UTF-8
        not the address of an SMTP server: it is not an absolute URL
        ");
    }
}
