//! From what somebody pasted to what can be verified.

use crate::{
    Rejected,
    frame::{Frame, Kind},
};

/// Mends what happens to a blob between a letter and a text field. It proves nothing; that is what
/// [`Verifier::verify`](crate::Verifier::verify) does with the answer, which forgives nothing.
///
/// Stripped are white space and line ends wherever they stand, byte order marks and other characters without width, `>` of
/// quoted mail, quotation marks and backticks around the whole, lines of armor (`-----BEGIN …-----`, ` ``` `), and the
/// soft breaks of quoted-printable mail (`=` at the end of a line that is not the last). A text that is no license comes back
/// stripped, for `verify` to refuse.
///
/// ```
/// use mintmark_licensing::{Damage, intake};
///
/// assert_eq!(intake("\u{feff}> \"DTLIC2:3QW-eYXr9io.eyJsaWQi=\r\n> OiIw\""), Err(Damage::Truncated));
/// assert_eq!(intake("`hello `"), Ok("hello".to_owned()));
/// ```
///
/// # Errors
/// A [`Damage`], if the text begins as a license and has been hurt in a way that nobody can mend.
pub fn intake(paste: &str) -> Result<String, Damage> {
    let lines: Vec<&str> = paste.lines().map(without_quote_marks).filter(|line| !is_armor(line)).collect();
    let last = lines.iter().rposition(|line| !line.is_empty()).unwrap_or(0);
    let joined = lines.iter().enumerate().map(|(index, line)| match line.strip_suffix('=') {
        Some(line) if index < last => line,
        _ => line,
    });
    let text: String = joined.flat_map(str::chars).filter(|character| !is_invisible(*character)).collect();
    let text = text.trim_matches(is_quotation_mark);
    find_damage(text).map_or_else(|| Ok(text.to_owned()), Err)
}

/// What [`intake`] can name and not mend. The blob has to be copied again, from the letter or from its attachment.
///
/// It converts to the [`Rejected`] whose code support knows.
///
/// ```
/// use mintmark_licensing::{Damage, Rejected, intake};
///
/// let damage = intake("DTLIC2:3QW–eYXr9io.eyJsaWQi").unwrap_err();
/// assert_eq!(damage, Damage::Dash { at: 10 });
/// assert_eq!(damage.to_string(), "a hyphen at position 10 was auto-corrected to a longer dash");
/// assert_eq!(Rejected::from(damage).code(), "DTL04");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// A dash as word processors put in for one hyphen or for two: which of them, nobody can tell.
    #[error("a hyphen at position {at} was auto-corrected to a longer dash")]
    Dash {
        /// Its place, in bytes from 0, in the text once stripped.
        at: usize,
    },
    /// An HTML entity such as `&#45;` or `&amp;`: the text was copied from the source of a page, or encoded twice.
    #[error("there is an HTML entity at position {at}")]
    HtmlEntity {
        /// The place of its `&`, in bytes from 0, in the text once stripped.
        at: usize,
    },
    /// The end is missing, or an ellipsis stands for it.
    #[error("the license is cut off")]
    Truncated,
}

impl Damage {
    /// A stable word for tools, such as `html_entity`.
    ///
    /// ```
    /// assert_eq!(mintmark_licensing::Damage::Truncated.as_str(), "truncated");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Dash { .. } => "dash",
            Self::HtmlEntity { .. } => "html_entity",
            Self::Truncated => "truncated",
        }
    }
}

impl From<Damage> for Rejected {
    fn from(damage: Damage) -> Self {
        match damage {
            Damage::Dash { at } | Damage::HtmlEntity { at } => Self::BadCharacter { at },
            Damage::Truncated => Self::Truncated,
        }
    }
}

/// The first damage in a text that was meant as a license.
fn find_damage(text: &str) -> Option<Damage> {
    if !text.starts_with("DTLIC") {
        return None;
    }
    let named = text.char_indices().find_map(|(at, character)| match character {
        '&' => Some(Damage::HtmlEntity { at }),
        '…' => Some(Damage::Truncated),
        _ if is_long_dash(character) => Some(Damage::Dash { at }),
        _ => None,
    });
    let is_cut_off = || matches!(Frame::read(&Kind::LICENSE, text), Err(Rejected::Truncated));
    named.or_else(|| is_cut_off().then_some(Damage::Truncated))
}

/// A line of mail without the marks of how often it was quoted, and without white space at its ends.
fn without_quote_marks(line: &str) -> &str {
    line.trim_start_matches(|mark: char| mark == '>' || is_invisible(mark)).trim_end_matches(is_invisible)
}

/// The first or last line of an armor, also with its dashes auto-corrected, or of a fenced block.
fn is_armor(line: &str) -> bool {
    let words = line.trim_start_matches(|dash: char| dash == '-' || is_long_dash(dash));
    let is_fence = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_label = words.len() < line.len() && (words.starts_with("BEGIN ") || words.starts_with("END "));
    is_label || line.strip_prefix("```").is_some_and(is_fence)
}

/// White space, and what takes no room at all: joiners, marks of direction, byte order marks, soft hyphens.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

fn is_quotation_mark(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '«' | '»' | '‘'..='‟' | '‹' | '›')
}

/// What word processors put in the place of hyphens.
fn is_long_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}
