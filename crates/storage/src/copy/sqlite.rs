//! The copy of an SQLite file.

use super::{CENSUS, Copied};
use crate::connection::AnyConnection;
use crate::{DatabaseUrl, Error, Result};
use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_query};
use std::path::Path;

/// One read transaction, however long it takes: never a copy of the file, which would miss what is in the log, and
/// whose closing would drop the locks of this process. Indexes are sorted on the disk and not in memory.
pub(super) fn copy(mut connection: AnyConnection, file: &Path) -> Result<Copied> {
    let path = file.canonicalize().map_err(|error| Error::of_file(file, &error))?;
    let Some(text) = path.to_str() else {
        return Err(Error::Unreachable(format!("{} is not UTF-8", path.display())));
    };
    let statement = format!("PRAGMA temp_store = FILE; VACUUM INTO '{}'", text.replace('\'', "''"));
    connection.batch_execute(&statement)?;
    let mut copy = AnyConnection::open(&DatabaseUrl::sqlite(&path))?;
    Ok(Copied { census: sql_query(CENSUS).get_result(&mut copy)?, schema: None })
}
