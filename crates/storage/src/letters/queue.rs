//! How letters come into the outbox, and back into it.

use super::row::Row;
use super::{LICENSE_LETTER, Letter, NewLetter, find};
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{LetterState, Pending, Result, Store, licenses, time};
use diesel::dsl::sql;
use diesel::sql_types::{Nullable, Text};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};

/// Whoever may have sent it already is asked first, whatever a person wishes; nobody else is bound to it.
const ONLY_IN_DOUBT: &str = "CASE WHEN doubtful_since IS NULL THEN NULL ELSE channel END";

impl Store {
    /// Writes a further letter for a license; it takes the place of the earlier ones, which are no longer sent.
    pub fn resend(
        &self,
        license_id: String,
        letter: NewLetter,
        detail: Option<String>,
        now: Timestamp,
    ) -> Pending<Letter> {
        self.write(move |connection| {
            let number = licenses::number(connection, &license_id)?.ok_or(diesel::NotFound)?;
            let letter = insert(connection, number, &license_id, letter, now)?;
            licenses::add_event(connection, number, now, "resent", None, detail.as_deref())?;
            Ok(letter)
        })
    }

    /// Puts a letter that failed or waits back into the queue, to be sent at `now` with its schedule begun anew.
    /// `None` if it is on its way, has arrived, is held, or was replaced by a newer one.
    pub fn requeue_letter(&self, id: i64, now: Timestamp) -> Pending<Option<Letter>> {
        self.write(move |connection| {
            let waiting = letters::state.eq_any([LetterState::Queued.as_str(), LetterState::Failed.as_str()]);
            let now = time::to_column(now);
            let queued =
                diesel::update(letters::table.find(id).filter(waiting).filter(letters::replaced.eq(false)))
                    .set((
                        letters::state.eq(LetterState::Queued.as_str()),
                        letters::attempts.eq(0),
                        letters::queued_at.eq(now),
                        letters::due_at.eq(now),
                        letters::channel.eq(sql::<Nullable<Text>>(ONLY_IN_DOUBT)),
                        letters::asked.eq(0),
                        letters::doubts.eq(0),
                    ))
                    .execute(connection)?;
            if queued == 0 { Ok(None) } else { find(connection, id) }
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

/// Inside the transaction of whatever the letter is about.
pub(crate) fn insert(
    connection: &mut AnyConnection,
    license: i64,
    license_id: &str,
    new: NewLetter,
    now: Timestamp,
) -> Result<Letter> {
    let earlier = diesel::update(letters::table.filter(letters::license_number.eq(license)))
        .set(letters::replaced.eq(true))
        .execute(connection)?;
    let (state, due_at) = (new.state(), new.due_at());
    let row: Row = diesel::insert_into(letters::table)
        .values((
            letters::license_number.eq(license),
            letters::kind.eq(LICENSE_LETTER),
            letters::resend_number.eq(i64::try_from(earlier).unwrap_or(i64::MAX)),
            letters::mail_uid.eq(new.mail_uid),
            letters::template.eq(new.template),
            letters::download.eq(new.download),
            letters::recipient.eq(new.recipient),
            letters::state.eq(state.as_str()),
            letters::replaced.eq(false),
            letters::attempts.eq(0),
            letters::queued_at.eq(time::to_column(now)),
            letters::due_at.eq(due_at),
            letters::error.eq(new.unmailable),
            letters::created_at.eq(time::to_column(now)),
        ))
        .returning(letters::all_columns)
        .get_result(connection)?;
    row.into_letter(license_id.to_owned())
}
