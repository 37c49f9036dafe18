//! Values of the catalog that have rules of their own.

use super::check::Check;
use super::product::Notice;
use super::yaml::Pair;
use crate::lifecycle::{Expires, Seats};
use jiff::{Span, SpanRelativeTo};

/// A blob cannot say more.
const LONGEST_GRACE: u64 = 90 * 86_400;
/// A blob lists no more.
const MOST_ENTITLEMENTS: usize = 64;
/// With more letters the blob could have no room for a buyer's long name, and a sale would mint nothing.
const LONGEST_ENTITLEMENTS: usize = 900;

/// The name of a letter template.
pub(super) fn template(pair: &Pair, check: &mut Check<'_>) -> Option<String> {
    let name = check.text(pair)?;
    if check.templates.contains(&name) {
        return Some(name);
    }
    check.refuse(pair.line, format!("letter: there is no template {name} in the folder of mail.templates"))
}

/// A link that a letter can show.
pub(super) fn link(pair: &Pair, check: &mut Check<'_>) -> Option<String> {
    let link = check.text(pair)?;
    if link.starts_with("https://") || link.starts_with("http://") {
        return Some(link);
    }
    check.refuse(pair.line, "download: a link that begins with https:// is expected")
}

/// `quantity` or a number.
pub(super) fn seats(pair: &Pair, check: &mut Check<'_>) -> Option<Seats> {
    let text = check.text(pair)?;
    match text.parse() {
        _ if text == "quantity" => Some(Seats::Quantity),
        Ok(number) if number > 0 => Some(Seats::Fixed(number)),
        _ => check.refuse(pair.line, "seats: quantity or a number from 1 is expected"),
    }
}

/// `never`, `subscription` or a duration.
pub(super) fn expires(pair: &Pair, check: &mut Check<'_>) -> Option<Expires> {
    match check.text(pair)?.as_str() {
        "never" => Some(Expires::Never),
        "subscription" => Some(Expires::Subscription),
        _ => duration(pair, check).map(Expires::After),
    }
}

/// Years, months, days, … of the calendar.
pub(super) fn duration(pair: &Pair, check: &mut Check<'_>) -> Option<Span> {
    span(pair, check, Span::is_positive)
}

fn span(pair: &Pair, check: &mut Check<'_>, is_fit: fn(&Span) -> bool) -> Option<Span> {
    let span = check.text(pair)?.parse::<Span>().ok().filter(is_fit);
    span.or_else(|| {
        check.refuse(pair.line, format!("{}: a duration is expected, such as 1y, 6mo or 30d", pair.key))
    })
}

/// A short duration, in seconds; `0s` is none.
pub(super) fn grace(pair: &Pair, check: &mut Check<'_>) -> Option<u64> {
    let span = span(pair, check, |span| !span.is_negative())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    let seconds = duration.and_then(|duration| u64::try_from(duration.as_secs()).ok());
    seconds
        .filter(|seconds| *seconds <= LONGEST_GRACE)
        .or_else(|| check.refuse(pair.line, "grace: at most 90 days are expected, such as 7d"))
}

/// A list of words, sorted, each once.
pub(super) fn entitlements(pair: &Pair, check: &mut Check<'_>) -> Vec<String> {
    let Some(items) = check.list(pair, "[export-csv, batch]") else { return Vec::new() };
    let mut entitlements: Vec<String> = Vec::new();
    for (line, word) in items {
        if word.is_some_and(is_entitlement) {
            entitlements.extend(word.map(str::to_owned));
        } else {
            let message = "entitlements: words of a-z, 0-9, point, underscore and dash are expected";
            check.refuse::<()>(line, message);
        }
    }
    entitlements.sort();
    entitlements.dedup();
    let length: usize = entitlements.iter().map(String::len).sum();
    if entitlements.len() > MOST_ENTITLEMENTS || length > LONGEST_ENTITLEMENTS {
        let message = "entitlements: at most 64 are expected, with at most 900 letters together";
        check.refuse::<()>(pair.line, message);
    }
    entitlements
}

/// A list of product ids, in the order of the file. Whether there are such products is seen once all are read.
pub(super) fn bundle(pair: &Pair, check: &mut Check<'_>) -> Vec<String> {
    let Some(items) = check.list(pair, "[PRODUCT, PRODUCT]") else { return Vec::new() };
    let mut members: Vec<String> = Vec::new();
    for (line, id) in &items {
        match id {
            Some(id) if members.iter().any(|member| member == id) => {
                check.refuse::<()>(*line, format!("bundle: {id} is here twice"));
            }
            Some(id) => members.push((*id).to_owned()),
            None => drop(check.refuse::<()>(*line, "bundle: a product id is expected")),
        }
    }
    if items.is_empty() {
        check.refuse::<()>(pair.line, "bundle: at least one product is expected");
    }
    members
}

/// A list of occasions, each once.
pub(super) fn notify(pair: &Pair, check: &mut Check<'_>) -> Vec<Notice> {
    let Some(items) = check.list(pair, "[renewal, revocation, suspension]") else { return Vec::new() };
    let mut notices = Vec::new();
    for (line, word) in items {
        match word {
            Some("renewal") => notices.push(Notice::Renewal),
            Some("revocation") => notices.push(Notice::Revocation),
            Some("suspension") => notices.push(Notice::Suspension),
            _ => drop(check.refuse::<()>(line, "notify: one of renewal, revocation, suspension is expected")),
        }
    }
    notices.sort_unstable();
    notices.dedup();
    notices
}

fn is_entitlement(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    word.len() <= 64
        && word.bytes().all(|byte| is_plain(byte) || b"._-".contains(&byte))
        && word.bytes().next().is_some_and(is_plain)
}
