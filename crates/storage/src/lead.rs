//! Which of several servers does what needs to be done by one alone.

use crate::connection::AnyConnection;
use crate::{Result, Store};
use diesel::QueryableByName;
use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_query};

/// A leader that has not been heard of for this long is frozen: the server ends its session, and another takes over.
const SILENCE: &str = "SET idle_session_timeout = '60s'";
/// Held by the session, so that it is free as soon as the process is dead.
const TRY: &str = "SELECT pg_try_advisory_lock(1296649805, hashtext(current_schema()::text)) AS is_taken";

/// The lead among the servers of one database; dropping it lets another have it.
///
/// On SQLite the one server always has it.
#[derive(Debug)]
pub struct Lead(Option<AnyConnection>);

impl Lead {
    /// Whether it has not been lost meanwhile.
    pub fn is_held(&mut self) -> bool {
        self.0.as_mut().is_none_or(|connection| connection.batch_execute("SELECT 1").is_ok())
    }
}

impl Store {
    /// Takes the lead, unless another server has it.
    pub fn lead(&self) -> Result<Option<Lead>> {
        if self.is_only_server() {
            return Ok(Some(Lead(None)));
        }
        let mut connection = AnyConnection::open(self.url())?;
        connection.batch_execute(SILENCE)?;
        let answer: Answer = sql_query(TRY).get_result(&mut connection)?;
        Ok(answer.is_taken.then_some(Lead(Some(connection))))
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    is_taken: bool,
}

#[cfg(test)]
mod tests {
    use crate::testing::TestDatabase;
    use crate::{Access, Store};

    #[test]
    fn one_of_several_servers_has_the_lead_and_another_takes_over() {
        let Some(database) = TestDatabase::postgres() else { return };
        let [first, second] =
            [(); 2].map(|()| Store::open(&database.url, Access::FirstRun).expect("it opens"));
        let mut lead = first.lead().expect("an answer").expect("nobody has it");
        assert!(lead.is_held());
        assert!(second.lead().expect("an answer").is_none());
        drop(lead);
        assert!(second.lead().expect("an answer").is_some());
    }

    #[test]
    fn the_only_server_always_has_the_lead() {
        let database = TestDatabase::sqlite();
        let store = Store::open(&database.url, Access::FirstRun).expect("it opens");
        assert!(store.lead().expect("an answer").expect("the lead").is_held());
    }
}
