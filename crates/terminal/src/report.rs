//! Reports on one thing, for people: titles with fields and lines that fit the terminal.

use crate::paper::{Paper, fold, wrap};
use mintmark_fulfillment::printable;

/// Sets the lines of a section off from its title, and what goes on from what begins.
pub const INDENT: &str = "  ";
/// Where it is narrower, lines are as long as they are: there is nothing left to break.
const NARROWEST: usize = 24;

/// A report while it is written.
#[derive(Debug)]
pub struct Report {
    paper: Paper,
    text: String,
}

impl Report {
    /// With nothing on it yet.
    pub fn new(paper: Paper) -> Self {
        Self { paper, text: String::new() }
    }

    /// What is on it.
    pub fn into_text(self) -> String {
        self.text
    }

    /// A text as it is, to be copied or already broken into lines.
    pub fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The title of a section.
    pub fn title(&mut self, title: &str) {
        self.text.push_str(&format!("\n{title}\n"));
    }

    /// Names and values below each other, the values in one column.
    pub fn fields<Name: AsRef<str>>(&mut self, fields: &[(Name, String)]) {
        self.columns(fields, wrap);
    }

    /// The same for texts of strangers, which may be without any space: a word that is longer than a line is broken.
    pub fn foreign_fields<Name: AsRef<str>>(&mut self, fields: &[(Name, String)]) {
        self.columns(fields, |text, room| {
            wrap(text, room).iter().flat_map(|line| fold(line, Some(room))).collect()
        });
    }

    fn columns<Name: AsRef<str>>(
        &mut self,
        fields: &[(Name, String)],
        lines: impl Fn(&str, usize) -> Vec<String>,
    ) {
        let width = |name: &Name| printable(name.as_ref()).chars().count();
        let longest = fields.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
        let hanging = " ".repeat(INDENT.len() + longest + 2);
        for (name, value) in fields {
            let name = printable(name.as_ref());
            self.paragraph(&format!("{INDENT}{name:longest$}  "), &hanging, value, &lines);
        }
    }

    /// A title with lines, which go on below themselves where they are long.
    pub fn section(&mut self, title: &str, lines: impl IntoIterator<Item = String>) {
        self.title(title);
        let hanging = INDENT.repeat(2);
        lines.into_iter().for_each(|line| self.paragraph(INDENT, &hanging, &line, &wrap));
    }

    fn paragraph(
        &mut self,
        first: &str,
        hanging: &str,
        text: &str,
        lines: &dyn Fn(&str, usize) -> Vec<String>,
    ) {
        let width = self.paper.width.unwrap_or(usize::MAX).max(NARROWEST);
        let room = width.saturating_sub(hanging.chars().count()).max(1);
        let mut start = first;
        for line in lines(&printable(text), room) {
            self.text.push_str(&format!("{start}{line}\n"));
            start = hanging;
        }
    }
}
