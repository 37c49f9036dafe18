//! The condition of a PostgreSQL server.

use super::{Condition, Kind, SCHEMA, clock, number};
use crate::Result;
use crate::connection::show;
use diesel::PgConnection;

const SETTINGS: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];
const SIZE: &str = "SELECT pg_database_size(current_database())::bigint AS value";
const SESSIONS: &str =
    "SELECT count(*)::bigint AS value FROM pg_stat_activity WHERE backend_type = 'client backend'";
const MOST_SESSIONS: &str = "SELECT current_setting('max_connections')::bigint AS value";
const REPLICAS: &str = "SELECT count(*)::bigint AS value FROM pg_stat_replication";
const CLOCK: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS value";

pub(super) fn condition(connection: &mut PgConnection) -> Result<Condition> {
    let mut durability = Vec::new();
    for setting in SETTINGS {
        let question = format!("SELECT current_setting('{setting}') AS value");
        durability.push((setting, show(connection, &question)?));
    }
    let version = show(connection, "SELECT current_setting('server_version') AS value")?;
    Ok(Condition {
        version: format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default()),
        schema: show(connection, SCHEMA)?,
        durability,
        size: number(connection, SIZE)?,
        damage: Vec::new(),
        kind: Kind::Postgres {
            sessions: number(connection, SESSIONS)?,
            most_sessions: number(connection, MOST_SESSIONS)?,
            replicas: number(connection, REPLICAS)?,
            clock: clock(number(connection, CLOCK)?)?,
        },
    })
}
