//! What is measured of a server from outside: how long it takes, how much memory it holds.

use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use xtask::process::output;

/// The time within which this share of all ended; nothing took no time.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get(last * percent / 100).copied().unwrap_or_default()
}

/// What a process holds in memory, in KiB.
pub(crate) fn resident(process_id: u32) -> anyhow::Result<u64> {
    let said = output(Command::new("ps").args(["-o", "rss=", "-p", &process_id.to_string()]))?;
    said.trim().parse().context("ps printed no number")
}

/// As a person reads it.
pub(crate) fn mebibytes(kibibytes: u64) -> String {
    format!("{}.{} MiB", kibibytes / 1024, kibibytes % 1024 * 10 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let mut times: Vec<Duration> = (1..=101).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut times, 50), Duration::from_millis(51));
        assert_eq!(percentile(&mut times, 99), Duration::from_millis(100));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }

    #[test]
    fn a_process_holds_some_memory() {
        assert!(resident(std::process::id()).unwrap() > 500);
        assert_eq!(mebibytes(1536), "1.5 MiB");
    }
}
