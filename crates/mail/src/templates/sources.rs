//! Where each template's text comes from.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error as _,
    fs, io,
    path::{Path, PathBuf},
};

use super::Part;
use crate::Error;

const STANDARD: &str = "license";
/// The letters that bring no license, but tell of one.
const NOTICES: [&str; 2] = ["revocation", "suspension"];
/// In front of a built-in file's name where it is meant, whatever the folder has in its place.
const BUILT_IN: &str = "built-in/";

macro_rules! embedded {
    ($($file:literal)+) => {
        [$(($file, include_str!(concat!("../../templates/", $file))),)+]
    };
}

const EMBEDDED: &[(&str, &str)] = &embedded![
    "_bottom.html"
    "_details.html"
    "_details.txt"
    "_keys.html"
    "_keys.txt"
    "_licenses.html"
    "_licenses.txt"
    "_test.html"
    "_test.txt"
    "_top.html"
    "license.subject.txt"
    "license.txt"
    "license.html"
    "renewal.subject.txt"
    "renewal.txt"
    "renewal.html"
    "revocation.subject.txt"
    "revocation.txt"
    "revocation.html"
    "suspension.subject.txt"
    "suspension.txt"
    "suspension.html"
];

/// Whether a letter of this name brings its license.
pub(super) fn brings_license(letter: &str) -> bool {
    !NOTICES.contains(&letter)
}

/// The templates' texts by file name.
#[derive(Debug)]
pub(super) struct Sources {
    files: BTreeMap<String, Source>,
}

#[derive(Debug)]
struct Source {
    /// None if it is built in.
    path: Option<PathBuf>,
    text: String,
}

impl Sources {
    /// The embedded templates, and over them the `.txt` and `.html` files of a folder.
    pub(super) fn read(folder: Option<&Path>) -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        for (file, text) in EMBEDDED {
            files.insert((*file).to_owned(), Source { path: None, text: (*text).to_owned() });
        }
        if let Some(folder) = folder {
            files.extend(read_folder(folder)?);
        }
        Ok(Self { files })
    }

    /// Every file's name and text; the built-in ones also by the name that always means them.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, &str)> {
        let built_in = EMBEDDED.iter().map(|(file, text)| (format!("{BUILT_IN}{file}"), *text));
        self.files.iter().map(|(file, source)| (file.clone(), source.text.as_str())).chain(built_in)
    }

    /// The names of all letters.
    pub(super) fn letters(&self) -> impl Iterator<Item = &str> {
        let names = self.files.keys().filter_map(|file| {
            [Part::Subject, Part::Text, Part::Html].iter().find_map(|part| file.strip_suffix(part.ending()))
        });
        names.filter(|name| !name.starts_with('_')).collect::<BTreeSet<_>>().into_iter()
    }

    /// The file that holds a part of a letter: the letter's own, or the standard one.
    pub(super) fn file(&self, letter: &str, part: Part) -> String {
        let own = format!("{letter}{}", part.ending());
        if self.files.contains_key(&own) { own } else { format!("{STANDARD}{}", part.ending()) }
    }

    /// The built-in file for a part of a letter, whatever the folder has in its place.
    pub(super) fn built_in(&self, letter: &str, part: Part) -> String {
        let own = format!("{letter}{}", part.ending());
        let is_built_in = EMBEDDED.iter().any(|(file, _)| *file == own);
        let letter = if is_built_in { letter } else { STANDARD };
        format!("{BUILT_IN}{letter}{}", part.ending())
    }

    /// What went wrong with a template, and where. It may be in a file that `file` includes.
    pub(super) fn error(&self, file: &str, error: &minijinja::Error) -> Error {
        let error = innermost(error);
        let file = error.name().unwrap_or(file);
        let reason = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        Error::Template { file: self.shown(file), line: error.line().unwrap_or(1), reason }
    }

    /// A fault of a whole file.
    pub(super) fn fault(&self, file: &str, reason: &str) -> Error {
        Error::Template { file: self.shown(file), line: 1, reason: reason.to_owned() }
    }

    fn shown(&self, file: &str) -> String {
        match self.files.get(file).and_then(|source| source.path.as_ref()) {
            Some(path) => path.display().to_string(),
            None => format!("{} (built in)", file.strip_prefix(BUILT_IN).unwrap_or(file)),
        }
    }
}

// An error inside an included file is wrapped in one for each file around it.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(inner) => innermost(inner),
        None => error,
    }
}

fn read_folder(folder: &Path) -> Result<Vec<(String, Source)>, Error> {
    let failed = |path: &Path, source: io::Error| Error::File { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let Some(file) = template_name(&path) else { continue };
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?.replace("\r\n", "\n");
        files.push((file.to_owned(), Source { path: Some(path.clone()), text }));
    }
    Ok(files)
}

// Hidden files are editors' and file managers' own.
fn template_name(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let is_template = name.ends_with(".txt") || name.ends_with(".html");
    (is_template && !name.starts_with('.')).then_some(name)
}
