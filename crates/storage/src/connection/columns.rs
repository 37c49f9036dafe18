//! Columns of many rows as arrays, for PostgreSQL's [statements](super::statement::Statement).

use diesel::IntoSql as _;
use diesel::dsl::AsExprOf;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};

type Column<T, S> = AsExprOf<Vec<T>, Array<S>>;

/// A column of texts.
pub(crate) fn texts<'a, R>(rows: &[&'a R], column: impl Fn(&'a R) -> &'a str) -> Column<&'a str, Text> {
    rows.iter().map(|row| column(row)).collect::<Vec<_>>().into_sql::<Array<Text>>()
}

/// A column of texts, some of which are not there.
pub(crate) fn maybe_texts<'a, R>(
    rows: &[&'a R],
    column: impl Fn(&'a R) -> Option<&'a str>,
) -> Column<Option<&'a str>, Nullable<Text>> {
    rows.iter().map(|row| column(row)).collect::<Vec<_>>().into_sql::<Array<Nullable<Text>>>()
}

/// A column of numbers.
pub(crate) fn numbers<'a, R>(rows: &[&'a R], column: impl Fn(&'a R) -> i64) -> Column<i64, BigInt> {
    rows.iter().map(|row| column(row)).collect::<Vec<_>>().into_sql::<Array<BigInt>>()
}

/// A column of numbers, some of which are not there.
pub(crate) fn maybe_numbers<'a, R>(
    rows: &[&'a R],
    column: impl Fn(&'a R) -> Option<i64>,
) -> Column<Option<i64>, Nullable<BigInt>> {
    rows.iter().map(|row| column(row)).collect::<Vec<_>>().into_sql::<Array<Nullable<BigInt>>>()
}

/// A column of bytes.
pub(crate) fn bytes<'a, R>(rows: &[&'a R], column: impl Fn(&'a R) -> &'a [u8]) -> Column<&'a [u8], Binary> {
    rows.iter().map(|row| column(row)).collect::<Vec<_>>().into_sql::<Array<Binary>>()
}

/// A column of truths.
pub(crate) fn truths<'a, R>(rows: &[&'a R], column: impl Fn(&'a R) -> bool) -> Column<bool, Bool> {
    rows.iter().map(|row| column(row)).collect::<Vec<_>>().into_sql::<Array<Bool>>()
}

/// The rows in as few rounds as it takes for no key to come twice in one: a statement changes a row once.
pub(crate) fn rounds<R: Copy, K: Ord>(rows: &[R], key: impl Fn(R) -> K) -> Vec<Vec<R>> {
    let mut times = std::collections::BTreeMap::<K, usize>::new();
    let mut rounds: Vec<Vec<R>> = Vec::new();
    for row in rows {
        let time = times.entry(key(*row)).or_default();
        if rounds.len() == *time {
            rounds.push(Vec::new());
        }
        rounds[*time].push(*row);
        *time += 1;
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::rounds;

    #[test]
    fn what_comes_twice_waits_for_the_next_round() {
        let rows = [(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd'), (1, 'e')];
        let expected = vec![vec![(1, 'a'), (2, 'b'), (3, 'd')], vec![(1, 'c')], vec![(1, 'e')]];
        assert_eq!(rounds(&rows, |(key, _)| key), expected);
    }
}
