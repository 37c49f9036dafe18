//! What the doctor found, for people.

use crate::paper::{Paper, wrap};
use mintmark_fulfillment::doctor::{Finding, State};
use mintmark_fulfillment::printable;

/// Where nobody knows how wide the paper is.
const WIDTH: usize = 80;
/// In front of the words: the state, and the name of the check.
const MARGIN: usize = 28;
/// A name that is longer has a line to itself.
const NAME: usize = MARGIN - 10;

/// Group by group, a line for each check, with the remedy below what is wrong; the sum at the end.
pub(super) fn render(findings: &[Finding], paper: Paper) -> String {
    let width = paper.width.unwrap_or(WIDTH).clamp(MARGIN * 2, WIDTH);
    let mut text = String::new();
    let mut group = None;
    for finding in findings {
        if group != Some(finding.group) {
            let between = if group.is_some() { "\n" } else { "" };
            text.push_str(&format!("{between}{}\n", finding.group.title()));
            group = Some(finding.group);
        }
        text.push_str(&lines(finding, width, paper));
    }
    text.push_str(&sum(findings));
    text
}

fn lines(finding: &Finding, width: usize, paper: Paper) -> String {
    let Finding { check, state, words, remedy, .. } = finding;
    let room = width - MARGIN;
    let words = wrap(&printable(words), room);
    let state = paper.colored(state.as_str().to_owned(), color(*state));
    let beside = usize::from(check.chars().count() <= NAME);
    let first = words.first().filter(|_| beside == 1).map(String::as_str).unwrap_or_default();
    let mut text = format!("{}\n", format!("  {state}  {check:<NAME$}  {first}").trim_end());
    let remedy = remedy.iter().flat_map(|remedy| wrap(&format!("→ {}", printable(remedy)), room));
    for line in words.iter().skip(beside).cloned().chain(remedy) {
        text.push_str(&format!("{:MARGIN$}{line}\n", ""));
    }
    text
}

fn sum(findings: &[Finding]) -> String {
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let states = [State::Pass, State::Warn, State::Fail, State::Skip];
    let told = states.map(|state| format!("{} {}", count(state), state.as_str()));
    format!("\n{}\n", told.join(", "))
}

/// As terminals number them.
fn color(state: State) -> &'static str {
    match state {
        State::Pass => "32",
        State::Skip => "2",
        State::Warn => "33",
        State::Fail => "1;31",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Ink;
    use mintmark_fulfillment::doctor::Group;

    #[test]
    fn every_state_is_told_with_its_remedy_within_eighty_columns() {
        let finding = |group, check: &str, state, words: &str, remedy: Option<&str>| Finding {
            group,
            check: check.to_owned(),
            state,
            words: words.to_owned(),
            remedy: remedy.map(str::to_owned),
        };
        let findings = [
            finding(Group::Configuration, "products", State::Pass, "2 in config/products.yaml", None),
            finding(
                Group::Keys,
                "retired-key-3QW-eYXr9io.pk8",
                State::Fail,
                "others can use it (its mode is 0644), so what is in it may be known to them",
                Some("chmod 600 mintmark-data/retired-key-3QW-eYXr9io.pk8"),
            ),
            finding(
                Group::Server,
                "listen address",
                State::Warn,
                "no server runs at 127.0.0.1:8080: no connection",
                Some("systemctl start mintmark.socket mintmark, or mintmark-server"),
            ),
            finding(Group::Mail, "provider", State::Skip, "not asked, as --offline says", None),
        ];
        let text = render(&findings, Paper::plain(None));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        insta::assert_snapshot!(text);
        let colored = render(&findings, Paper { width: Some(80), ink: Ink::Colored });
        assert!(colored.contains("\u{1b}[1;31mfail\u{1b}[0m"), "{colored}");
    }
}
