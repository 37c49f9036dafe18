//! Issuing on PostgreSQL: a whole batch in one statement, and what had a license before in a second one.

use super::{Issue, Written, held_by_another_order};
use crate::conclusions::{self, Conclusion};
use crate::connection::columns::{maybe_numbers, numbers, rounds, texts};
use crate::connection::statement::{Statement, Text};
use crate::letters::{self, Letter, NewLetter};
use crate::licenses::Row;
use crate::licenses::{License, NewLicense};
use crate::schema::{conclusions as conclusion_table, deliveries, letters as letter_table, licenses};
use crate::{Result, time};
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::BigInt;
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, PgConnection, QueryDsl, RunQueryDsl};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn write_all(connection: &mut PgConnection, batch: &[&Issue]) -> Result<Vec<Written>> {
    let mut written: BTreeMap<usize, Written> = BTreeMap::new();
    let numbered: Vec<(usize, &Issue)> = batch.iter().copied().enumerate().collect();
    for round in rounds(&numbered, |(_, issue)| issue.conclusion.delivery_id) {
        // The first of each order in the order of their keys, which is the same for every server.
        let mut orders = BTreeSet::new();
        let (mut firsts, mut told_again): (Vec<_>, Vec<_>) =
            round.into_iter().partition(|(_, issue)| orders.insert(order(&issue.license)));
        firsts.sort_by_key(|(_, issue)| order(&issue.license));
        let mut minted = mint(connection, &firsts)?;
        for (place, issue) in firsts {
            match minted.remove(&issue.conclusion.delivery_id) {
                Some(letter) => drop(written.insert(place, Written::Now(letter))),
                None => told_again.push((place, issue)),
            }
        }
        written.extend(find(connection, &told_again)?);
    }
    Ok(written.into_values().collect())
}

fn order(license: &NewLicense) -> (&str, &str, &str, i64) {
    (&license.source_order_id, &license.source, &license.mode, license.item)
}

/// The letters of those that are written now, by their deliveries.
fn mint(connection: &mut PgConnection, issues: &[(usize, &Issue)]) -> Result<BTreeMap<i64, i64>> {
    let licenses: Vec<&NewLicense> = issues.iter().map(|(_, issue)| &issue.license).collect();
    let letters: Vec<&NewLetter> = issues.iter().map(|(_, issue)| &issue.letter).collect();
    let ends: Vec<&Conclusion> = issues.iter().map(|(_, issue)| &issue.conclusion).collect();
    let values = (conclusions::columns(&ends), letters::first::columns(&letters), columns(&licenses));
    let minted: Vec<(i64, i64)> = Statement::<MintAll, _>::new(values).load(connection)?;
    Ok(minted.into_iter().collect())
}

/// The nineteen columns of a license.
fn columns<'a>(licenses: &[&'a NewLicense]) -> impl QueryFragment<Pg> + 'a {
    (
        (
            texts(licenses, |license| &license.id),
            texts(licenses, |license| &license.key),
            texts(licenses, |license| &license.blob),
            texts(licenses, |license| &license.line),
            texts(licenses, |license| &license.product_id),
            texts(licenses, |license| &license.product_name),
            texts(licenses, |license| &license.tier),
            numbers(licenses, |license| license.seats),
            texts(licenses, |license| &license.email),
            texts(licenses, |license| &license.name),
        ),
        (
            texts(licenses, |license| license.origin.as_str()),
            numbers(licenses, |license| time::to_column(license.issued_at)),
            maybe_numbers(licenses, |license| license.expires_at.map(time::to_column)),
            maybe_numbers(licenses, |license| license.updates_until.map(time::to_column)),
            numbers(licenses, |license| license.seq),
        ),
        order_columns(licenses),
    )
}

/// The four columns by which an order is known.
fn order_columns<'a>(licenses: &[&'a NewLicense]) -> impl QueryFragment<Pg> + 'a {
    (
        texts(licenses, |license| &license.source),
        texts(licenses, |license| &license.mode),
        texts(licenses, |license| &license.source_order_id),
        numbers(licenses, |license| license.item),
    )
}

struct MintAll;

impl Text for MintAll {
    const BEFORE: &'static str = "WITH sold AS MATERIALIZED (SELECT * FROM unnest(";
    const AFTER: &'static str = ") AS sold (delivery_id, attempt, at, kind, told_mode, order_id, sale_id, \
            mail_uid, template, download, recipient, state, due_at, unmailable, \
            id, key, blob, line, product_id, product_name, tier, seats, email, name, origin, issued_at, \
            expires_at, updates_until, seq, source, mode, source_order_id, item)), \
        minted AS (INSERT INTO licenses (id, key, blob, line, product_id, product_name, tier, status, seats, \
            email, name, source, origin, mode, source_order_id, item, issued_at, expires_at, updates_until, \
            seq, created_at) \
            SELECT id, key, blob, line, product_id, product_name, tier, 'active', seats, email, name, source, \
            origin, mode, source_order_id, item, issued_at, expires_at, updates_until, seq, at FROM sold \
            WHERE NOT EXISTS (SELECT FROM conclusions JOIN deliveries ON deliveries.id = delivery_id \
                WHERE conclusions.order_id = sold.order_id AND conclusions.mode = sold.mode \
                AND deliveries.source = sold.source AND conclusions.delivery_id <> sold.delivery_id) \
            ON CONFLICT DO NOTHING RETURNING number, id), \
        new AS MATERIALIZED (SELECT minted.number AS license_number, sold.* FROM minted JOIN sold USING (id)), \
        letter AS (INSERT INTO letters (license_number, kind, resend_number, mail_uid, template, download, \
            recipient, state, replaced, attempts, queued_at, due_at, error, created_at) \
            SELECT license_number, 'license', 0, mail_uid, template, download, recipient, state, false, 0, at, \
            due_at, unmailable, at FROM new RETURNING id AS letter_id, license_number), \
        event AS (INSERT INTO license_events (license_number, at, event, delivery_id) \
            SELECT license_number, at, 'minted', delivery_id FROM new), \
        attempted AS (INSERT INTO attempts (delivery_id, number, at, outcome) \
            SELECT delivery_id, attempt, at, 'minted' FROM new), \
        concluded AS (UPDATE conclusions SET kind = new.kind, mode = new.told_mode, order_id = new.order_id, \
            sale_id = new.sale_id, processed = true, outcome = 'minted', error = NULL, reason = NULL, \
            product_id = NULL, email = NULL, license_number = new.license_number, concluded_at = new.at, verify_at = NULL \
            FROM new WHERE conclusions.delivery_id = new.delivery_id) \
        SELECT new.delivery_id, letter.letter_id FROM new JOIN letter USING (license_number)";
    type Answer = (BigInt, BigInt);
}

