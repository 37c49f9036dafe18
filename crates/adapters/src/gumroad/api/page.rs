//! One page of a list of sales.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::super::record;
use crate::{BooksError, Days, Record};

/// A shorter page is the last one.
pub(super) const FULL_PAGE: usize = 10;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cursor {
    /// The first.
    First,
    /// The one that another page named.
    Key(String),
    /// By its number, from 1.
    Number(usize),
}

/// A page, and the name of the next.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    pub(super) next: Option<String>,
}

impl Cursor {
    /// The parameters that ask for it. Gumroad takes the first day as belonging to the list, and the last as not.
    pub(super) fn parameters(&self, days: Days) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("after", days.first.to_string()), ("before", days.end().to_string())];
        match self {
            Self::First => {}
            Self::Key(key) => parameters.push(("page_key", key.clone())),
            Self::Number(number) => parameters.push(("page", number.to_string())),
        }
        parameters
    }
}

impl Page {
    pub(super) fn read(members: Map<String, Value>) -> Result<Self, BooksError> {
        let next = next(&members);
        Ok(Self { records: sales(members)?, next })
    }
}

/// The records under `sales`.
pub(super) fn sales(mut members: Map<String, Value>) -> Result<Vec<Record>, BooksError> {
    match members.remove("sales") {
        Some(Value::Array(sales)) => Ok(sales.into_iter().map(record::of_sale).collect()),
        _ => Err(BooksError::Unexpected("no list of sales".to_owned())),
    }
}

/// The key stands for itself and once more in the address of the next page.
fn next(members: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let in_address = || {
        let (_, query) = text("next_page_url")?.split_once('?')?;
        let key = query.split('&').find_map(|pair| pair.strip_prefix("page_key="))?;
        percent_decode_str(key).decode_utf8().ok().map(|key| key.into_owned())
    };
    text("next_page_key").map(str::to_owned).or_else(in_address)
}
