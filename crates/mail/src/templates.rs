//! The letters' templates: embedded ones, and those of a folder in their place.

mod context;
mod samples;
mod sources;
#[cfg(test)]
mod tests;

use std::path::Path;

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};
use sources::Sources;

use crate::{Attachment, Content, Error, LicenseLetter, clean::clean};

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
                .add_template_owned(file.to_owned(), source.to_owned())
                .map_err(|error| sources.error(file, &error))?;
        }
        let templates = Self { environment, sources };
        templates.try_all()?;
        Ok(templates)
    }

    /// Whether there is a letter of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.sources.letters().any(|letter| letter == name)
    }

    /// Puts a license into words: those of the letter `name`, which is `license` or a product's own.
    ///
    /// # Errors
    /// [`Error::NoTemplate`] if there is no such letter, [`Error::Template`] if it does not render.
    pub fn render(&self, name: &str, letter: &LicenseLetter) -> Result<Content, Error> {
        if !self.contains(name) {
            return Err(Error::NoTemplate { name: name.to_owned() });
        }
        let subject = self.render_part(name, Part::Subject, context::without_buyer(letter))?;
        let file_name = context::file_name(letter);
        Ok(Content {
            subject: clean(&subject, LONGEST_SUBJECT),
            text: self.render_part(name, Part::Text, context::whole(letter))?,
            html: self.render_part(name, Part::Html, context::whole(letter))?,
            attachments: vec![Attachment {
                name: file_name,
                // Not text/plain: mail programs would show it in the letter, and re-wrap it.
                content_type: "application/octet-stream".to_owned(),
                bytes: format!("{}\n", context::blob(letter)).into_bytes(),
            }],
        })
    }

    fn render_part(&self, name: &str, part: Part, values: Value) -> Result<String, Error> {
        let file = self.sources.file(name, part);
        let rendered = self.environment.get_template(&file).and_then(|template| template.render(values));
        rendered.map_err(|error| self.sources.error(&file, &error))
    }

    fn try_all(&self) -> Result<(), Error> {
        for name in self.sources.letters() {
            for sample in samples::samples() {
                self.check(name, &sample, &self.render(name, &sample)?)?;
            }
        }
        Ok(())
    }

    fn check(&self, name: &str, letter: &LicenseLetter, content: &Content) -> Result<(), Error> {
        let fault = |part, reason| Err(self.sources.fault(&self.sources.file(name, part), reason));
        if content.subject.is_empty() {
            return fault(Part::Subject, "the subject is empty");
        }
        if !content.text.lines().any(|line| line == letter.blob) {
            return fault(Part::Text, "the letter must show {{ blob }} on a line of its own");
        }
        if !content.text.contains(&letter.license_key) {
            return fault(Part::Text, "the letter must show {{ license_key }}");
        }
        Ok(())
    }
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
