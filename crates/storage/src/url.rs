//! Which database: the parsed `database.url`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where the database is. The text of a PostgreSQL URL holds a password and is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, written `sqlite:PATH` or `sqlite://PATH`.
    Sqlite(PathBuf),
    /// A server, written `postgres://…` or `postgresql://…`, as libpq reads it.
    Postgres(String),
}

/// Why a text is no database URL. It never repeats the text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The scheme is none that we know.
    #[error("must begin with sqlite: or postgres://")]
    Scheme,
    /// A PostgreSQL URL whose user name or password libpq would cut in the wrong place, and then quote in an error.
    #[error(
        "must have the characters @ : / ? # and % percent-encoded where they are part of a name or password"
    )]
    Unescaped,
    /// An SQLite URL without a path.
    #[error("names no file after sqlite:")]
    NoFile,
    /// A database in memory would lose every acknowledged delivery.
    #[error("must name a file: a database in memory keeps nothing")]
    Memory,
}

impl DatabaseUrl {
    /// The SQLite database at `path`.
    pub fn sqlite(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return if is_escaped(text) {
                Ok(Self::Postgres(text.to_owned()))
            } else {
                Err(UrlError::Unescaped)
            };
        }
        let path = text.strip_prefix("sqlite:").ok_or(UrlError::Scheme)?;
        match path.strip_prefix("//").unwrap_or(path) {
            "" => Err(UrlError::NoFile),
            memory if memory.contains(":memory:") || memory.contains("mode=memory") => Err(UrlError::Memory),
            file => Ok(Self::Sqlite(PathBuf::from(file))),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(url) => formatter.write_str(&without_credentials(url)),
        }
    }
}

/// The URL without its password, and the password: of the authority, or else of the query.
pub(crate) fn split_password(url: &str) -> (String, Option<String>) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (place, in_authority) = match place.split_once('@') {
        Some((credentials, place)) => match credentials.split_once(':') {
            Some((user, password)) => (format!("{user}@{place}"), Some(password)),
            None => (format!("{credentials}@{place}"), None),
        },
        None => (place.to_owned(), None),
    };
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let (passwords, others): (Vec<&str>, Vec<&str>) =
        parameters.partition(|parameter| parameter.starts_with("password="));
    let in_query = passwords.first().and_then(|parameter| parameter.strip_prefix("password="));
    let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    (format!("{scheme}://{place}{query}"), in_query.or(in_authority).map(unescaped))
}

/// libpq reads a URL so: escapes, and plus signs as they are.
fn unescaped(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether it is beyond doubt where the password ends: one `@` at most, before the path, and whole escapes only.
fn is_escaped(url: &str) -> bool {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_escape = |text: &str| text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    rest.matches('@').count() == authority.matches('@').count().min(1)
        && rest.split('%').skip(1).all(is_escape)
}

/// Scheme, host and database alone: libpq also takes a password as a query parameter.
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    if !is_escaped(url) {
        return format!("{scheme}://…");
    }
    let place = rest.split(['?', '#']).next().unwrap_or_default();
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    format!("{scheme}://{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_chosen_by_scheme() {
        let file = |path: &str| Ok(DatabaseUrl::Sqlite(PathBuf::from(path)));
        assert_eq!("sqlite:mintmark.db".parse(), file("mintmark.db"));
        assert_eq!("sqlite://mintmark.db".parse(), file("mintmark.db"));
        assert_eq!("sqlite:///var/lib/m.db".parse(), file("/var/lib/m.db"));
        let server = "postgres://u:p@h/d";
        assert_eq!(server.parse(), Ok(DatabaseUrl::Postgres(server.to_owned())));
    }

    #[test]
    fn a_password_is_taken_out_of_a_url_wherever_it_is() {
        let split = |url| split_password(url);
        let of = |url: &str, password: Option<&str>| (url.to_owned(), password.map(str::to_owned));
        assert_eq!(
            split("postgres://u:p%40ss@h:1/d?sslmode=require"),
            of("postgres://u@h:1/d?sslmode=require", Some("p@ss"))
        );
        assert_eq!(split("postgres://u@h/d?password=p+q&user=u"), of("postgres://u@h/d?user=u", Some("p+q")));
        assert_eq!(split("postgres:///d?password=p"), of("postgres:///d", Some("p")));
        assert_eq!(split("postgres://u@h/d"), of("postgres://u@h/d", None));
    }

    #[test]
    fn a_mistyped_url_is_refused_instead_of_being_taken_for_a_file() {
        for typo in ["postgers://h/d", "mintmark.db", "/var/lib/m.db", "mysql://h/d", ""] {
            assert_eq!(typo.parse::<DatabaseUrl>(), Err(UrlError::Scheme), "{typo}");
        }
        assert_eq!("sqlite:".parse::<DatabaseUrl>(), Err(UrlError::NoFile));
        assert_eq!("sqlite::memory:".parse::<DatabaseUrl>(), Err(UrlError::Memory));
    }

    #[test]
    fn a_password_that_libpq_would_misread_is_refused_and_never_printed() {
        let doubtful = ["u:p@ss@h/d", "u:p/ss@h/d", "u:p?ss@h/d", "u:p#ss@h/d", "u:100%ss@h/d", "u:ss%2@h/d"];
        for url in doubtful.map(|rest| format!("postgres://{rest}")) {
            assert_eq!(url.parse::<DatabaseUrl>(), Err(UrlError::Unescaped), "{url}");
            assert_eq!(DatabaseUrl::Postgres(url).to_string(), "postgres://…");
        }
        assert!("postgres://u:p%40%2Fss@h/d?sslmode=require".parse::<DatabaseUrl>().is_ok());
        assert!("postgresql:///d?host=/run/postgresql".parse::<DatabaseUrl>().is_ok());
    }

    #[test]
    fn a_password_is_never_printed() {
        for url in ["postgres://u:hunter2@h:5432/d", "postgres://h:5432/d?user=u&password=hunter2"] {
            let url: DatabaseUrl = url.parse().expect("a valid URL");
            assert_eq!(format!("{url} {url:?}"), "postgres://h:5432/d postgres://h:5432/d");
        }
    }
}
