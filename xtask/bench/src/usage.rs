//! What a server costs: processor time and memory of it and its children, as Linux tells them.

use std::fs;

/// Of a process and all its children.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Usage {
    pub(crate) cpu_seconds: f64,
    pub(crate) resident_mib: f64,
    /// The most it was at any time.
    pub(crate) peak_mib: f64,
}

impl Usage {
    /// `None` where there is no `/proc`.
    pub(crate) fn of(process: u32) -> Option<Self> {
        let mut usage = Self::of_one(process)?;
        for child in children(process) {
            if let Some(child) = Self::of(child) {
                usage.cpu_seconds += child.cpu_seconds;
                usage.resident_mib += child.resident_mib;
                usage.peak_mib += child.peak_mib;
            }
        }
        Some(usage)
    }

    fn of_one(process: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let ticks_per_second = u32::try_from(rustix::param::clock_ticks_per_second()).ok()?;
        Some(Self {
            cpu_seconds: f64::from(ticks(&stat)?) / f64::from(ticks_per_second),
            resident_mib: mib(&status, "VmRSS:")?,
            peak_mib: mib(&status, "VmHWM:")?,
        })
    }
}

/// The processes that this one has started and not yet waited for.
pub(crate) fn children(process: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// User and system time, fields 14 and 15. The name before them is in parentheses and may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut field = || fields.next()?.parse::<u32>().ok();
    Some(field()? + field()?)
}

/// A line such as `VmRSS:     1024 kB`.
fn mib(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u32 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(f64::from(kib) / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "12 (a) b) c) S 1 12 12 0 -1 4194304 100 0 0 0 41 1 0 0 20 0 5 0 100 1000 50";
        assert_eq!(ticks(stat), Some(42));
    }

    #[test]
    fn memory_is_told_in_mib() {
        let status = "Name:\tx\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!((mib(status, "VmRSS:"), mib(status, "VmHWM:")), (Some(2.0), Some(4.0)));
        assert_eq!(mib(status, "VmSwap:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_memory() {
        let usage = Usage::of(std::process::id()).unwrap();
        assert!(usage.resident_mib > 0.5 && usage.peak_mib >= usage.resident_mib);
    }
}
