//! Letters in the letters folder, read as a mail program reads them.

use std::fs;
use std::path::Path;

use anyhow::Context;
use mailparse::{MailHeaderMap, ParsedMail, parse_mail};

use crate::workspace;

/// One letter: whom it is for, and what its text part says.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) to: String,
    text: String,
}

impl Letter {
    /// Whether the text carries the blob, broken by nothing but line ends.
    pub(super) fn carries(&self, blob: &str) -> bool {
        self.text.replace(['\r', '\n'], "").contains(blob)
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let mail = parse_mail(bytes).context("a letter is no mail")?;
        let to = mail.headers.get_first_value("To").context("a letter is addressed to nobody")?;
        let part = mail.parts().find(|part| is_text(part)).context("a letter has no text part")?;
        Ok(Self { to, text: part.get_body()? })
    }
}

/// Every letter in the folder; a folder that does not exist yet holds none.
pub(super) fn all_in(folder: &Path) -> anyhow::Result<Vec<Letter>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let names = workspace::names_in(folder)?;
    names.iter().filter(|name| name.ends_with(".eml")).map(|name| Letter::read(&folder.join(name))).collect()
}

/// The attachment may call itself text too; it has a disposition of its own.
fn is_text(part: &ParsedMail<'_>) -> bool {
    part.ctype.mimetype == "text/plain"
        && part.get_content_disposition().disposition == mailparse::DispositionType::Inline
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "From: a@example.com\r\nTo: ada@example.com\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=outer\r\n\r\n\
        --outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n\
        --inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Gr=C3=BC=C3=9Fe\r\n\r\nDTLIC2:abc=\r\ndef\r\nghi\r\n\
        --inner\r\nContent-Type: text/html\r\n\r\n<p>DTLIC2:html</p>\r\n--inner--\r\n\
        --outer\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=license.dtlic\r\n\r\n\
        DTLIC2:attached\r\n--outer--\r\n";

    #[test]
    fn the_blob_is_found_in_an_encoded_text_part_across_line_ends() {
        let letter = Letter::parse(LETTER.as_bytes()).unwrap();
        assert_eq!(letter.to, "ada@example.com");
        assert!(letter.carries("DTLIC2:abcdefghi"));
    }

    #[test]
    fn an_attachment_or_the_page_does_not_stand_in_for_the_text() {
        let letter = Letter::parse(LETTER.as_bytes()).unwrap();
        assert!(!letter.carries("DTLIC2:attached"));
        assert!(!letter.carries("DTLIC2:html"));
    }

    #[test]
    fn a_folder_that_does_not_exist_holds_no_letters() {
        assert!(all_in(Path::new("/nowhere/at/all")).unwrap().is_empty());
    }
}
