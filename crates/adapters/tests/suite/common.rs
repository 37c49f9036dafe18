//! Bodies to vary, and short words for what becomes of them.

use mintmark_adapters::{Body, Event, Extent, Interpretation, Order, SourceSettings, Sources, Verdict};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

/// A form in the making; names and values are escaped when it is sent.
#[derive(Clone)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The smallest sale that is owed a license.
    pub(crate) fn sale() -> Self {
        let empty = Self(Vec::new()).and("sale_id", "sale-1==").and("product_id", "product-1==");
        empty.and("email", "ada@example.com").and("price", "1000").and("resource_name", "sale")
    }

    /// The smallest event of a subscription.
    pub(crate) fn subscription(event: &str) -> Self {
        Self(Vec::new()).and("subscription_id", "sub-1==").and("resource_name", event)
    }

    /// Adds a field, whether or not there is one of that name.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a custom field as Gumroad does: once by name, and once in the place of whatever had that name.
    pub(crate) fn answered(self, name: &str, value: &str) -> Self {
        self.with(name, value).and(&format!("custom_fields[{name}]"), value)
    }

    pub(crate) fn encoded(&self) -> String {
        let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs = self.0.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    pub(crate) fn interpreted(&self) -> Interpretation {
        interpret(Some(FORM), self.encoded().as_bytes())
    }

    pub(crate) fn judged(&self) -> String {
        judged(&self.interpreted())
    }

    pub(crate) fn order(&self) -> Order {
        match self.interpreted().verdict {
            Verdict::Events(events) => match events.into_iter().next() {
                Some(Event::Sold(order)) => *order,
                other => panic!("not a sale: {other:?}"),
            },
            other => panic!("not a sale: {other:?}"),
        }
    }
}

pub(crate) fn interpret(content_type: Option<&str>, bytes: &[u8]) -> Interpretation {
    sources(&[]).get("gumroad").unwrap().interpret(&Body { content_type, bytes })
}

pub(crate) fn judged_json(json: &str) -> String {
    judged(&interpret(Some(JSON), json.as_bytes()))
}

/// A verdict in one line.
pub(crate) fn judged(interpretation: &Interpretation) -> String {
    match &interpretation.verdict {
        Verdict::Events(events) => events.iter().map(named).collect::<Vec<_>>().join(", "),
        Verdict::Reported(report) => format!("{:?}: {}", report.fate, report.words).to_lowercase(),
        Verdict::Ignored(reason) => format!("ignored: {reason}"),
        Verdict::Held(reason) => format!("held: {reason}"),
        Verdict::Unreadable(reason) => reason.clone(),
    }
}

fn named(event: &Event) -> &'static str {
    match event {
        Event::Sold(_) => "sale",
        Event::Refunded { extent: Extent::Full, .. } => "refunded",
        Event::Refunded { extent: Extent::Partial, .. } => "partly refunded",
        Event::Refunded { extent: Extent::Unknown, .. } => "refunded, unknown how much",
        Event::Disputed(_) => "disputed",
        Event::DisputeWon(_) => "dispute won",
        Event::Cancelled { .. } => "cancelled",
        Event::PlanChanged(_) => "plan changed",
        Event::Ended { .. } => "ended",
        Event::Restarted { .. } => "restarted",
        Event::TrialUntil(_) => "trial",
        Event::Decided(_) => "decided",
        Event::Existed(_) => "existed",
    }
}

pub(crate) fn sources(secrets: &[&str]) -> Sources {
    let secrets = secrets.iter().map(|secret| secret.parse().unwrap()).collect();
    let settings = SourceSettings { secrets, ..SourceSettings::default() };
    Sources::new(&[("gumroad", settings)].into()).unwrap()
}
