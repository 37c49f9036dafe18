//! Why a license stands as it stands.

use crate::{KeyId, Status};

/// One thing to know about a license at this moment. A [`Standing`](crate::Standing) has all that hold, the weightiest first.
///
/// The first that decides makes the [`Status`]; those from [`RefreshDue`](Self::RefreshDue) on never decide, and tell the
/// app what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The revocation list names it, with a higher `seq`.
    #[error("the license was revoked")]
    Revoked,
    /// The revocation list names the key that signed it.
    #[error("the license was signed with the key {kid}, which is no longer trusted")]
    KeyRevoked {
        /// The key.
        kid: KeyId,
    },
    /// A newer blob of the same license was seen.
    #[error("a newer license was issued in its place")]
    Superseded {
        /// The `seq` of that newer blob.
        seq: u64,
    },
    /// It was issued more than a day after what the clock says is now.
    #[error("the license is from the future, or the clock is wrong")]
    IssuedInFuture {
        /// Its `iat`, in Unix seconds.
        at: i64,
    },
    /// The clock says that it is more than a day earlier than it was at an earlier run.
    #[error("the clock was turned back")]
    ClockWentBack {
        /// The latest time that was seen, in Unix seconds.
        from: i64,
    },
    /// Its time is over, and so is its grace.
    #[error("the license has expired")]
    Expired {
        /// Its `exp`, in Unix seconds.
        at: i64,
    },
    /// This build was released later than its updates reach. An older build may run.
    #[error("the license does not cover this version of the app")]
    UpdatesEnded {
        /// Its `upd`, in Unix seconds.
        at: i64,
    },
    /// Its time is over, and its grace is not.
    #[error("the license has expired and may run a little longer")]
    InGrace {
        /// The last second of the grace, in Unix seconds.
        until: i64,
    },
    /// The issuer asks the app to fetch a fresh blob. Only a wish.
    #[error("a fresh license should be fetched")]
    RefreshDue {
        /// By when, in Unix seconds.
        by: i64,
    },
    /// No revocation list was at hand, so nothing counts as revoked.
    #[error("there is no revocation list")]
    NoRevocationList,
    /// The revocation list at hand is past its time. It still revokes what it names.
    #[error("the revocation list is old")]
    OldRevocationList {
        /// When the next one was due, in Unix seconds.
        since: i64,
    },
    /// The revocation list at hand has a smaller serial than one that was seen, so it was not used.
    #[error("the revocation list is older than one that was seen")]
    ReplayedRevocationList {
        /// Its serial.
        serial: u64,
    },
}

impl Reason {
    /// A stable word for tools, such as `in_grace`.
    ///
    /// ```
    /// use mintmark_licensing::Reason;
    ///
    /// assert_eq!(Reason::Expired { at: 1_798_761_600 }.as_str(), "expired");
    /// assert_eq!(Reason::NoRevocationList.as_str(), "no_revocation_list");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::KeyRevoked { .. } => "key_revoked",
            Self::Superseded { .. } => "superseded",
            Self::IssuedInFuture { .. } => "issued_in_future",
            Self::ClockWentBack { .. } => "clock_went_back",
            Self::Expired { .. } => "expired",
            Self::UpdatesEnded { .. } => "updates_ended",
            Self::InGrace { .. } => "in_grace",
            Self::RefreshDue { .. } => "refresh_due",
            Self::NoRevocationList => "no_revocation_list",
            Self::OldRevocationList { .. } => "old_revocation_list",
            Self::ReplayedRevocationList { .. } => "replayed_revocation_list",
        }
    }

    /// What this alone would make of a license; `None` if it does not decide.
    pub(crate) fn status(&self) -> Option<Status> {
        match *self {
            Self::Revoked | Self::KeyRevoked { .. } => Some(Status::Revoked),
            Self::Superseded { seq } => Some(Status::Superseded { seq }),
            Self::IssuedInFuture { .. } | Self::ClockWentBack { .. } => Some(Status::ClockSuspect),
            Self::Expired { at } => Some(Status::Expired { at }),
            Self::UpdatesEnded { at } => Some(Status::UpdatesEnded { at }),
            Self::InGrace { until } => Some(Status::Grace { until }),
            Self::RefreshDue { .. }
            | Self::NoRevocationList
            | Self::OldRevocationList { .. }
            | Self::ReplayedRevocationList { .. } => None,
        }
    }
}
