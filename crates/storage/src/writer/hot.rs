//! Writes that come once or more for every delivery, and are therefore written once for each database.

use super::lanes::{Lane, Lanes};
use super::queue::Waiting;
use super::reply::{Committed, Reply};
use super::task::Task;
use crate::chain::Tail;
use crate::connection::{AnyConnection, transaction};
use crate::{Error, Result};
use diesel::{PgConnection, QueryResult, SqliteConnection};
use std::fmt;

/// A write that is made many at a time.
///
/// It can be made again after its transaction was taken back, so nothing of it is consumed until it is answered.
pub(crate) trait Hot: fmt::Debug + Send + Sized + 'static {
    /// What the database says.
    type Written: fmt::Debug + Send + 'static;
    /// What the caller is told.
    type Answer: fmt::Debug + Send + 'static;

    /// Bytes that it holds on to.
    fn size(&self) -> usize;

    /// One write, by statements that stay prepared; the next one follows in the same transaction.
    fn write(&self, connection: &mut SqliteConnection, tail: &mut Tail) -> Result<Self::Written>;

    /// All of them in as few statements as can be: each one is a journey to the server and back.
    fn write_all(
        batch: &[&Self],
        connection: &mut PgConnection,
        tail: &mut Tail,
    ) -> Result<Vec<Self::Written>>;

    /// Once it is on disk.
    fn answer(self, written: Self::Written) -> Self::Answer;

    /// Begins its transactions on PostgreSQL.
    fn begin(connection: &mut AnyConnection) -> QueryResult<()> {
        transaction::begin_beside_others(connection)
    }

    /// Where it waits on PostgreSQL.
    fn lane(lanes: &Lanes) -> &Lane<Self>;
}

/// A hot write between its caller and the thread.
#[derive(Debug)]
pub(super) struct Entry<W: Hot> {
    pub(super) write: W,
    pub(super) written: Option<Result<W::Written>>,
    reply: Reply<W::Answer>,
}

impl<W: Hot> Entry<W> {
    pub(super) fn new(write: W, reply: Reply<W::Answer>) -> Self {
        Self { write, written: None, reply }
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.reply.is_abandoned()
    }

    /// Tells the caller, after the transaction has ended.
    pub(super) fn tell(self, committed: &Committed) {
        let Self { write, written, reply } = self;
        reply.tell(committed, written, |written| write.answer(written));
    }

    fn write(&self, connection: &mut AnyConnection, tail: &mut Tail) -> Result<W::Written> {
        match connection {
            AnyConnection::Sqlite(connection) => self.write.write(connection, tail),
            AnyConnection::Postgres(connection) => {
                W::write_all(&[&self.write], connection, tail)?.pop().ok_or(Error::Closed)
            }
        }
    }
}

impl<W: Hot> Waiting for Entry<W> {
    fn size(&self) -> usize {
        self.write.size()
    }
}

impl<W: Hot> Task for Entry<W> {
    fn is_abandoned(&self) -> bool {
        self.is_abandoned()
    }

    fn size(&self) -> usize {
        self.write.size()
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn try_together(&mut self, connection: &mut AnyConnection, tail: &mut Tail) -> Result<()> {
        self.written = Some(Ok(self.write(connection, tail)?));
        Ok(())
    }

    fn run(&mut self, connection: &mut AnyConnection, tail: &mut Tail) -> Result<()> {
        let before = tail.clone();
        let written = transaction::savepoint(connection, |connection| self.write(connection, tail))?;
        if written.is_err() {
            // What was taken back has no place in the chain.
            *tail = before;
        }
        self.written = Some(written);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: &Committed) {
        self.tell(committed);
    }
}
