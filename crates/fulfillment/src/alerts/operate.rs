//! The alerts by hand: what there is, and whether it would be told.

use super::channel::{self, Channel, Telling};
use super::due::Due;
use crate::{Error, Fulfillment, Records};
use jiff::Timestamp;
use mintmark_storage::Alert;
use serde_json::{Value, json};

/// What became of a digest by one way of telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The way: `log`, `mail` or `webhook`.
    pub channel: &'static str,
    /// Why it was not taken; `None` if it was.
    pub failure: Option<String>,
}

impl Records {
    /// What the operator is or was to be told of, newest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn alerts(&self) -> Result<Vec<Alert>, Error> {
        Ok(self.store.alerts()?)
    }

    /// An alert as JSON.
    pub fn alert_json(alert: &Alert) -> Value {
        let mut shown = channel::told(alert);
        let told = alert
            .told
            .iter()
            .map(|told| json!({"channel": told.channel, "count": told.count, "at": told.at}));
        shown["told"] = told.collect();
        shown
    }

    /// What an alert is about, in one line.
    pub fn alert_title(alert: &Alert) -> String {
        super::conditions::title(&alert.condition)
    }
}

impl Fulfillment {
    /// Sends a digest by every way that is configured, which says that it is a test and nothing else.
    ///
    /// # Errors
    /// The mail settings do not work.
    pub fn test_alerts(&self, now: Timestamp) -> Result<Vec<Tried>, Error> {
        let due = Due::default();
        let telling = Telling { due: &due, is_test: true, host: self.settings.http.public_url.clone(), now };
        let configured = self.alert_channels()?;
        let tried = configured.iter().filter(|channel| !matches!(channel, Channel::Log));
        Ok(tried
            .map(|channel| Tried { channel: channel.name(), failure: channel.tell(&telling).err() })
            .collect())
    }
}
