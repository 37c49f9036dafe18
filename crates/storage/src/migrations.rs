//! The schema: made, upgraded, or refused when it is newer than this program or somebody else's.

use crate::connection::AnyConnection;
use crate::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// diesel's list of the migrations that were applied.
const APPLIED: &str = "__diesel_schema_migrations";
/// Tables of ours that, together with diesel's, nobody else has.
const OURS: [&str; 3] = ["deliveries", "conclusions", "letters"];

/// Held while the schema is changed, so that two servers that start together do it once; the second waits longer
/// than for anything else.
const LOCK: &str = "SET lock_timeout = '60s'; \
     SELECT pg_advisory_lock(1296649804, hashtext(current_schema()::text)); SET lock_timeout = '3s'";
const UNLOCK: &str = "SELECT pg_advisory_unlock(1296649804, hashtext(current_schema()::text))";

/// Brings the schema to this version.
pub(crate) fn migrate(connection: &mut AnyConnection) -> Result<()> {
    let AnyConnection::Postgres(postgres) = connection else { return upgrade(connection) };
    postgres.batch_execute(LOCK)?;
    let upgraded = upgrade(connection);
    let unlocked = connection.batch_execute(UNLOCK);
    upgraded.and(unlocked.map_err(Error::from))
}

/// Refuses a schema that is not exactly this version's, and changes nothing.
pub(crate) fn check(connection: &mut AnyConnection) -> Result<()> {
    match recognize(connection)? {
        Schema::Current => Ok(()),
        Schema::Older => Err(Error::Outdated),
    }
}

/// A schema that may be ours.
enum Schema {
    Current,
    /// Possibly as old as an empty database.
    Older,
}

fn upgrade(connection: &mut AnyConnection) -> Result<()> {
    let schema = recognize(connection)?;
    connection.keep_log()?;
    match (schema, connection) {
        (Schema::Current, _) => Ok(()),
        (Schema::Older, AnyConnection::Sqlite(connection)) => run(connection, SQLITE),
        (Schema::Older, AnyConnection::Postgres(connection)) => run(connection, POSTGRES),
    }
}

fn run<C, B>(connection: &mut C, migrations: EmbeddedMigrations) -> Result<()>
where
    C: MigrationHarness<B> + diesel::Connection,
    B: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<B>,
{
    // Test builds can be made to die between any two statements.
    #[cfg(feature = "crash-points")]
    connection.set_instrumentation(|_: diesel::connection::InstrumentationEvent<'_>| {
        crate::crash_point("mid-migration");
    });
    connection.run_pending_migrations(migrations).map_err(Error::Refused)?;
    #[cfg(feature = "crash-points")]
    connection.set_instrumentation(None::<Box<dyn diesel::connection::Instrumentation>>);
    Ok(())
}

/// Only looks: nothing is written into a database before it is known to be ours.
fn recognize(connection: &mut AnyConnection) -> Result<Schema> {
    let tables = tables(connection)?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    match tables.len() {
        0 => return Ok(Schema::Older),
        // An interrupted first run leaves diesel's own table alone behind.
        1 if has(APPLIED) => {}
        _ if has(APPLIED) && OURS.into_iter().all(has) => {}
        _ => return Err(Error::Foreign),
    }
    let known = match connection {
        AnyConnection::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE)?,
        AnyConnection::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES)?,
    };
    let applied = names(connection, &format!("SELECT CAST(version AS TEXT) AS name FROM {APPLIED}"))?;
    match applied.iter().find(|version| !known.contains(version)) {
        Some(unknown) => Err(Error::Newer(unknown.clone())),
        None if applied.len() < known.len() => Ok(Schema::Older),
        None => Ok(Schema::Current),
    }
}

