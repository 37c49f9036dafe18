//! The copy of a PostgreSQL database, by PostgreSQL's own programs.

use super::programs::Program;
use super::{CENSUS, Copied};
use crate::connection::{AnyConnection, show};
use crate::{Error, Result, migrations};
use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_query};
use std::path::Path;

/// What the program reads and what is counted is one moment. The session idles while the program is at work.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL idle_in_transaction_session_timeout = 0";
const SCHEMA: &str = "SELECT coalesce(current_schema()::text, '') AS value";

pub(super) fn copy(mut connection: AnyConnection, url: &str, file: &Path) -> Result<Copied> {
    connection.batch_execute(BEGIN)?;
    let census = sql_query(CENSUS).get_result(&mut connection)?;
    let AnyConnection::Postgres(postgres) = &mut connection else { return Err(Error::Foreign) };
    let snapshot = show(postgres, "SELECT pg_export_snapshot() AS value")?;
    let schema = show(postgres, SCHEMA)?;
    Program::find("pg_dump")?
        .connected(url)
        .argument("--format=custom")
        .argument("--no-owner")
        .argument("--no-privileges")
        .argument(&format!("--snapshot={snapshot}"))
        .argument(&format!("--schema={}", quoted(&schema)))
        .file("--file", file)
        .run()?;
    connection.batch_execute("COMMIT")?;
    Ok(Copied { census, schema: Some(schema) })
}

pub(super) fn read(file: &Path) -> Result<()> {
    Program::find("pg_restore")?.argument("--file=-").path(file).run()
}

pub(super) fn restore(mut connection: AnyConnection, url: &str, schema: &str, file: &Path) -> Result<()> {
    if !is_vacant(&mut connection)? {
        return Err(Error::Occupied);
    }
    let AnyConnection::Postgres(postgres) = &mut connection else { return Err(Error::Foreign) };
    match show(postgres, SCHEMA)?.as_str() {
        // The search path names one that is not there yet.
        "" => postgres.batch_execute(&format!("CREATE SCHEMA {}", quoted(schema)))?,
        same if same == schema => {}
        other => {
            return Err(Error::OtherSchema { copied: schema.to_owned(), found: other.to_owned() });
        }
    }
    drop(connection);
    Program::find("pg_restore")?
        .connected(url)
        .argument("--single-transaction")
        .argument("--exit-on-error")
        .argument("--no-owner")
        .argument("--no-privileges")
        // Without it the schema itself would be made, and is there.
        .argument(&format!("--schema={schema}"))
        .path(file)
        .run()
}

pub(super) fn is_vacant(connection: &mut AnyConnection) -> Result<bool> {
    Ok(migrations::tables(connection)?.is_empty())
}

/// As an identifier, which is also a pattern that matches nothing else.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_its_programs_it_is_said_what_to_install() {
        let error = Program::find("pg_nothing").err().expect("there is no such program");
        assert!(error.to_string().contains("install the client programs of PostgreSQL"), "{error}");
    }
}
