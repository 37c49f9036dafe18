//! Revocation lists: what one has to name, and the newest one that was signed.

use crate::schema::revocation_lists::dsl;
use crate::{Pending, Result, Store, time};
use diesel::dsl::max;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl, sql_query};
use jiff::Timestamp;

/// Written out: with a bound value in place of a word neither database would use the indexes that answer it.
const MARK: &str = "SELECT (SELECT max(serial) FROM revocation_lists) AS newest_list, \
     (SELECT max(id) FROM license_events WHERE event <> 'minted') AS newest_change, \
     (SELECT max(number) FROM licenses WHERE status <> 'active' OR void_below > 1) AS newest_void";
const REVOCATIONS: &str = "SELECT id AS license_id, CASE WHEN status = 'active' OR void_below > seq + 1 THEN void_below \
     ELSE seq + 1 END AS smallest_seq FROM licenses WHERE status <> 'active' OR void_below > 1 \
     ORDER BY number DESC LIMIT $1";

/// A revocation list that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// Its number, from 1, one more than that of the list before.
    pub serial: i64,
    /// When it was signed.
    pub made_at: Timestamp,
    /// When it asks to be replaced.
    pub next_at: Timestamp,
    /// How many licenses it names.
    pub licenses: i64,
    /// The signed text.
    pub text: String,
}

/// A license of which not every blob is good.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Revocation {
    /// The license id.
    #[diesel(sql_type = Text)]
    pub license_id: String,
    /// The smallest re-issue counter that is good; of a license that does not run, one that no blob has yet.
    #[diesel(sql_type = BigInt)]
    pub smallest_seq: i64,
}

/// What differs when there is a newer list, or when what a list has to name may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct RevocationMark {
    /// The serial of the newest list.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub newest_list: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    newest_change: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    newest_void: Option<i64>,
}

/// What became of a list that was to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// It is the newest one now.
    Now,
    /// Another server was first: there is a list of this serial, or a newer one.
    Outrun,
}

impl RevocationMark {
    /// Whether licenses may have changed between `earlier` and this mark.
    pub fn differs_in_licenses(&self, earlier: &Self) -> bool {
        (self.newest_change, self.newest_void) != (earlier.newest_change, earlier.newest_void)
    }
}

impl Store {
    /// Costs next to nothing, however many licenses there are.
    pub fn revocation_mark(&self) -> Result<RevocationMark> {
        self.read(|connection| Ok(sql_query(MARK).get_result(connection)?))
    }

    /// What a list has to name, at most `limit` licenses of all modes, newest first.
    pub fn revocations(&self, limit: i64) -> Result<Vec<Revocation>> {
        self.read(|connection| Ok(sql_query(REVOCATIONS).bind::<BigInt, _>(limit).load(connection)?))
    }

    /// The newest list.
    pub fn newest_revocation_list(&self) -> Result<Option<RevocationList>> {
        let row: Option<Row> = self.read(|connection| {
            Ok(dsl::revocation_lists.order(dsl::serial.desc()).first(connection).optional()?)
        })?;
        row.map(Row::into_list).transpose()
    }

    /// Puts a list in the place of the one before. No serial is given away twice, whoever publishes beside this.
    pub fn publish_revocation_list(&self, list: RevocationList) -> Pending<Published> {
        self.write(move |connection| {
            let newest: Option<i64> = dsl::revocation_lists.select(max(dsl::serial)).first(connection)?;
            if newest.is_some_and(|newest| newest >= list.serial) {
                return Ok(Published::Outrun);
            }
            diesel::insert_into(dsl::revocation_lists)
                .values((
                    dsl::serial.eq(list.serial),
                    dsl::made_at.eq(time::to_column(list.made_at)),
                    dsl::next_at.eq(time::to_column(list.next_at)),
                    dsl::licenses.eq(list.licenses),
                    dsl::text.eq(&list.text),
                ))
                .execute(connection)?;
            diesel::delete(dsl::revocation_lists.filter(dsl::serial.lt(list.serial))).execute(connection)?;
            Ok(Published::Now)
        })
    }
}

#[derive(diesel::Queryable)]
struct Row {
    serial: i64,
    made_at: i64,
    next_at: i64,
    licenses: i64,
    text: String,
}

impl Row {
    fn into_list(self) -> Result<RevocationList> {
        let Self { serial, made_at, next_at, licenses, text } = self;
        let (made_at, next_at) = (time::from_column(made_at)?, time::from_column(next_at)?);
        Ok(RevocationList { serial, made_at, next_at, licenses, text })
    }
}
