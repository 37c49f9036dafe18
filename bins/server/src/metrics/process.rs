//! What the system says of this process, where it says so in `/proc`.

use super::gauges::number;
use jiff::Timestamp;
use metrics::Gauge;
use std::fs;

/// Registered once; where there is no `/proc` they are no number.
#[derive(Debug)]
pub(super) struct Process {
    memory: Gauge,
    descriptors: Gauge,
}

impl Process {
    /// Takes this moment for the start: it is the one at which the server has opened its installation.
    pub(super) fn new() -> Self {
        metrics::describe_gauge!(
            "mintmark_process_start_time_seconds",
            "When this process started to serve."
        );
        metrics::describe_gauge!(
            "mintmark_process_resident_memory_bytes",
            "Memory that the process has in use."
        );
        metrics::describe_gauge!("mintmark_process_open_fds", "Files and sockets that the process has open.");
        let started = metrics::gauge!("mintmark_process_start_time_seconds");
        started.set(Timestamp::now().as_duration().as_secs_f64());
        let memory = metrics::gauge!("mintmark_process_resident_memory_bytes");
        let descriptors = metrics::gauge!("mintmark_process_open_fds");
        Self { memory, descriptors }
    }

    /// Looks again.
    pub(super) fn look(&self) {
        self.memory.set(resident_bytes().map_or(f64::NAN, number));
        self.descriptors.set(open_descriptors().map_or(f64::NAN, number));
    }
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The one that reads the folder is among them.
fn open_descriptors() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}
