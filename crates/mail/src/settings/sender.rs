//! Who letters come from.

use std::str::FromStr;

use lettre::message::Mailbox;

use crate::{Address, Error, clean::clean};

const LONGEST_NAME: usize = 128;

/// A sender: an address, with or without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    name: Option<String>,
    address: Address,
}

impl Sender {
    /// The name that mail programs show, if one is set.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address, whose domain also ends the `Message-ID`.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Stands in for a sender in the letters folder, where nothing is sent.
    pub(crate) fn nobody() -> Self {
        let address = Address::parse("letters@mintmark.invalid").expect("the address is well-formed");
        Self { name: None, address }
    }

    // A line end in a display name makes lettre panic; `from_str` has cleaned the name.
    pub(crate) fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.name.clone(), self.address.as_lettre().clone())
    }

    /// The sender as Postmark wants it: `"Name" <address>`.
    pub(crate) fn quoted(&self) -> String {
        match &self.name {
            Some(name) => {
                let name = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{name}\" <{}>", self.address.as_str())
            }
            None => self.address.as_str().to_owned(),
        }
    }
}

impl FromStr for Sender {
    type Err = Error;

    /// Parses `Name <name@domain.example>`, with or without quotes around the name, or an address.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, address)) => (unquote(name), address),
            None => (String::new(), text),
        };
        let address = Address::parse(address).map_err(Error::Sender)?;
        Ok(Self { name: Some(name).filter(|name| !name.is_empty()), address })
    }
}

fn unquote(name: &str) -> String {
    let name = name.trim();
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => clean(&quoted.replace("\\\"", "\"").replace("\\\\", "\\"), LONGEST_NAME),
        None => clean(name, LONGEST_NAME),
    }
}

#[cfg(test)]
mod tests {
    use super::Sender;

    fn sender(text: &str) -> Sender {
        text.parse().unwrap()
    }

    #[test]
    fn a_sender_has_a_name_or_none() {
        assert_eq!(sender("Acme Tools <mail@acme.example>").name(), Some("Acme Tools"));
        assert_eq!(sender("\"Tools, \\\"Acme\\\"\" <mail@acme.example>").name(), Some("Tools, \"Acme\""));
        assert_eq!(sender("mail@acme.example").name(), None);
        assert_eq!(sender("<mail@acme.example>").address().as_str(), "mail@acme.example");
    }

    #[test]
    fn a_name_survives_quoting() {
        let quoted = sender("\"Tools, \\\"Acme\\\"\" <mail@acme.example>").quoted();
        insta::assert_snapshot!(quoted, @r#""Tools, \"Acme\"" <mail@acme.example>"#);
        assert_eq!(sender(&quoted).name(), Some("Tools, \"Acme\""));
    }

    #[test]
    fn a_line_end_in_the_name_is_dropped() {
        assert_eq!(sender("Acme\r\nBcc: x <mail@acme.example>").name(), Some("Acme Bcc: x"));
    }

    #[test]
    fn a_wrong_sender_is_refused_without_repeating_it() {
        let error = "Acme <mail>".parse::<Sender>().unwrap_err();
        insta::assert_snapshot!(error, @"not a sender: expected `Name <name@domain.example>` or `name@domain.example`");
        insta::assert_snapshot!(std::error::Error::source(&error).unwrap(), @"the address needs exactly one at sign");
    }
}
