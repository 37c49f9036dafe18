//! The ways of telling: the log, a letter, and a webhook.

use super::conditions::{title, told_time};
use super::due::Due;
use jiff::Timestamp;
use mintmark_mail::{Address, Channels, Digest, DigestItem, HookUrl, Letter};
use mintmark_storage::Alert;
use serde_json::{Value, json};

/// A way of telling the operator.
pub(super) enum Channel {
    /// The log, which is always there.
    Log,
    /// A letter to `alerts.to`.
    Mail { to: Address, channels: Channels },
    /// A request to `alerts.webhook`.
    Webhook(HookUrl),
}

/// What is told.
pub(super) struct Telling<'a> {
    pub(super) due: &'a Due,
    pub(super) is_test: bool,
    /// Where this server is reached, if that is set.
    pub(super) host: Option<String>,
    pub(super) now: Timestamp,
}

impl Channel {
    /// The word for it in tables.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Mail { .. } => "mail",
            Self::Webhook(_) => "webhook",
        }
    }

    /// Tells it, once.
    ///
    /// # Errors
    /// Why it was not taken, in words that hold no secret.
    pub(super) fn tell(&self, telling: &Telling<'_>) -> Result<(), String> {
        match self {
            Self::Log => {
                telling.log();
                Ok(())
            }
            Self::Mail { to, channels } => telling.mail(to, channels),
            Self::Webhook(hook) => hook.post(&telling.json().to_string()).map_err(|error| error.to_string()),
        }
    }
}

impl Telling<'_> {
    fn log(&self) {
        for alert in &self.due.alerts {
            let condition = &alert.condition;
            let (title, words) = (title(condition), condition.words.as_str());
            let (kind, command) = (condition.kind.as_str(), condition.command.as_str());
            tracing::error!(alert = kind, count = condition.count, words, run = command, "{title}");
        }
        for alert in &self.due.over {
            let condition = &alert.condition;
            tracing::info!(alert = condition.kind.as_str(), "over: {}", title(condition));
        }
        if self.is_test {
            tracing::warn!("a test of the alerts");
        }
    }

    /// By the first way of sending that takes it.
    fn mail(&self, to: &Address, channels: &Channels) -> Result<(), String> {
        let letter = Letter {
            uid: crate::fulfill::mail_uid(self.now),
            // No letter to a buyer has such a number, so none is overwritten in the letters folder.
            id: -self.now.as_second(),
            to: to.clone(),
            content: self.digest().content(),
        };
        let mut failures = Vec::new();
        for mailer in [Some(&channels.first), channels.fallback.as_ref()].into_iter().flatten() {
            match mailer.send(&letter) {
                Ok(_) => return Ok(()),
                Err(error) => failures.push(error.message),
            }
        }
        Err(failures.join("; "))
    }

    fn digest(&self) -> Digest {
        Digest {
            alerts: self.due.alerts.iter().map(item).collect(),
            over: self.due.over.iter().map(item).collect(),
            is_test: self.is_test,
            host: self.host.clone(),
        }
    }

    /// `text` is what Slack and its like show; the rest is for programs.
    fn json(&self) -> Value {
        let Due { alerts, over } = self.due;
        json!({
            "text": self.digest().content().text.trim(),
            "event": "alerts",
            "test": self.is_test,
            "at": self.now,
            "alerts": alerts.iter().map(told).collect::<Vec<_>>(),
            "over": over.iter().map(told).collect::<Vec<_>>(),
        })
    }
}

fn item(alert: &Alert) -> DigestItem {
    DigestItem {
        title: title(&alert.condition),
        words: alert.condition.words.clone(),
        command: alert.condition.command.clone(),
        since: told_time(alert.first_at),
        until: alert.resolved_at.map(told_time).unwrap_or_default(),
    }
}

/// A condition as programs read it.
pub(super) fn told(alert: &Alert) -> Value {
    let condition = &alert.condition;
    json!({
        "kind": condition.kind,
        "subject": condition.subject,
        "count": condition.count,
        "title": title(condition),
        "words": condition.words,
        "command": condition.command,
        "first_at": alert.first_at,
        "last_at": alert.last_at,
        "resolved_at": alert.resolved_at,
    })
}
