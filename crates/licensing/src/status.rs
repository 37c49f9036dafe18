//! What a license may do, in one word.

/// What a license may do at one moment. All times are Unix seconds.
///
/// Where several hold, the weightiest counts: [`Revoked`](Self::Revoked), then [`Superseded`](Self::Superseded), which no
/// clock can change; then [`ClockSuspect`](Self::ClockSuspect), because the rest is judged by the clock; then
/// [`Expired`](Self::Expired), [`UpdatesEnded`](Self::UpdatesEnded), [`Grace`](Self::Grace). The
/// [reasons](crate::Standing::reasons) have all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Status {
    /// It may run.
    #[error("the license is active")]
    Active,
    /// It may run, though its time is over: ask for a renewal, and lock nobody out.
    #[error("the license has expired and may run a little longer")]
    Grace {
        /// The last second in which it may run: `exp` and `grc` together.
        until: i64,
    },
    /// This build may not run; one that was released up to that time may.
    #[error("the license does not cover this version of the app")]
    UpdatesEnded {
        /// Its `upd`.
        at: i64,
    },
    /// Its time is over, and so is its grace.
    #[error("the license has expired")]
    Expired {
        /// Its `exp`.
        at: i64,
    },
    /// It was taken back, or the key that signed it was.
    #[error("the license was revoked")]
    Revoked,
    /// A newer blob of the same license was seen: use that one.
    #[error("a newer license was issued in its place")]
    Superseded {
        /// The `seq` of the newer blob.
        seq: u64,
    },
    /// The clock cannot be believed: it is more than a day before the license was issued, or more than a day before a
    /// time that the app has seen. Ask for the clock to be set right.
    #[error("the clock of this machine cannot be right")]
    ClockSuspect,
}

impl Status {
    /// Whether the app may run on the license: while it is [`Active`](Self::Active) or in [`Grace`](Self::Grace).
    ///
    /// ```
    /// use mintmark_licensing::Status;
    ///
    /// assert!(Status::Grace { until: 1_798_761_600 }.may_run());
    /// assert!(!Status::Expired { at: 1_798_761_600 }.may_run());
    /// ```
    pub fn may_run(&self) -> bool {
        matches!(self, Self::Active | Self::Grace { .. })
    }

    /// A stable word for tools, such as `updates_ended`.
    ///
    /// ```
    /// use mintmark_licensing::Status;
    ///
    /// assert_eq!(Status::ClockSuspect.as_str(), "clock_suspect");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Grace { .. } => "grace",
            Self::UpdatesEnded { .. } => "updates_ended",
            Self::Expired { .. } => "expired",
            Self::Revoked => "revoked",
            Self::Superseded { .. } => "superseded",
            Self::ClockSuspect => "clock_suspect",
        }
    }
}
