//! The letters folder, which keeps letters as files while no provider is configured.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::mime::mime;
use crate::{Error, FailureClass, Letter, Mailer, Receipt, SendError, Sender};

const OWNER_ONLY_FOLDER: u32 = 0o700;
const OWNER_ONLY_FILE: u32 = 0o600;

/// Writes each letter to `ID.eml`, as it would go over SMTP.
#[derive(Debug)]
pub struct Folder {
    from: Sender,
    folder: PathBuf,
}

impl Folder {
    /// Makes the folder, open to its owner only, if it is not there.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be made.
    pub fn new(from: Sender, folder: &Path) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(OWNER_ONLY_FOLDER)
            .create(folder)
            .map_err(|source| Error::File { path: folder.to_owned(), source })?;
        Ok(Self { from, folder: folder.to_owned() })
    }

    // Renamed into place after it is on disk: a reader never sees half a letter, and a letter that
    // is called logged survives a power cut. The draft that a crash leaves behind is taken up by
    // the next sending, since it has the same name.
    fn write(&self, letter: &Letter) -> io::Result<()> {
        let draft = self.folder.join(format!(".{}.draft", letter.id));
        let written = write_through(&draft, &mime(letter, &self.from))
            .and_then(|()| fs::rename(&draft, self.folder.join(format!("{}.eml", letter.id))));
        if written.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&draft);
        }
        written?;
        File::open(&self.folder)?.sync_all()
    }
}

impl Mailer for Folder {
    fn provider(&self) -> &'static str {
        "folder"
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        match self.write(letter) {
            Ok(()) => Ok(Receipt::Logged),
            Err(error) => Err(SendError {
                class: FailureClass::Transient,
                code: None,
                message: format!("folder: cannot write {}.eml: {error}", letter.id),
            }),
        }
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY_FILE).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::Folder;
    use crate::{
        FailureClass, Mailer, Receipt,
        doubles::{letter, sender},
    };

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_letter_becomes_a_file_for_its_owner_only() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("data/letters");
        let mailer = Folder::new(sender(), &folder).unwrap();

        assert_eq!(mailer.send(&letter()), Ok(Receipt::Logged));
        assert_eq!(mailer.send(&letter()), Ok(Receipt::Logged), "a second time replaces the file");

        let file = folder.join("7.eml");
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert!(fs::read_to_string(&file).unwrap().contains(&letter().content.text.replace('\n', "\r\n")));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn the_draft_of_a_sending_that_a_crash_cut_off_is_taken_up() {
        let root = tempfile::tempdir().unwrap();
        let mailer = Folder::new(sender(), root.path()).unwrap();
        fs::write(root.path().join(".7.draft"), "half a let").unwrap();
        assert_eq!(mailer.send(&letter()), Ok(Receipt::Logged));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_went_away_is_a_transient_failure() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("letters");
        let mailer = Folder::new(sender(), &folder).unwrap();
        fs::remove_dir(&folder).unwrap();
        assert_eq!(mailer.send(&letter()).unwrap_err().class, FailureClass::Transient);
    }

    #[test]
    fn a_file_in_the_folders_place_is_an_error_that_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Folder::new(sender(), file.path()).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot use {}", file.path().display()));
    }
}
