//! What the doctor says of one thing that it looked at.

use serde::Serialize;

/// One thing that was looked at. With `--json` it is printed as it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it belongs to.
    pub group: Group,
    /// What was looked at.
    pub check: String,
    /// How it is.
    pub state: State,
    /// How it is, in words. No secret is among them.
    pub words: String,
    /// What to do about it: a command or a setting. Of warnings and failures.
    pub remedy: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Pass,
    /// It was not looked at; the words say why.
    Skip,
    /// It works, and should be mended.
    Warn,
    /// It does not work.
    Fail,
}

/// What findings belong to, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Settings, products, letter templates.
    Configuration,
    /// The data folder and this machine.
    Machine,
    /// Keys and secrets.
    Keys,
    /// The database.
    Database,
    /// The server, from inside and from outside.
    Server,
    /// The mail provider.
    Mail,
    /// The store.
    Store,
    /// The clock.
    Clock,
    /// What waits for a person or for somebody else.
    Waiting,
}

impl State {
    /// The word in tables and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skip => "skip",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Group {
    /// The title above its findings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Machine => "Machine",
            Self::Keys => "Keys and secrets",
            Self::Database => "Database",
            Self::Server => "Server",
            Self::Mail => "Mail",
            Self::Store => "Store",
            Self::Clock => "Clock",
            Self::Waiting => "Waiting",
        }
    }

    pub(super) fn pass(self, check: &str, words: impl Into<String>) -> Finding {
        self.finding(check, State::Pass, words.into(), None)
    }

    pub(super) fn skip(self, check: &str, words: impl Into<String>) -> Finding {
        self.finding(check, State::Skip, words.into(), None)
    }

    pub(super) fn warn(self, check: &str, words: impl Into<String>, remedy: impl Into<String>) -> Finding {
        self.finding(check, State::Warn, words.into(), Some(remedy.into()))
    }

    pub(super) fn fail(self, check: &str, words: impl Into<String>, remedy: impl Into<String>) -> Finding {
        self.finding(check, State::Fail, words.into(), Some(remedy.into()))
    }

    fn finding(self, check: &str, state: State, words: String, remedy: Option<String>) -> Finding {
        Finding { group: self, check: check.to_owned(), state, words, remedy }
    }
}
