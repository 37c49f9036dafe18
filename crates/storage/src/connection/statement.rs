//! Statements that a connection prepares once and runs from then on.
//!
//! diesel keeps a prepared statement by the type of its query, if the type tells that the text never changes.
//! Otherwise it builds the text anew for each execution, which for the hot statements costs more than the database.
//!
//! SQLite itself compiles a prepared statement anew whenever the parameter of its `LIMIT` is bound again, as diesel does
//! for `first` and `limit`. A question with one answer at most is therefore asked by `get_result`, which stops there.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};
use std::marker::PhantomData;

/// The text around the values of a [`Statement`].
pub(crate) trait Text: 'static {
    /// Up to the first value.
    const BEFORE: &'static str;
    /// What follows the last.
    const AFTER: &'static str;
    /// The columns that it answers with.
    type Answer;
}

/// A statement whose values are in one list: the columns of a row, or arrays that are columns of many rows.
pub(crate) struct Statement<T, V> {
    values: V,
    text: PhantomData<T>,
}

impl<T: Text, V> Statement<T, V> {
    pub(crate) fn new(values: V) -> Self {
        Self { values, text: PhantomData }
    }
}

impl<T: Text, DB: Backend, V: QueryFragment<DB>> QueryFragment<DB> for Statement<T, V> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(T::BEFORE);
        self.values.walk_ast(out.reborrow())?;
        out.push_sql(T::AFTER);
        Ok(())
    }
}

impl<T: Text, V> QueryId for Statement<T, V> {
    type QueryId = Statement<T, ()>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<T: Text, V> Query for Statement<T, V> {
    type SqlType = T::Answer;
}

impl<T, V, C> RunQueryDsl<C> for Statement<T, V> {}

/// Any statement whose text never changes for one kind of database; `M` names it, and stands for no other text.
pub(crate) struct Fixed<M, Q> {
    query: Q,
    name: PhantomData<M>,
}

impl<M, Q> Fixed<M, Q> {
    pub(crate) fn new(query: Q) -> Self {
        Self { query, name: PhantomData }
    }
}

impl<M, DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Fixed<M, Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out)
    }

    /// diesel takes every `UPDATE` and every literal for a text that may change; whoever uses this says that it does not.
    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<M: 'static, Q> QueryId for Fixed<M, Q> {
    type QueryId = Fixed<M, ()>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<M, Q: Query> Query for Fixed<M, Q> {
    type SqlType = Q::SqlType;
}

impl<M, Q, C> RunQueryDsl<C> for Fixed<M, Q> {}