/// What the orders had before, by their places; the ends of these attempts are written down.
fn find(connection: &mut PgConnection, issues: &[(usize, &Issue)]) -> Result<Vec<(usize, Written)>> {
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let orders: Vec<&NewLicense> = issues.iter().map(|(_, issue)| &issue.license).collect();
    let ends: Vec<&Conclusion> = issues.iter().map(|(_, issue)| &issue.conclusion).collect();
    let values = (conclusions::columns(&ends), order_columns(&orders));
    let found: Vec<(i64, i64)> = Statement::<FindAll, _>::new(values).load(connection)?;
    let numbers: BTreeMap<i64, i64> = found.into_iter().collect();
    let licenses = load(connection, numbers.values().copied().collect())?;
    let mut written = Vec::with_capacity(issues.len());
    for (place, issue) in issues {
        let before = numbers.get(&issue.conclusion.delivery_id).and_then(|number| licenses.get(number));
        written.push((
            *place,
            match before {
                Some(before) => Written::Before(Box::new(before.clone())),
                None if is_known(connection, issue)? => Written::Contested,
                None => return Err(held_by_another_order()),
            },
        ));
    }
    Ok(written)
}

/// Whether there is a license of the order, or another delivery of it was concluded.
fn is_known(connection: &mut PgConnection, issue: &Issue) -> Result<bool> {
    let license = &issue.license;
    let licensed = licenses::table
        .filter(licenses::source_order_id.eq(&license.source_order_id))
        .filter(licenses::source.eq(&license.source).and(licenses::mode.eq(&license.mode)))
        .select(licenses::number);
    let told = conclusion_table::table
        .inner_join(deliveries::table)
        .filter(deliveries::source.eq(&license.source).and(conclusion_table::mode.eq(&license.mode)))
        .filter(conclusion_table::order_id.eq(&issue.conclusion.subject.order_id))
        .filter(conclusion_table::delivery_id.ne(issue.conclusion.delivery_id))
        .select(conclusion_table::delivery_id);
    let found: Vec<i64> = licensed.limit(1).load(connection)?;
    let told: Vec<i64> = if found.is_empty() { told.limit(1).load(connection)? } else { found };
    Ok(!told.is_empty())
}

/// Licenses with their newest letters, by number.
fn load(
    connection: &mut PgConnection,
    numbers: BTreeSet<i64>,
) -> Result<BTreeMap<i64, (License, Option<Letter>)>> {
    let rows: Vec<(Row, Option<letters::Row>)> = licenses::table
        .left_join(
            letter_table::table
                .on(letter_table::license_number.eq(licenses::number).and(letter_table::replaced.eq(false))),
        )
        .filter(licenses::number.eq_any(numbers.into_iter().collect::<Vec<i64>>()))
        .load(connection)?;
    let pair = |(license, letter): (Row, Option<letters::Row>)| {
        let (number, license) = (license.number, license.into_license()?);
        let letter = letter.map(|letter| letter.into_letter(license.terms.id.clone())).transpose()?;
        Ok((number, (license, letter)))
    };
    rows.into_iter().map(pair).collect()
}

struct FindAll;

impl Text for FindAll {
    const BEFORE: &'static str = "WITH told AS MATERIALIZED (SELECT * FROM unnest(";
    const AFTER: &'static str = ") AS told (delivery_id, attempt, at, kind, told_mode, order_id, sale_id, \
            source, mode, source_order_id, item)), \
        found AS MATERIALIZED (SELECT licenses.number, told.* FROM told \
            JOIN licenses USING (source_order_id, source, mode, item) \
            WHERE licenses.status = 'active' AND licenses.email <> ''), \
        attempted AS (INSERT INTO attempts (delivery_id, number, at, outcome) \
            SELECT delivery_id, attempt, at, 'found' FROM found), \
        concluded AS (UPDATE conclusions SET kind = found.kind, mode = found.told_mode, \
            order_id = found.order_id, sale_id = found.sale_id, processed = true, \
            outcome = CASE WHEN conclusions.outcome = 'minted' THEN 'minted' ELSE 'found' END, error = NULL, \
            reason = NULL, product_id = NULL, email = NULL, license_number = found.number, concluded_at = found.at, verify_at = NULL \
            FROM found WHERE conclusions.delivery_id = found.delivery_id) \
        SELECT delivery_id, number FROM found";
    type Answer = (BigInt, BigInt);
}
