//! The `alerts` section of the settings.

use super::layers::Layers;
use mintmark_mail::{Address, HookUrl};
use std::str::FromStr;
use std::time::Duration;

/// The `alerts` section. `Debug` does not show the webhook.
#[derive(Debug, Clone)]
pub struct AlertSettings {
    /// `alerts.to`
    pub to: Option<Address>,
    /// `alerts.webhook`
    pub webhook: Option<HookUrl>,
    /// `alerts.every`
    pub every: Duration,
    /// `alerts.no_order_for`
    pub no_order_for: Option<Duration>,
    /// `alerts.disk_below`, in bytes.
    pub disk_below: u64,
    /// `alerts.letter_stuck_for`
    pub letter_stuck_for: Duration,
}

/// A number of bytes as people write it.
struct Bytes(u64);

pub(super) fn read(layers: &mut Layers) -> Option<AlertSettings> {
    let to = layers.parsed("alerts.to");
    let webhook = layers.parsed("alerts.webhook");
    let every = layers.duration("alerts.every");
    let is_set = layers.text("alerts.no_order_for").is_some();
    let no_order_for = if is_set { layers.duration("alerts.no_order_for") } else { None };
    let disk_below = layers.required("alerts.disk_below").map(|Bytes(bytes)| bytes);
    let letter_stuck_for = layers.duration("alerts.letter_stuck_for");
    Some(AlertSettings {
        to,
        webhook,
        every: every?,
        no_order_for,
        disk_below: disk_below?,
        letter_stuck_for: letter_stuck_for?,
    })
}

impl FromStr for Bytes {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits =
            text.trim_end_matches(|character: char| character.is_ascii_alphabetic() || character == ' ');
        let unit: u64 = match text[digits.len()..].trim().to_ascii_uppercase().as_str() {
            "" | "B" => 1,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "MIB" => 1 << 20,
            "GIB" => 1 << 30,
            _ => return Err("a size is expected, such as 1GB or 500MB"),
        };
        let bytes = digits.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        bytes.map(Self).ok_or("a size is expected, such as 1GB or 500MB")
    }
}
