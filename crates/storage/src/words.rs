//! The closed sets of words that columns hold and that the command lines print.

use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every value, in the order in which they are explained.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word as it is stored and printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value that a stored word stands for; `None` for a word that this version does not know.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How the facts of a delivery came to us.
    Origin {
        /// A request of the store.
        Ping = "ping",
        /// Found missing in the store's own records.
        Reconcile = "reconcile",
        /// Read from a file.
        Import = "import",
        /// Written by the operator.
        Manual = "manual",
    }
}

words! {
    /// What a delivery led to.
    Outcome {
        /// A license was made.
        Minted = "minted",
        /// The order had its license already.
        Found = "found",
        /// A license runs longer.
        Renewed = "renewed",
        /// A license has other terms.
        Updated = "updated",
        /// A license was taken back for good.
        Revoked = "revoked",
        /// A license rests until its dispute is decided.
        Suspended = "suspended",
        /// A license runs again.
        Reinstated = "reinstated",
        /// A license ended with its subscription.
        Ended = "ended",
        /// Recorded, and nothing follows from it.
        Noted = "noted",
        /// Nothing to mint, and nothing left to do.
        Ignored = "ignored",
        /// Not to be trusted until a person or the store has confirmed it.
        Held = "held",
    }
}

impl Outcome {
    /// Whether a license came into being or changed.
    pub fn changes_a_license(self) -> bool {
        match self {
            Self::Minted
            | Self::Renewed
            | Self::Updated
            | Self::Revoked
            | Self::Suspended
            | Self::Reinstated
            | Self::Ended => true,
            Self::Found | Self::Noted | Self::Ignored | Self::Held => false,
        }
    }
}

words! {
    /// What a license is good for now.
    LicenseStatus {
        /// It runs.
        Active = "active",
        /// It rests until its dispute is decided.
        Suspended = "suspended",
        /// It was taken back for good.
        Revoked = "revoked",
        /// It ended with its subscription.
        Ended = "ended",
    }
}

words! {
    /// Where a letter is on its way to the buyer.
    LetterState {
        /// It waits for its (next) sending.
        Queued = "queued",
        /// A worker has it in hand.
        Sending = "sending",
        /// The provider took it.
        Accepted = "accepted",
        /// The provider says that it arrived.
        Delivered = "delivered",
        /// It came back.
        Bounced = "bounced",
        /// It was given up.
        Failed = "failed",
        /// It waits for a person, since its address cannot be mailed, or until its license runs again.
        Held = "held",
        /// It was written into the letters folder, since no provider is configured.
        Logged = "logged",
    }
}

words! {
    /// What a provider reports of a letter that it took, or of an address.
    Fate {
        /// Nothing that matters to the letter.
        Noted = "noted",
        /// The receiving server took it.
        Delivered = "delivered",
        /// It came back, and others to this address may still arrive.
        Refused = "refused",
        /// It came back: the address takes no mail.
        Bounced = "bounced",
        /// The buyer called it spam.
        Complained = "complained",
        /// The provider sends this address nothing more.
        Suppressed = "suppressed",
        /// The provider sends to this address again.
        Reactivated = "reactivated",
    }
}

words! {
    /// What a letter is about.
    LetterKind {
        /// It brings a license.
        License = "license",
        /// The license runs longer; it brings the license as it is now.
        Renewal = "renewal",
        /// The license was taken back.
        Revocation = "revocation",
        /// The license rests until its dispute is decided.
        Suspension = "suspension",
    }
}

impl LetterKind {
    /// Whether the letter has a license in it: such a letter is not sent while the license does not run.
    pub fn brings_license(self) -> bool {
        matches!(self, Self::License | Self::Renewal)
    }
}
