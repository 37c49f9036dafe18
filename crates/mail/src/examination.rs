//! What a provider says when it is asked whether it would take letters; nothing is sent.

/// What a provider says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// How it stands, in words for a person.
    pub words: String,
    /// What keeps letters from their buyers although the provider answers.
    pub doubts: Vec<Doubt>,
}

/// Something that keeps letters from their buyers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What it is.
    pub reason: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}
