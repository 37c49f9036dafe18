//! What the figures were measured on: without it they say little.

use serde::Serialize;
use std::thread::available_parallelism;
use std::{fmt, fs};

/// As far as it tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Machine {
    /// When the run began, in UTC.
    pub(crate) measured_at: String,
    pub(crate) processor: Option<String>,
    pub(crate) processors: Option<usize>,
    pub(crate) kernel: Option<String>,
    /// What is mounted where the databases are.
    pub(crate) file_system: Option<String>,
    pub(crate) sqlite: String,
    pub(crate) postgres: Option<String>,
    pub(crate) peer: Option<String>,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let processor = read("/proc/cpuinfo").and_then(|text| field(&text, "model name"));
        Self {
            measured_at: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            processor,
            processors: available_parallelism().ok().map(usize::from),
            kernel: read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
            file_system: read("/proc/mounts")
                .and_then(|mounts| file_system(&mounts, &std::env::temp_dir().to_string_lossy())),
            sqlite: rusqlite::version().to_owned(),
            postgres: None,
            peer: None,
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        writeln!(
            formatter,
            "{}; {} × {}; Linux {}, {}",
            self.measured_at,
            self.processors.unwrap_or_default(),
            or_unknown(&self.processor),
            or_unknown(&self.kernel),
            or_unknown(&self.file_system)
        )?;
        write!(
            formatter,
            "SQLite {}; PostgreSQL {}",
            self.sqlite,
            self.postgres.as_deref().unwrap_or("none")
        )?;
        write!(formatter, "; peer: {}", self.peer.as_deref().unwrap_or("none"))
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// The mount with the longest path that the folder lies under.
fn file_system(mounts: &str, folder: &str) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let under = |path: &str| path == "/" || folder == path || folder.starts_with(&format!("{path}/"));
    let mount = mounts.filter(|(path, _)| under(path)).max_by_key(|(path, _)| path.len());
    mount.map(|(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_is_that_of_the_nearest_mount() {
        let mounts = "a / ext4 rw 0 0\nb /tmp tmpfs rw 0 0\nc /tmpfoo xfs rw 0 0\n";
        assert_eq!(file_system(mounts, "/tmp/x").as_deref(), Some("tmpfs"));
        assert_eq!(file_system(mounts, "/tmpfoo").as_deref(), Some("xfs"));
        assert_eq!(file_system(mounts, "/home").as_deref(), Some("ext4"));
    }

    /// One of the system would be another library than our server's, and often an older one.
    #[test]
    fn sqlite_is_the_one_that_is_built_in() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    #[test]
    fn a_field_is_what_follows_its_name() {
        assert_eq!(field("a\t: x\nmodel name\t: Fast 3000\n", "model name").as_deref(), Some("Fast 3000"));
    }
}
