//! The letter to the operator: what needs a person, and what is over.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::{Content, clean::clean};

const LONGEST_SUBJECT: usize = 200;
const LONGEST_LINE: usize = 500;

const FILES: [(&str, &str); 3] = [
    ("digest.subject.txt", include_str!("../templates/digest/digest.subject.txt")),
    ("digest.txt", include_str!("../templates/digest/digest.txt")),
    ("digest.html", include_str!("../templates/digest/digest.html")),
];

/// What the operator is told in one letter. It names no buyer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digest {
    /// What needs a person.
    pub alerts: Vec<DigestItem>,
    /// What no longer does.
    pub over: Vec<DigestItem>,
    /// Whether it only shows that it arrives.
    pub is_test: bool,
    /// Where this server is reached, if that is set.
    pub host: Option<String>,
}

/// One thing in a digest. Times are ready to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestItem {
    /// A line that says what it is.
    pub title: String,
    /// What is behind it.
    pub words: String,
    /// The command that helps.
    pub command: String,
    /// Since when.
    pub since: String,
    /// Until when; empty while it lasts.
    pub until: String,
}

impl Digest {
    /// The digest in words.
    pub fn content(&self) -> Content {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax =
            SyntaxConfig::builder().keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.expect("the delimiters are the standard ones"));
        let values = context! {
            alerts => self.alerts.iter().map(item).collect::<Vec<Value>>(),
            over => self.over.iter().map(item).collect::<Vec<Value>>(),
            is_test => self.is_test,
            host => self.host.as_deref().map(line),
        };
        let render = |(name, text): (&'static str, &'static str)| {
            environment.add_template(name, text).expect("the built-in digest is well-formed");
            let template = environment.get_template(name).expect("it was added just now");
            template.render(&values).expect("the built-in digest knows these values")
        };
        let [subject, text, html] = FILES.map(render);
        Content { subject: clean(&subject, LONGEST_SUBJECT), text, html, attachments: Vec::new() }
    }
}

fn item(item: &DigestItem) -> Value {
    context! {
        title => line(&item.title),
        words => line(&item.words),
        command => line(&item.command),
        since => line(&item.since),
        until => line(&item.until),
    }
}

fn line(text: &str) -> String {
    clean(text, LONGEST_LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn something(title: &str) -> DigestItem {
        DigestItem {
            title: title.to_owned(),
            words: "no entry in config/products.yaml: gumroad/<b>x</b>\r\nBcc: eve@example.com".to_owned(),
            command: "mintmark-replay show 12".to_owned(),
            since: "2026-03-14 09:30 UTC".to_owned(),
            until: String::new(),
        }
    }

    #[test]
    fn what_needs_a_person_comes_first_with_what_to_run() {
        let over = DigestItem { until: "2026-03-14 10:00 UTC".to_owned(), ..something("1 letter waits") };
        let digest = Digest {
            alerts: vec![something("37 deliveries failed"), something("2 letters came back")],
            over: vec![over],
            host: Some("https://licenses.example.com".to_owned()),
            ..Digest::default()
        };
        let content = digest.content();
        insta::assert_snapshot!(format!("{}\n\n{}\n{}", content.subject, content.text, content.html));
    }

    #[test]
    fn a_test_says_that_it_is_one_and_an_end_that_it_is_over() {
        let test = Digest { is_test: true, ..Digest::default() }.content();
        assert_eq!(test.subject, "Mintmark: a test");
        assert!(test.text.starts_with("This is a test.") && test.html.contains("This is a test."));
        let over = Digest { over: vec![something("1 letter waits")], ..Digest::default() }.content();
        assert_eq!(over.subject, "Mintmark: over: 1 letter waits");
    }
}
