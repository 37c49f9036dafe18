//! This machine: who owns what, how much room there is, what the disk is.

use super::{Finding, Group};
use crate::Settings;
use mintmark_storage::DatabaseUrl;
use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// With less the server takes no delivery any more, in bytes.
const TOO_LITTLE: u64 = 64 << 20;
/// With less it is time to make room, in bytes.
const LITTLE: u64 = 1 << 30;
/// Each silent client keeps one open for a while.
const FEW_FILES: u64 = 4_096;

/// Folder, owner, room, and limits.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let folder = &settings.data_dir;
    if !folder.is_dir() {
        let words = format!("there is no data folder at {}", folder.display());
        let remedy = "mintmark-admin init, or run this where the server runs, with its settings";
        return vec![Group::Machine.fail("data folder", words, remedy)];
    }
    let mut findings = vec![owner(folder)];
    if let DatabaseUrl::Sqlite(file) = settings.database_url() {
        findings.extend(database_file(&file));
    }
    for (what, folder) in volumes(settings) {
        findings.extend(room(what, &folder));
        findings.extend(network(what, &folder));
    }
    findings.push(open_files());
    findings
}

/// Who may use what is in the folder is whoever owns it.
fn owner(folder: &Path) -> Finding {
    let (owner, own) =
        (folder.metadata().map(|folder| folder.uid()).ok(), rustix::process::geteuid().as_raw());
    let path = folder.display();
    match owner {
        Some(owner) if owner == own => Group::Machine.pass("owner", format!("{path} is this account's own")),
        Some(owner) if own == 0 => {
            Group::Machine.pass("owner", format!("{path} belongs to the account number {owner}"))
        }
        Some(owner) => Group::Machine.warn(
            "owner",
            format!("{path} belongs to the account number {owner}, and this is {own}"),
            format!("run this as the account of the server: sudo --user=#{owner} mintmark-admin doctor"),
        ),
        None => Group::Machine.skip("owner", format!("{path} cannot be looked at")),
    }
}

/// Everything that was ever told is in it, names and addresses too.
fn database_file(file: &Path) -> Option<Finding> {
    let metadata = file.metadata().ok()?;
    let mode = metadata.permissions().mode() & 0o777;
    let path = file.display();
    if mode & 0o077 != 0 {
        let words = format!("others may use {path} (its mode is {mode:04o})");
        return Some(Group::Machine.warn("database file", words, format!("chmod 600 {path}")));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.metadata().ok()?.uid() != metadata.uid() {
        let remedy = format!("chown --reference={} {path}*", folder.display());
        let words = format!("{path} belongs to another account than its folder");
        return Some(Group::Machine.warn("database file", words, remedy));
    }
    Some(Group::Machine.pass("database file", format!("{path} is its owner's alone")))
}

/// The data folder, and the folder of the database if it is another one.
fn volumes(settings: &Settings) -> Vec<(&'static str, PathBuf)> {
    let mut volumes = vec![("data folder", settings.data_dir.clone())];
    let other = settings.database_folder().filter(|folder| *folder != settings.data_dir);
    volumes.extend(other.filter(|folder| folder.is_dir()).map(|folder| ("database", folder)));
    volumes
}

fn room(what: &str, folder: &Path) -> Option<Finding> {
    let volume = statvfs(folder).ok()?;
    let free = volume.f_bavail.saturating_mul(volume.f_frsize);
    let words = format!("{} MB are free where the {what} is", free / 1_000_000);
    Some(judged_room(free, words, folder))
}

fn judged_room(free: u64, words: String, folder: &Path) -> Finding {
    let remedy = format!("make room on the disk of {}", folder.display());
    match free {
        ..TOO_LITTLE => Group::Machine.fail("disk", format!("{words}: sales are refused"), remedy),
        TOO_LITTLE..LITTLE => Group::Machine.warn("disk", words, remedy),
        LITTLE.. => Group::Machine.pass("disk", words),
    }
}

/// Locks and logs of SQLite do not work over a network.
#[cfg(target_os = "linux")]
fn network(what: &str, folder: &Path) -> Option<Finding> {
    const NETWORKS: [(u64, &str); 8] = [
        (0x6969, "NFS"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x517b, "SMB"),
        (0x00c3_6400, "Ceph"),
        (0x0102_1997, "9p"),
        (0x5346_414f, "AFS"),
        (0x6573_5546, "FUSE"),
    ];
    let kind = u64::try_from(rustix::fs::statfs(folder).ok()?.f_type).ok()?;
    let (_, name) = NETWORKS.iter().find(|(number, _)| *number == kind)?;
    let words = format!("the {what} is on {name}, where locks and logs may not hold");
    Some(Group::Machine.warn("file system", words, "move it to a local disk"))
}

#[cfg(not(target_os = "linux"))]
fn network(_what: &str, _folder: &Path) -> Option<Finding> {
    None
}

/// The server raises its own as far as this one.
fn open_files() -> Finding {
    let most = getrlimit(Resource::Nofile).maximum;
    match most {
        Some(most) if most < FEW_FILES => Group::Machine.warn(
            "open files",
            format!("{most} files and sockets at most from here, which silent clients can use up"),
            "LimitNOFILE=65536 in mintmark.service, or ulimit -H -n 65536",
        ),
        Some(most) => Group::Machine.pass("open files", format!("{most} at most from here")),
        None => Group::Machine.pass("open files", "no bound"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_disk_is_judged_by_the_room_that_is_left() {
        let state = |free| judged_room(free, String::new(), Path::new("/")).state;
        assert_eq!([TOO_LITTLE - 1, TOO_LITTLE].map(state), [State::Fail, State::Warn]);
        assert_eq!([LITTLE - 1, LITTLE].map(state), [State::Warn, State::Pass]);
    }
}
