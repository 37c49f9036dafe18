//! What the maintainer can do about a row.

use super::story::Story;

/// One sentence for the last line of the report.
pub(super) fn next_step(story: &Story) -> String {
    let run = format!("mintmark-replay run {}", story.id);
    let error = story.error.as_deref().unwrap_or_default();
    let letter = story.letters.last().map(|letter| letter.state.as_str());
    match (&story.outcome, error) {
        (_, "") if is_dismissed(story) => {
            format!(
                "nothing is left to do; that is taken back by: mintmark-replay dismiss {} --undo --why WHY",
                story.id
            )
        }
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
            format!("compare it with the order in the store; then: {}", settled(story))
        }
        (_, error) if is_about_the_body(error) => {
            format!("compare it with the order in the store; then: {}", settled(story))
        }
        _ => format!("once its cause is mended: {run}; or for the buyer at once: {}", by_hand(story)),
    }
}

fn settled(story: &Story) -> String {
    let id = story.id;
    format!(
        "mintmark-replay correct {id} --set FIELD=VALUE --why WHY; or, if nothing is owed: mintmark-replay dismiss {id} \
         --why WHY"
    )
}

fn is_dismissed(story: &Story) -> bool {
    story.processed && story.reason.as_deref().is_some_and(|reason| reason.starts_with("dismissed by "))
}

fn is_about_the_body(error: &str) -> bool {
    ["missing field: ", "unreadable body: ", "unknown event: "].iter().any(|words| error.starts_with(words))
}

fn by_hand(story: &Story) -> String {
    let order = story.order_id.as_ref().map(|order| format!(" --order '{order}'")).unwrap_or_default();
    format!("mintmark-admin mint --product PRODUCT --email ADDRESS{order}")
}
