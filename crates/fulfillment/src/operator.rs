//! Who does something by hand, and why.

use std::fmt;

/// Where a name is looked for that was not given, in this order.
const VARIABLES: [&str; 4] = ["MINTMARK_OPERATOR", "SUDO_USER", "USER", "LOGNAME"];

/// Who does something by hand, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name as it is given, or as the system has it.
    pub name: String,
    /// The reason, if one is given.
    pub why: Option<String>,
}

impl Operator {
    /// The one that is named, or else the one that the environment tells of: `MINTMARK_OPERATOR`, or who is logged in.
    /// Where it tells of nobody, the account has its number: `user 1000`.
    pub fn find(named: Option<&str>, why: Option<&str>) -> Self {
        let known = VARIABLES.iter().filter_map(|variable| std::env::var(variable).ok());
        let mut names = named.map(str::to_owned).into_iter().chain(known);
        let name = names.find(|name| !name.trim().is_empty()).unwrap_or_else(account);
        let why = why.map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
        Self { name: name.trim().to_owned(), why }
    }
}

#[cfg(unix)]
fn account() -> String {
    format!("user {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn account() -> String {
    "somebody".to_owned()
}

/// As in `by grace: posted in a forum`.
impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "by {}", self.name)?;
        match &self.why {
            Some(why) => write!(formatter, ": {why}"),
            None => Ok(()),
        }
    }
}
