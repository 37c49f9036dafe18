//! What is measured of a server from outside: how long it takes, how much memory it holds.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// The time within which this share of all ended; nothing took no time.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get(last * percent / 100).copied().unwrap_or_default()
}

/// What a process holds in memory, in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// All of it, and with it as much of the program as has been touched: in a build for developers most of it.
    pub(crate) resident: u64,
    /// What it has asked for.
    pub(crate) own: u64,
}

impl Memory {
    pub(crate) fn of(process_id: u32) -> anyhow::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process_id}/status"));
        let status = status.context("this system does not say what a process holds")?;
        let line =
            |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
        let number =
            |name: &str| line(name).and_then(|number| number.parse().ok()).context("a line is missing");
        Ok(Self { resident: number("VmRSS:")?, own: number("RssAnon:")? })
    }
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
        let memory = Memory::of(std::process::id()).unwrap();
        assert!(memory.own > 100 && memory.resident > memory.own, "{memory:?}");
        assert_eq!(mebibytes(1536), "1.5 MiB");
    }
}
