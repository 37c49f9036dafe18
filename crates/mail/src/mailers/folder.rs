//! The letters folder, which keeps letters as files while no provider is configured.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::mime::mime;
use crate::{Error, FailureClass, Letter, Mailer, Receipt, Recourse, SendError, Sender};

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
    // the next sending, since it has the same name. All are written before the first is synced: the
    // disk is waited for about once, and not once a letter.
    fn write(&self, letters: &[Letter]) -> Vec<io::Result<()>> {
        let drafts: Vec<_> = letters.iter().map(|letter| Draft::write(self, letter)).collect();
        let filed: Vec<_> = drafts.into_iter().map(|draft| draft?.file()).collect();
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        filed.into_iter().map(|filed| filed.and_then(|()| again(&synced))).collect()
    }
}

/// A letter under a name that no reader looks for.
struct Draft {
    file: File,
    path: PathBuf,
    name: PathBuf,
}

impl Draft {
    fn write(folder: &Folder, letter: &Letter) -> io::Result<Self> {
        let path = folder.folder.join(format!(".{}.draft", letter.id));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(OWNER_ONLY_FILE);
        let draft =
            Self { file: options.open(&path)?, path, name: folder.folder.join(format!("{}.eml", letter.id)) };
        let written = (&draft.file).write_all(&mime(letter, &folder.from));
        draft.or_nothing(written)
    }

    fn file(self) -> io::Result<()> {
        let filed = self.file.sync_all().and_then(|()| fs::rename(&self.path, &self.name));
        self.or_nothing(filed).map(drop)
    }

    fn or_nothing(self, done: io::Result<()>) -> io::Result<Self> {
        if done.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&self.path);
        }
        done.map(|()| self)
    }
}

// What happened to the folder happened to each of its letters.
fn again(result: &io::Result<()>) -> io::Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

impl Mailer for Folder {
    fn provider(&self) -> &'static str {
        "folder"
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        self.send_all(std::slice::from_ref(letter)).remove(0)
    }

    fn send_all(&self, letters: &[Letter]) -> Vec<Result<Receipt, SendError>> {
        let written = letters.iter().zip(self.write(letters));
        written.map(|(letter, written)| receipt(letter, written)).collect()
    }

    fn recourse(&self) -> Recourse<'_> {
        Recourse::Repeat
    }
}

fn receipt(letter: &Letter, written: io::Result<()>) -> Result<Receipt, SendError> {
    written.map(|()| Receipt::Logged).map_err(|error| SendError {
        class: FailureClass::Transient,
        code: None,
        message: format!("folder: cannot write {}.eml: {error}", letter.id),
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::Folder;
    use crate::{
        FailureClass, Letter, Mailer, Receipt,
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
    fn of_several_letters_each_has_its_own_end() {
        let root = tempfile::tempdir().unwrap();
        let mailer = Folder::new(sender(), root.path()).unwrap();
        fs::create_dir(root.path().join("8.eml")).unwrap();
        let letters: Vec<Letter> = (7..10).map(|id| Letter { id, ..letter() }).collect();

        let ends = mailer.send_all(&letters);

        assert_eq!((&ends[0], &ends[2]), (&Ok(Receipt::Logged), &Ok(Receipt::Logged)));
        let message = &ends[1].as_ref().unwrap_err().message;
        assert!(message.starts_with("folder: cannot write 8.eml: "), "{message}");
        assert!(root.path().join("9.eml").is_file());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 3, "no draft is left");
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
