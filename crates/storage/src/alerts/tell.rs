//! Conditions that last until they are over, and what was told of each.

use crate::connection::AnyConnection;
use crate::schema::{alert_digests, alerts, alerts_told};
use crate::{Pending, Result, Store, time};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// So long what is over is remembered.
const MEMORY_MILLISECONDS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Something the operator should know, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concern {
    /// What it is, in one word.
    pub kind: String,
    /// What tells it apart from others of its kind.
    pub subject: String,
    /// How many things it is about.
    pub count: i64,
    /// What it is, for a person.
    pub words: String,
    /// What to run.
    pub command: String,
}

/// A condition on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// As it was seen last.
    pub condition: Concern,
    /// When it was seen first.
    pub first_at: Timestamp,
    /// When it was seen last.
    pub last_at: Timestamp,
    /// Since when it is over.
    pub resolved_at: Option<Timestamp>,
    /// What was told of it.
    pub told: Vec<Telling>,
}

/// What was told of a condition by one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The way.
    pub channel: String,
    /// How many things it was about then.
    pub count: i64,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Writes down which conditions of these kinds there are. Those that are not there any more are over.
    pub fn note_conditions(
        &self,
        kinds: Vec<&'static str>,
        conditions: Vec<Concern>,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |connection| {
            let now = time::to_column(now);
            let seen: BTreeSet<(String, String)> = conditions.iter().map(key).collect();
            let lasting: Vec<(String, String)> = alerts::table
                .filter(alerts::resolved_at.is_null().and(alerts::kind.eq_any(&kinds)))
                .select((alerts::kind, alerts::subject))
                .load(connection)?;
            for (kind, subject) in lasting.into_iter().filter(|key| !seen.contains(key)) {
                diesel::update(alerts::table.find((kind, subject)))
                    .set(alerts::resolved_at.eq(now))
                    .execute(connection)?;
            }
            for condition in &conditions {
                note(connection, condition, now)?;
            }
            let forgotten = alerts::resolved_at.lt(now - MEMORY_MILLISECONDS);
            diesel::delete(alerts::table.filter(forgotten)).execute(connection)?;
            Ok(())
        })
    }

    /// All conditions that last or were over of late, the newest first.
    pub fn alerts(&self) -> Result<Vec<Alert>> {
        let (rows, told): (Vec<Row>, Vec<Told>) = self.read(|connection| {
            let order = (alerts::first_at.desc(), alerts::kind, alerts::subject);
            let told = alerts_told::table.order(alerts_told::channel).load(connection)?;
            Ok((alerts::table.order(order).load(connection)?, told))
        })?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let of_row = told.iter().filter(|(_, kind, subject, ..)| (kind, subject) == (&row.0, &row.1));
            let told: Result<Vec<Telling>> = of_row
                .map(|(channel, _, _, count, at)| {
                    Ok(Telling { channel: channel.clone(), count: *count, at: time::from_column(*at)? })
                })
                .collect();
            found.push(alert(row, told?)?);
        }
        Ok(found)
    }

    /// When this way of telling had its last digest.
    pub fn last_digest(&self, channel: &str) -> Result<Option<Timestamp>> {
        let at: Option<i64> = self.read(|connection| {
            Ok(alert_digests::table.find(channel).select(alert_digests::at).first(connection).optional()?)
        })?;
        time::from_optional_column(at)
    }

    /// Writes down that a digest was tried, so that the next one has to wait.
    pub fn note_digest(&self, channel: String, now: Timestamp) -> Pending<()> {
        self.write(move |connection| {
            let now = time::to_column(now);
            let set = diesel::update(alert_digests::table.find(&channel)).set(alert_digests::at.eq(now));
            if set.execute(connection)? == 0 {
                let row = (alert_digests::channel.eq(channel), alert_digests::at.eq(now));
                diesel::insert_into(alert_digests::table).values(row).execute(connection)?;
            }
            Ok(())
        })
    }

    /// Writes down what was told, and of what it was told that it is over.
    pub fn note_told(
        &self,
        channel: String,
        told: Vec<Concern>,
        over: Vec<Concern>,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |connection| {
            for condition in told.iter().chain(&over) {
                let earlier = (channel.as_str(), condition.kind.as_str(), condition.subject.as_str());
                diesel::delete(alerts_told::table.find(earlier)).execute(connection)?;
            }
            for condition in told {
                let row = (
                    alerts_told::channel.eq(&channel),
                    alerts_told::kind.eq(condition.kind),
                    alerts_told::subject.eq(condition.subject),
                    alerts_told::count.eq(condition.count),
                    alerts_told::at.eq(time::to_column(now)),
                );
                diesel::insert_into(alerts_told::table).values(row).execute(connection)?;
            }
            Ok(())
        })
    }
}

/// Channel, kind, subject, count, time.
type Told = (String, String, String, i64, i64);
type Row = (String, String, i64, String, String, i64, i64, Option<i64>);

fn key(condition: &Concern) -> (String, String) {
    (condition.kind.clone(), condition.subject.clone())
}

/// What comes back after it was over begins anew. What was told of it and not taken back holds: whoever was not told that
/// it is over need not be told that it is back.
fn note(connection: &mut AnyConnection, condition: &Concern, now: i64) -> Result<()> {
    let key = (condition.kind.as_str(), condition.subject.as_str());
    let before: Option<Option<i64>> =
        alerts::table.find(key).select(alerts::resolved_at).first(connection).optional()?;
    let seen = (
        alerts::count.eq(condition.count),
        alerts::words.eq(&condition.words),
        alerts::command.eq(&condition.command),
        alerts::last_at.eq(now),
        alerts::resolved_at.eq(None::<i64>),
    );
    match before {
        None => {
            let key = (alerts::kind.eq(&condition.kind), alerts::subject.eq(&condition.subject));
            let row = (key, seen, alerts::first_at.eq(now));
            diesel::insert_into(alerts::table).values(row).execute(connection)?;
        }
        Some(None) => {
            diesel::update(alerts::table.find(key)).set(seen).execute(connection)?;
        }
        Some(Some(_)) => {
            diesel::update(alerts::table.find(key))
                .set((seen, alerts::first_at.eq(now)))
                .execute(connection)?;
        }
    }
    Ok(())
}

fn alert(
    (kind, subject, count, words, command, first, last, resolved): Row,
    told: Vec<Telling>,
) -> Result<Alert> {
    Ok(Alert {
        condition: Concern { kind, subject, count, words, command },
        first_at: time::from_column(first)?,
        last_at: time::from_column(last)?,
        resolved_at: time::from_optional_column(resolved)?,
        told,
    })
}
