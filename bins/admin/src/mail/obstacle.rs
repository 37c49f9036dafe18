//! Why a letter was left as it is, and what helps instead.

use mintmark_fulfillment::{Letter, Obstacle};

pub(super) fn words(letter: &Letter, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::InHand => {
            "it is being sent this moment; look again with: mintmark-admin mail list".to_owned()
        }
        Obstacle::Sent => {
            format!(
                "it is {}; to send another: mintmark-admin license resend {}",
                letter.state, letter.license_id
            )
        }
        Obstacle::Replaced => {
            format!("a newer letter took its place: mintmark-admin license show {}", letter.license_id)
        }
        Obstacle::Withheld => {
            format!(
                "its license does not run, so it waits until it does: mintmark-admin license show {}",
                letter.license_id
            )
        }
    }
}
