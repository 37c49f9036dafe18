//! The condition of an SQLite file.

use super::{Condition, Kind, SCHEMA, number};
use crate::connection::show;
use crate::{DatabaseUrl, Result};
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

const SIZE: &str =
    "SELECT CAST(page_count * page_size AS INTEGER) AS value FROM pragma_page_count, pragma_page_size";
/// What matters of a damage is that there is one.
const DAMAGE: &str = "SELECT quick_check AS value FROM pragma_quick_check LIMIT 5";

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

pub(super) fn condition(connection: &mut SqliteConnection, url: &DatabaseUrl) -> Result<Condition> {
    let words: Vec<Word> = sql_query(DAMAGE).load(connection)?;
    let mode = show(connection, "SELECT lower(journal_mode) AS value FROM pragma_journal_mode")?;
    let synchronous = show(connection, "SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous")?;
    let fullfsync = show(connection, "SELECT CAST(fullfsync AS TEXT) AS value FROM pragma_fullfsync")?;
    Ok(Condition {
        version: format!("SQLite {}", show(connection, "SELECT sqlite_version() AS value")?),
        schema: show(connection, SCHEMA)?,
        durability: vec![
            ("synchronous", if synchronous == "2" { "FULL".to_owned() } else { synchronous }),
            ("fullfsync", if fullfsync == "1" { "on".to_owned() } else { "off".to_owned() }),
        ],
        size: number(connection, SIZE)?,
        damage: words.into_iter().map(|word| word.value).filter(|word| word != "ok").collect(),
        kind: Kind::Sqlite { keeps_log: mode == "wal", log_size: log_size(url) },
    })
}

/// Asked of the folder: opening the file by another way than SQLite's would drop its locks.
fn log_size(url: &DatabaseUrl) -> u64 {
    let DatabaseUrl::Sqlite(path) = url else { return 0 };
    let mut name = path.clone().into_os_string();
    name.push("-wal");
    std::fs::metadata(name).map_or(0, |file| file.len())
}
