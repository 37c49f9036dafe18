//! A CSV file of licenses, line by line.

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use mintmark_fulfillment::{Existing, Mail, Mint, Ruling, Takeover};
use mintmark_terminal::moment::Moment;

const REQUIRED: [&str; 3] = ["order_id", "product_id", "email"];
const OTHERS: [&str; 7] = ["source", "name", "key", "seats", "issued_at", "expires_at", "status"];

/// A line of the file.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// What it says, or why it says nothing.
    pub(super) read: Result<Takeover, String>,
}

/// All lines but the first; otherwise what is wrong with the first, which names the columns.
pub(super) fn read(bytes: &[u8], mail: Mail, now: Timestamp) -> Result<Vec<Line>, String> {
    // Spreadsheets begin a file with a mark of their own.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    check(&header)?;
    let mut lines = Vec::new();
    for record in reader.records() {
        let line = match record {
            Ok(record) => Line {
                number: record.position().map_or(0, csv::Position::line),
                read: Columns { header: &header, record: &record }.takeover(mail, now),
            },
            Err(error) => Line {
                number: error.position().map_or(0, csv::Position::line),
                read: Err("is not UTF-8".to_owned()),
            },
        };
        lines.push(line);
    }
    Ok(lines)
}

fn check(header: &StringRecord) -> Result<(), String> {
    let known: Vec<&str> = REQUIRED.iter().chain(&OTHERS).copied().collect();
    let unknown: Vec<&str> = header.iter().filter(|name| !known.contains(name)).collect();
    let missing: Vec<&str> =
        REQUIRED.iter().copied().filter(|name| !header.iter().any(|one| one == *name)).collect();
    let twice: Vec<&str> =
        known.iter().copied().filter(|name| header.iter().filter(|one| one == name).count() > 1).collect();
    let complaints = [("missing", missing), ("unknown", unknown), ("there twice", twice)];
    let complaints = complaints.iter().filter(|(_, names)| !names.is_empty());
    let words: Vec<String> =
        complaints.map(|(what, names)| format!("{what}: {}", names.join(", "))).collect();
    if words.is_empty() { Ok(()) } else { Err(words.join("; ")) }
}

struct Columns<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
}

impl Columns<'_> {
    fn takeover(&self, mail: Mail, now: Timestamp) -> Result<Takeover, String> {
        if self.record.len() != self.header.len() {
            return Err(format!("has {} fields instead of {}", self.record.len(), self.header.len()));
        }
        let text = |name: &str| self.value(name).unwrap_or_default().to_owned();
        let seats = self.value("seats").map(str::parse).transpose();
        let ruling = match self.value("status") {
            None | Some("active") => None,
            Some("suspended") => Some(Ruling::Suspend),
            Some("revoked") => Some(Ruling::Revoke),
            Some(_) => return Err("status is none of active, suspended, revoked".to_owned()),
        };
        Ok(Takeover {
            source: self.value("source").unwrap_or(Mint::SOURCE).to_owned(),
            existing: Existing {
                order_id: text("order_id"),
                product_id: text("product_id"),
                email: text("email"),
                name: self.value("name").map(str::to_owned),
                key: self.value("key").map(str::to_owned),
                seats: seats.map_err(|_| "seats is not a whole number")?,
                issued_at: self.time("issued_at")?.unwrap_or(now),
                expires_at: self.time("expires_at")?,
                mail,
            },
            ruling,
        })
    }

    fn value(&self, name: &str) -> Option<&str> {
        let place = self.header.iter().position(|one| one == name)?;
        self.record.get(place).filter(|value| !value.is_empty())
    }

    fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.value(name) else { return Ok(None) };
        match text.parse() {
            Ok(Moment::At(time)) => Ok(Some(time)),
            Ok(Moment::Ago(_)) | Err(_) => {
                Err(format!("{name} is neither an RFC 3339 time nor a date such as 2026-11-01"))
            }
        }
    }
}
