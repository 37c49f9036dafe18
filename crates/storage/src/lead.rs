//! Which of several servers does what needs to be done by one alone.

use crate::connection::AnyConnection;
use crate::{Result, Store};
use diesel::QueryableByName;
use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_query};

/// A leader that has not been heard of for this long is frozen: the server ends its session, and another takes over.
const SILENCE: &str = "SET idle_session_timeout = '60s'";
/// What one of several servers does for all. Each has a lead of its own, so that a long one keeps no other waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Finishing what was recorded and never concluded.
    Sweep,
    /// Comparing what is on record with a store's own records.
    Reconcile,
    /// Telling the operator what needs a person.
    Alert,
}

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
    /// Takes the lead in a duty, unless another server has it.
    pub fn lead(&self, duty: Duty) -> Result<Option<Lead>> {
        if self.is_only_server() {
            return Ok(Some(Lead(None)));
        }
        let mut connection = AnyConnection::open(self.url())?;
        connection.batch_execute(SILENCE)?;
        let answer: Answer = sql_query(duty.attempt()).get_result(&mut connection)?;
        Ok(answer.is_taken.then_some(Lead(Some(connection))))
    }
}

impl Duty {
    /// Held by the session, so that it is free as soon as the process is dead.
    fn attempt(self) -> &'static str {
        match self {
            Self::Sweep => {
                "SELECT pg_try_advisory_lock(1296649805, hashtext(current_schema()::text)) AS is_taken"
            }
            Self::Reconcile => {
                "SELECT pg_try_advisory_lock(1296649806, hashtext(current_schema()::text)) AS is_taken"
            }
            Self::Alert => {
                "SELECT pg_try_advisory_lock(1296649815, hashtext(current_schema()::text)) AS is_taken"
            }
        }
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
    use crate::{Access, Duty, Store};

    #[test]
    fn one_of_several_servers_has_the_lead_and_another_takes_over() {
        let Some(database) = TestDatabase::postgres() else { return };
        let [first, second] =
            [(); 2].map(|()| Store::open(&database.url, Access::FirstRun).expect("it opens"));
        let mut lead = first.lead(Duty::Sweep).expect("an answer").expect("nobody has it");
        assert!(lead.is_held());
        assert!(second.lead(Duty::Sweep).expect("an answer").is_none());
        assert!(second.lead(Duty::Reconcile).expect("an answer").is_some(), "another duty is free");
        drop(lead);
        assert!(second.lead(Duty::Sweep).expect("an answer").is_some());
    }

    #[test]
    fn the_only_server_always_has_the_lead() {
        let database = TestDatabase::sqlite();
        let store = Store::open(&database.url, Access::FirstRun).expect("it opens");
        assert!(store.lead(Duty::Reconcile).expect("an answer").expect("the lead").is_held());
    }
}
