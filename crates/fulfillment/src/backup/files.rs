//! Files and folders of a backup: for their owner alone, and on disk.

use super::manifest::Fingerprint;
use crate::Error;
use ring::digest::{Context, SHA256};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Names the file in whatever went wrong with it.
pub(super) fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Write { path: path.clone(), source }
}

/// Makes a folder, and those above it.
pub(super) fn make_folder(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed(path))
}

/// Whether there is no such folder, or nothing in it.
pub(super) fn is_vacant(path: &Path) -> Result<bool, Error> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed(path)(error)),
    }
}

/// Writes a file that must not exist yet.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(failed(path))
}

/// Copies a file to where none is yet.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let mut source = File::open(from).map_err(failed(from))?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let copied = opened.and_then(|mut file| {
        std::io::copy(&mut source, &mut file)?;
        file.sync_all()
    });
    copied.map_err(failed(to))
}

/// The names in a folder are on disk when this returns.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(failed(path))
}

/// Size and SHA-256.
pub(super) fn measure(path: &Path) -> Result<Fingerprint, Error> {
    let measured = File::open(path).and_then(|file| {
        let size = file.metadata()?.len();
        Ok(Fingerprint { size, sha256: fingerprint(file)? })
    });
    measured.map_err(failed(path))
}

/// The SHA-256 of everything that is left, in hexadecimal; in little memory, however much that is.
fn fingerprint(mut reader: impl Read) -> std::io::Result<String> {
    let (mut context, mut buffer) = (Context::new(&SHA256), vec![0; 64 * 1024]);
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => context.update(&buffer[..count]),
        }
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn the_fingerprint_of_nothing_is_the_known_one() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(fingerprint(&b""[..]).unwrap(), known);
    }
}
