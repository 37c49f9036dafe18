//! What can be wrong with the audit log, in words.

use std::fmt;

/// What somebody did to the log without the audit key, or what a damaged disk did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A row is not as it was recorded.
    Altered {
        /// Its number.
        row: i64,
        /// What of it.
        part: Part,
    },
    /// A row was never recorded, or stands in another row's place.
    Added {
        /// Its number.
        row: i64,
    },
    /// Rows that were recorded are gone.
    Missing {
        /// The row before them; `None` at the beginning.
        after: Option<i64>,
        /// The row behind them.
        before: i64,
        /// How many.
        count: i64,
    },
    /// The last rows are gone.
    CutOff {
        /// How many rows were recorded.
        recorded: i64,
        /// How many there are.
        left: i64,
    },
    /// What has been made of a delivery is gone, or one of both has another number than before.
    Parted {
        /// The delivery.
        row: i64,
    },
    /// The end of the chain was not written by a holder of the audit key.
    EndAltered,
    /// The chain is gone from the table of the chains.
    EndMissing,
    /// The chain ends before the end that was noted earlier, or led elsewhere.
    Rewound {
        /// The length that was noted.
        noted: i64,
        /// The length that it has now.
        length: i64,
    },
}

/// What of a row is not as it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the store told.
    Content,
    /// The hash of it.
    Hash,
    /// Its place in the chain.
    Place,
    /// Its link, or the whole of it: somebody else wrote it.
    Link,
}

impl Flaw {
    /// One word for it, for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Altered { .. } => "altered",
            Self::Added { .. } => "added",
            Self::Missing { .. } => "missing",
            Self::CutOff { .. } => "cut_off",
            Self::Parted { .. } => "parted",
            Self::EndAltered => "end_altered",
            Self::EndMissing => "end_missing",
            Self::Rewound { .. } => "rewound",
        }
    }

    /// The row that it is about, if there is one.
    pub fn row(&self) -> Option<i64> {
        match self {
            Self::Altered { row, .. } | Self::Added { row } | Self::Parted { row } => Some(*row),
            Self::Missing { before, .. } => Some(*before),
            Self::CutOff { .. } | Self::EndAltered | Self::EndMissing | Self::Rewound { .. } => None,
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { row, part } => write!(formatter, "row {row} was altered: {part}"),
            Self::Added { row } => {
                write!(formatter, "row {row} was put in or moved: this place of the log is another row's")
            }
            Self::Missing { after, before, count } => {
                match count {
                    1 => write!(formatter, "a row is missing ")?,
                    count => write!(formatter, "{count} rows are missing ")?,
                }
                match after {
                    Some(after) => write!(formatter, "between {after} and {before}"),
                    None => write!(formatter, "before {before}"),
                }
            }
            Self::CutOff { recorded, left } => write!(
                formatter,
                "the end of the log is cut off: {recorded} rows were recorded, {left} are there"
            ),
            Self::Parted { row } => {
                write!(formatter, "row {row} has another number than before, or its conclusion was removed")
            }
            Self::EndAltered => write!(formatter, "the end of the log was altered in the table chains"),
            Self::EndMissing => write!(formatter, "the end of the log was removed from the table chains"),
            Self::Rewound { noted, length } => write!(
                formatter,
                "the log is not the one of which the end was noted: that had {noted} rows, and this has {length}"
            ),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Content => "its content is not what was recorded",
            Self::Hash => "its content_hash is not the one that was recorded",
            Self::Place => "its place in the chain is not the one that was recorded",
            Self::Link => "its link was not made with the audit key, or for another row",
        })
    }
}