fn versions<B>(migrations: &EmbeddedMigrations) -> Result<Vec<String>>
where
    B: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<B>,
{
    let migrations: Vec<Box<dyn Migration<B>>> = migrations.migrations().map_err(Error::Refused)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Views are left out: extensions of PostgreSQL bring some.
pub(crate) fn tables(connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let question = match connection {
        AnyConnection::Sqlite(_) => {
            r"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
        }
        AnyConnection::Postgres(_) => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    names(connection, question)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

fn names(connection: &mut AnyConnection, question: &str) -> QueryResult<Vec<String>> {
    let found: Vec<Named> = sql_query(question).load(connection)?;
    Ok(found.into_iter().map(|row| row.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use crate::{Access, DatabaseUrl, Store};

    crate::on_both_databases! {
        fn going_down_leaves_nothing_and_up_again_makes_the_same(database: TestDatabase) {
            let mut connection = empty(&database);
            migrate(&mut connection).expect("up");
            let made = shape(&mut connection);
            assert!(made.iter().any(|line| line.contains("deliveries_are_append_only")), "{made:?}");
            revert(&mut connection);
            assert_eq!(tables(&mut connection).expect("tables"), [APPLIED]);
            migrate(&mut connection).expect("up again");
            assert_eq!(shape(&mut connection), made);
        }

        fn an_interrupted_first_run_is_taken_up(database: TestDatabase) {
            let mut connection = empty(&database);
            migrate(&mut connection).expect("up");
            revert(&mut connection);
            assert!(matches!(check(&mut connection), Err(Error::Outdated)));
            Store::open(&database.url, Access::Server).expect("the store opens");
        }

        fn a_newer_schema_is_refused_and_stays_as_it_is(database: TestDatabase) {
            let mut connection = empty(&database);
            migrate(&mut connection).expect("up");
            let later = format!("INSERT INTO {APPLIED} (version) VALUES ('99990101000000')");
            connection.batch_execute(&later).expect("a later migration");
            let before = shape(&mut connection);
            for access in [Access::FirstRun, Access::Server, Access::Tool] {
                let refused = Store::open(&database.url, access);
                assert!(matches!(refused, Err(Error::Newer(version)) if version == "99990101000000"));
            }
            assert_eq!(shape(&mut connection), before);
        }

        fn the_tables_of_something_else_are_refused_and_left_alone(database: TestDatabase) {
            for foreign in ["CREATE TABLE orders (id INTEGER)", "CREATE TABLE deliveries (id INTEGER)"] {
                let mut connection = empty(&database);
                connection.batch_execute(foreign).expect("a table");
                let before = shape(&mut connection);
                for access in [Access::FirstRun, Access::Server, Access::Tool] {
                    assert!(matches!(Store::open(&database.url, access), Err(Error::Foreign)));
                }
                assert_eq!(shape(&mut connection), before);
            }
        }

        fn a_tool_neither_makes_nor_upgrades_a_schema(database: TestDatabase) {
            let mut connection = empty(&database);
            assert!(matches!(Store::open(&database.url, Access::Tool), Err(Error::Outdated)));
            assert_eq!(shape(&mut connection), Vec::<String>::new());
        }

        fn servers_that_start_together_make_the_schema_once(database: TestDatabase) {
            drop(empty(&database));
            let start = || AnyConnection::open(&database.url).and_then(|mut connection| migrate(&mut connection));
            let servers = if matches!(database.url, DatabaseUrl::Postgres(_)) { 4 } else { 1 };
            std::thread::scope(|scope| {
                let started: Vec<_> = (0..servers).map(|_| scope.spawn(start)).collect();
                for server in started {
                    server.join().expect("no panic").expect("the schema is there");
                }
            });
        }
    }

    #[test]
    fn a_foreign_sqlite_file_is_not_switched_to_the_log() {
        let database = TestDatabase::sqlite();
        let mut connection = empty(&database);
        connection.batch_execute("CREATE TABLE orders (id INTEGER)").expect("a table");
        drop(connection);
        let DatabaseUrl::Sqlite(path) = &database.url else { panic!("a file") };
        let before = std::fs::read(path).expect("the file");
        assert!(matches!(Store::open(&database.url, Access::Server), Err(Error::Foreign)));
        assert_eq!(std::fs::read(path).expect("the file"), before);
    }

    fn empty(database: &TestDatabase) -> AnyConnection {
        if let DatabaseUrl::Sqlite(path) = &database.url {
            std::fs::File::create(path).expect("an empty file");
        }
        AnyConnection::open(&database.url).expect("the database opens")
    }

    fn revert(connection: &mut AnyConnection) {
        match connection {
            AnyConnection::Sqlite(connection) => {
                drop(connection.revert_all_migrations(SQLITE).expect("down"))
            }
            AnyConnection::Postgres(connection) => {
                drop(connection.revert_all_migrations(POSTGRES).expect("down"))
            }
        }
    }

    /// Everything that the schema consists of, a line each.
    fn shape(connection: &mut AnyConnection) -> Vec<String> {
        let question = match connection {
            AnyConnection::Sqlite(_) => {
                "SELECT name || ' ' || coalesce(sql, '') AS name FROM sqlite_schema ORDER BY 1"
            }
            AnyConnection::Postgres(_) => {
                "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS name \
                 FROM information_schema.columns WHERE table_schema = current_schema() \
                 UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() \
                 UNION ALL SELECT concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint \
                 WHERE connamespace = current_schema()::regnamespace \
                 UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace \
                 UNION ALL SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid \
                 WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal ORDER BY 1"
            }
        };
        names(connection, question).expect("the catalog answers")
    }
}
