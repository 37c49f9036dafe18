//! Times between the domain and its integer columns, which both databases round alike.

use crate::{Error, Result};
use jiff::Timestamp;

pub(crate) fn to_column(time: Timestamp) -> i64 {
    time.as_millisecond()
}

pub(crate) fn to_optional_column(time: Option<Timestamp>) -> Option<i64> {
    time.map(to_column)
}

pub(crate) fn from_column(milliseconds: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| Error::Corrupt("a time is out of range".to_owned()))
}

pub(crate) fn from_optional_column(milliseconds: Option<i64>) -> Result<Option<Timestamp>> {
    milliseconds.map(from_column).transpose()
}
