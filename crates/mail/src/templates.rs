//! The letters' templates: embedded ones, and those of a folder in their place.

mod context;
mod samples;
mod sources;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, path::Path};

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};
use sources::{Sources, brings_license};

use crate::{Attachment, Content, Enclosure, Error, LicenseLetter, Mode, clean::clean};

const LONGEST_SUBJECT: usize = 200;

/// All letter templates, compiled and tried.
///
/// A letter named `license` is made of `license.subject.txt`, `license.txt` and `license.html`; a
/// product's own letter may leave out any of the three and then has that of `license`. Files whose
/// name begins with `_` are parts for the others to include.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    sources: Sources,
    /// Letters that show one license only. If there are several, the built-in words are used.
    for_one: BTreeSet<String>,
}

/// The three texts of a letter, by how their files' names end.
#[derive(Debug, Clone, Copy)]
enum Part {
    Subject,
    Text,
    Html,
}

impl Templates {
    /// Compiles the embedded templates and the folder's, which take precedence file by file, and
    /// renders every letter for some invented licenses.
    ///
    /// # Errors
    /// [`Error::File`] for what cannot be read, [`Error::Template`] for what does not compile or
    /// render, or does not show the license.
    pub fn load(folder: Option<&Path>) -> Result<Self, Error> {
        let sources = Sources::read(folder)?;
        let mut environment = Environment::new();
        // A misspelled variable is an error at start-up, not a gap in a letter.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax =
            SyntaxConfig::builder().keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.expect("the delimiters are the standard ones"));
        for (file, source) in sources.all() {
            environment
                .add_template_owned(file.clone(), source.to_owned())
                .map_err(|error| sources.error(&file, &error))?;
        }
        let mut templates = Self { environment, sources, for_one: BTreeSet::new() };
        templates.try_all()?;
        Ok(templates)
    }

    /// Whether there is a letter of this name that brings a license.
    pub fn contains(&self, name: &str) -> bool {
        brings_license(name) && self.sources.letters().any(|letter| letter == name)
    }

    /// Puts licenses into words: those of the letter `name`, which is `license`, `renewal`, `revocation`,
    /// `suspension` or a product's own. A letter that brings licenses has them attached, too.
    ///
    /// # Errors
    /// [`Error::NoTemplate`] if there is no such letter, [`Error::Template`] if it does not render.
    pub fn render(&self, name: &str, letter: &LicenseLetter) -> Result<Content, Error> {
        if !self.sources.letters().any(|letter| letter == name) {
            return Err(Error::NoTemplate { name: name.to_owned() });
        }
        let subject = self.render_part(name, Part::Subject, letter, context::without_buyer(letter))?;
        let attachments = if brings_license(name) { attachments(letter) } else { Vec::new() };
        Ok(Content {
            subject: clean(&subject, LONGEST_SUBJECT),
            text: self.render_part(name, Part::Text, letter, context::whole(letter))?,
            html: self.render_part(name, Part::Html, letter, context::whole(letter))?,
            attachments,
        })
    }

    /// A letter of this name with an invented license, to look at.
    ///
    /// # Errors
    /// [`Error::NoTemplate`] if there is no such letter, [`Error::Template`] if it does not render.
    pub fn sample(&self, name: &str, seller: Option<&str>) -> Result<Content, Error> {
        let [full, _] = samples::samples();
        let seller = seller.map(str::to_owned).or(full.seller);
        self.render(name, &LicenseLetter { mode: Mode::Live, seller, ..full })
    }

    fn render_part(
        &self,
        name: &str,
        part: Part,
        letter: &LicenseLetter,
        values: Value,
    ) -> Result<String, Error> {
        let file = if letter.others.is_empty() || !self.for_one.contains(name) {
            self.sources.file(name, part)
        } else {
            self.sources.built_in(name, part)
        };
        let rendered = self.environment.get_template(&file).and_then(|template| template.render(values));
        rendered.map_err(|error| self.sources.error(&file, &error))
    }

    fn try_all(&mut self) -> Result<(), Error> {
        let names: Vec<String> = self.sources.letters().map(str::to_owned).collect();
        for name in names {
            for sample in samples::samples() {
                self.check(&name, &sample, &self.render(&name, &sample)?)?;
            }
            let several = samples::several();
            if !shows_all(&several, &self.render(&name, &several)?) && brings_license(&name) {
                self.for_one.insert(name.clone());
                self.check(&name, &several, &self.render(&name, &several)?)?;
            }
        }
        Ok(())
    }

    fn check(&self, name: &str, letter: &LicenseLetter, content: &Content) -> Result<(), Error> {
        let fault = |part, reason| Err(self.sources.fault(&self.sources.file(name, part), reason));
        if content.subject.is_empty() {
            return fault(Part::Subject, "the subject is empty");
        }
        if !brings_license(name) {
            return Ok(());
        }
        for license in letter.licenses() {
            if !content.text.lines().any(|line| line == license.blob) {
                return fault(Part::Text, "the letter must show {{ blob }} on a line of its own");
            }
            if !content.text.contains(&license.license_key) {
                return fault(Part::Text, "the letter must show {{ license_key }}");
            }
        }
        Ok(())
    }
}

/// Whether a letter that shows its first license shows them all.
fn shows_all(letter: &LicenseLetter, content: &Content) -> bool {
    let shows = |text: &str| {
        let is_shown = |license: &Enclosure| text.contains(&license.license_key);
        !is_shown(&letter.license) || letter.licenses().all(is_shown)
    };
    let is_whole = |license: &Enclosure| content.text.lines().any(|line| line == license.blob);
    shows(&content.text) && shows(&content.html) && letter.licenses().all(is_whole)
}

fn attachments(letter: &LicenseLetter) -> Vec<Attachment> {
    let attachment = |(license, name)| Attachment {
        name,
        // Not text/plain: mail programs would show it in the letter, and re-wrap it.
        content_type: "application/octet-stream".to_owned(),
        bytes: format!("{}\n", context::blob(license)).into_bytes(),
    };
    letter.licenses().zip(context::file_names(letter)).map(attachment).collect()
}

impl Part {
    fn ending(self) -> &'static str {
        match self {
            Self::Subject => ".subject.txt",
            Self::Text => ".txt",
            Self::Html => ".html",
        }
    }
}
