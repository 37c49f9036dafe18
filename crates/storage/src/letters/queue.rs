//! How letters come into the outbox, and back into it.

use super::{Letter, NewLetter, add, enclosures, find};
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{LetterState, Pending, Store, licenses, time};
use diesel::dsl::sql;
use diesel::sql_types::{Nullable, Text};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};

/// Whoever may have sent it already is asked first, whatever a person wishes; nobody else is bound to it.
const ONLY_IN_DOUBT: &str = "CASE WHEN doubtful_since IS NULL THEN NULL ELSE channel END";

impl Store {
    /// Writes further letters for licenses, enclosed in that of the first; they take the place of the earlier ones,
    /// which are no longer sent.
    pub fn resend(
        &self,
        letters: Vec<(String, NewLetter)>,
        detail: Option<String>,
        now: Timestamp,
    ) -> Pending<Vec<Letter>> {
        self.write(move |connection| {
            let mut leader = None;
            let resend = |(license_id, letter): (String, NewLetter)| {
                let number = licenses::number(connection, &license_id)?.ok_or(diesel::NotFound)?;
                let letter = add::write(connection, number, &license_id, letter, leader, now)?;
                licenses::add_event(connection, number, now, "resent", None, detail.as_deref())?;
                leader = leader.or(Some(letter.id));
                Ok(letter)
            };
            letters.into_iter().map(resend).collect()
        })
    }

    /// Puts a letter that failed or waits back into the queue, to be sent at `now` with its schedule begun anew.
    /// `None` if it is on its way, has arrived, is held, or was replaced by a newer one.
    pub fn requeue_letter(&self, id: i64, now: Timestamp) -> Pending<Option<Letter>> {
        self.write(move |connection| {
            let Some(letter) = find(connection, id)? else { return Ok(None) };
            let sent = letter.enclosed_in.unwrap_or(id);
            let waiting = letters::state.eq_any([LetterState::Queued.as_str(), LetterState::Failed.as_str()]);
            let waiting = letters::table.find(sent).filter(waiting).filter(letters::replaced.eq(false));
            let found: Vec<i64> = waiting.select(letters::id).load(connection)?;
            if found.is_empty() {
                return Ok(None);
            }
            put(connection, sent, now)?;
            let leaders = enclosures::leaders(connection, &found)?;
            enclosures::follow(connection, &leaders)?;
            find(connection, id)
        })
    }

    /// Brings letters that are not due yet nearer by as much as the clock was set back. Answers how many.
    pub fn hasten_letters(&self, back: SignedDuration, now: Timestamp) -> Pending<usize> {
        let back = i64::try_from(back.as_millis()).unwrap_or(i64::MAX);
        self.write(move |connection| {
            Ok(diesel::update(letters::table.filter(letters::due_at.gt(time::to_column(now))))
                .set(letters::due_at.eq(letters::due_at - back))
                .execute(connection)?)
        })
    }
}

/// Puts a letter into the queue, with its schedule begun anew.
pub(super) fn put(connection: &mut AnyConnection, id: i64, now: Timestamp) -> QueryResult<usize> {
    let now = time::to_column(now);
    diesel::update(letters::table.find(id))
        .set((
            letters::state.eq(LetterState::Queued.as_str()),
            letters::attempts.eq(0),
            letters::queued_at.eq(now),
            letters::due_at.eq(now),
            letters::channel.eq(sql::<Nullable<Text>>(ONLY_IN_DOUBT)),
            letters::asked.eq(0),
            letters::doubts.eq(0),
        ))
        .execute(connection)
}
