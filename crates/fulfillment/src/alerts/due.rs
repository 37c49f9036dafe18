//! What a way of telling is to be told now.

use jiff::{SignedDuration, Timestamp};
use mintmark_storage::Alert;

/// What lasts is told again after this long.
const REMINDER: SignedDuration = SignedDuration::from_hours(24);

/// What one digest tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) alerts: Vec<Alert>,
    pub(super) over: Vec<Alert>,
}

impl Due {
    /// Everything that is new, has grown, lasts or is over, for those who listen to this channel.
    pub(super) fn of(alerts: &[Alert], channel: &str, now: Timestamp) -> Self {
        let told = |alert: &Alert| alert.told.iter().find(|told| told.channel == channel).cloned();
        let mut due = Self::default();
        for alert in alerts {
            match (alert.resolved_at, told(alert)) {
                (None, None) => due.alerts.push(alert.clone()),
                (None, Some(told)) => {
                    let has_grown = alert.condition.count >= grown(told.count);
                    if has_grown || now.duration_since(told.at) >= REMINDER {
                        due.alerts.push(alert.clone());
                    }
                }
                (Some(_), Some(_)) => due.over.push(alert.clone()),
                // Nobody knew of it.
                (Some(_), None) => {}
            }
        }
        due
    }

    pub(super) fn is_empty(&self) -> bool {
        self.alerts.is_empty() && self.over.is_empty()
    }
}

/// By half, so that one more of five hundred is no news.
fn grown(count: i64) -> i64 {
    count + (count / 2).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mintmark_storage::{Concern, Telling};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn alert(count: i64, resolved_at: Option<i64>, told: Option<(i64, i64)>) -> Alert {
        let text = |text: &str| text.to_owned();
        let condition =
            Concern { kind: text("k"), subject: text("s"), count, words: text("w"), command: text("c") };
        let told = told.map(|(count, minute)| Telling { channel: text("mail"), count, at: at(minute) });
        let resolved_at = resolved_at.map(at);
        Alert { condition, first_at: at(0), last_at: at(0), resolved_at, told: told.into_iter().collect() }
    }

    /// What is due after an hour: nothing, the alert, or its end.
    fn due(alert: Alert, minute: i64) -> &'static str {
        let due = Due::of(std::slice::from_ref(&alert), "mail", at(minute));
        match (due.alerts.len(), due.over.len()) {
            (1, 0) => "alert",
            (0, 1) => "over",
            _ => "nothing",
        }
    }

    #[test]
    fn a_condition_is_told_once_and_again_only_if_it_grows_by_half_or_lasts_a_day() {
        assert_eq!(due(alert(500, None, None), 60), "alert");
        assert_eq!(due(alert(500, None, Some((500, 0))), 60), "nothing");
        assert_eq!(due(alert(501, None, Some((500, 0))), 60), "nothing");
        assert_eq!(due(alert(750, None, Some((500, 0))), 60), "alert");
        assert_eq!(due(alert(2, None, Some((1, 0))), 60), "alert");
        assert_eq!(due(alert(3, None, Some((500, 0))), 60), "nothing", "it has got better");
        assert_eq!(due(alert(500, None, Some((500, 0))), 24 * 60), "alert");
    }

    #[test]
    fn an_end_is_told_to_those_who_know_of_the_beginning() {
        assert_eq!(due(alert(1, Some(30), Some((1, 0))), 60), "over");
        assert_eq!(due(alert(1, Some(30), None), 60), "nothing");
    }

    #[test]
    fn what_one_way_has_told_the_others_have_not() {
        let alert = alert(1, None, Some((1, 0)));
        assert_eq!(Due::of(&[alert], "webhook", at(60)).alerts.len(), 1);
    }
}
