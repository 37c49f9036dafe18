//! How a PostgreSQL server is connected to.

use super::show;
use crate::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, ConnectionError, PgConnection};

/// The operator's defaults may be laxer; a session of ours never is. A transaction of ours waits for nobody but the
/// database: one that idles belongs to a process that is frozen, and must not keep the others waiting.
const SETTINGS: &str = "SET synchronous_commit = on; SET lock_timeout = '3s'; \
     SET idle_in_transaction_session_timeout = '5s'; SET default_transaction_isolation = 'read committed'; \
     SET client_min_messages = warning;";

/// Of a writing connection alone: a store waits only five seconds for us, so no statement may take as long. A statement
/// stays planned as it was when the tables were small, which may be to read all of them: what we write touches single
/// rows, and is to find them by their indexes however large the tables become.
const WRITER_SETTINGS: &str = "SET statement_timeout = '3s'; SET enable_seqscan = off; SET enable_hashjoin = off; \
     SET enable_mergejoin = off";

/// A setting, what it must be, and what is wrong otherwise.
const PROMISES: [(&str, &str, &str); 4] = [
    ("fsync", "on", "fsync = off loses acknowledged deliveries"),
    ("full_page_writes", "on", "full_page_writes = off can corrupt the database"),
    ("transaction_read_only", "off", "this server is a read-only standby"),
    ("synchronous_commit", "on", "synchronous_commit could not be turned on"),
];

/// libpq waits without end for a host that does not answer, and a store waits only five seconds for us.
const PATIENCE: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "5000"),
];

pub(super) fn open(url: &str) -> Result<PgConnection> {
    let mut connection = PgConnection::establish(&with_patience(url)).map_err(unreachable)?;
    connection.batch_execute(SETTINGS)?;
    for (setting, wanted, otherwise) in PROMISES {
        let question = format!("SELECT current_setting('{setting}') AS value");
        if show(&mut connection, &question)? != wanted {
            return Err(Error::NotDurable(otherwise.to_owned()));
        }
    }
    Ok(connection)
}

pub(super) fn prepare_for_writing(connection: &mut PgConnection) -> Result<()> {
    Ok(connection.batch_execute(WRITER_SETTINGS)?)
}

/// What the operator's URL sets itself is left as it is.
fn with_patience(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parameters: Vec<String> =
        query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    for (name, value) in PATIENCE {
        if !parameters.iter().any(|parameter| parameter.split('=').next() == Some(name)) {
            parameters.push(format!("{name}={value}"));
        }
    }
    format!("{place}?{}", parameters.join("&"))
}

/// libpq's words about a URL that it cannot read quote pieces of it, and a piece may be the password.
fn unreachable(error: ConnectionError) -> Error {
    let words = error.to_string();
    if words.contains("SSL support is not compiled in") {
        return Error::Unreachable(
            "this build speaks no TLS to PostgreSQL; see docs/OPERATING.md".to_owned(),
        );
    }
    let is_about_the_server =
        words.contains("connection to server") || words.starts_with("could not translate host");
    Error::Unreachable(if is_about_the_server { words } else { "libpq cannot read this URL".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DatabaseUrl;
    use crate::testing::TestDatabase;

    #[test]
    fn a_host_that_does_not_answer_is_not_waited_for_unless_the_operator_says_so() {
        let ours = "connect_timeout=2&keepalives_idle=10&keepalives_interval=5&keepalives_count=3";
        assert_eq!(with_patience("postgres://h/d"), format!("postgres://h/d?{ours}&tcp_user_timeout=5000"));
        let theirs = "postgres://h/d?tcp_user_timeout=9&sslmode=require";
        assert_eq!(with_patience(theirs), format!("{theirs}&{ours}"));
    }

    #[test]
    fn a_password_in_an_unreadable_url_is_not_repeated() {
        for url in
            ["postgres://u:hunter2/d", "postgres://u:p%hunter2@h/d", "postgres://h/d?password=p&hunter2"]
        {
            let error = open(url).err().expect("the URL is refused");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let error = open("postgres://u:hunter2@127.0.0.1:1/d").err().expect("nobody listens");
        let words = error.to_string();
        assert!(words.contains("127.0.0.1") && !words.contains("hunter2"), "{words}");
    }

    #[test]
    fn a_session_is_durable_whatever_its_role_is_set_to() {
        let Some(database) = TestDatabase::postgres() else { return };
        let lax = "-csynchronous_commit%3Doff%20-cdefault_transaction_isolation%3Dserializable";
        let mut connection = open(&with_options(&database, lax)).expect("the server answers");
        let mut setting = |name| {
            show(&mut connection, &format!("SELECT current_setting('{name}') AS value")).expect("it is set")
        };
        assert_eq!(setting("synchronous_commit"), "on");
        assert_eq!(setting("transaction_isolation"), "read committed");
        assert_eq!(setting("idle_in_transaction_session_timeout"), "5s");
        assert_eq!(setting("lock_timeout"), "3s");
    }

    #[test]
    fn a_server_that_refuses_writes_is_refused() {
        let Some(database) = TestDatabase::postgres() else { return };
        let error = open(&with_options(&database, "-cdefault_transaction_read_only%3Don")).err();
        assert!(matches!(error, Some(Error::NotDurable(_))));
    }

    fn with_options(database: &TestDatabase, options: &str) -> String {
        let DatabaseUrl::Postgres(url) = &database.url else { panic!("a PostgreSQL URL") };
        format!("{url}%20{options}")
    }
}
