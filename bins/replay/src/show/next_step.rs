//! What the maintainer can do about a row.

use super::story::Story;

/// One sentence for the last line of the report.
pub(super) fn next_step(story: &Story) -> String {
    let run = format!("mintmark-replay run {}", story.id);
    let error = story.error.as_deref().unwrap_or_default();
    let letter = story.letters.last().map(|letter| letter.state.as_str());
    match (&story.outcome, error) {
        (_, "") if story.processed => "nothing is left to do.".to_owned(),
        (_, "") => format!("a running server finishes it by itself; without one: {run}"),
        (_, error) if error.starts_with("no entry in config/products.yaml") => {
            format!("add the product to config/products.yaml, then: {run}")
        }
        (_, error) if error.starts_with("email error") => match (letter, &story.license) {
            (Some("held" | "bounced"), Some(license)) => {
                format!(
                    "ask the buyer for an address, then: mintmark-admin license resend {} --to ADDRESS",
                    license.id
                )
            }
            (Some("failed"), _) => format!("once the cause is mended: {run}"),
            _ => format!("a running server tries again by itself; at once: {run}"),
        },
        (Some(outcome), _) if outcome == "held" => {
            format!("compare it with the order in the store; if it is right: {}", by_hand(story))
        }
        _ => format!("once its cause is mended: {run}; or for the buyer at once: {}", by_hand(story)),
    }
}

fn by_hand(story: &Story) -> String {
    let order = story.order_id.as_ref().map(|order| format!(" --order '{order}'")).unwrap_or_default();
    format!("mintmark-admin mint --product PRODUCT --email ADDRESS{order}")
}
