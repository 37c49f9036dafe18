//! Files with deliveries in them, of whichever kind they are.

use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mintmark_fulfillment::{Fulfillment, Parcel};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The first column of Gumroad's table of sales.
const TABLE: &str = "Purchase ID";
/// The column whose value is the end of the product's address.
const PRODUCT: &str = "Product ID";

/// One thing in a file.
#[derive(Debug)]
pub(super) struct Item {
    /// Where it stands, for a person.
    pub(super) place: String,
    /// The error says why it cannot be read.
    pub(super) parcel: Result<Parcel, String>,
}

/// What reading takes but the files.
pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    /// Products' ids by the names that a table has for them.
    pub(super) products: &'a BTreeMap<String, String>,
    pub(super) fulfillment: &'a Fulfillment,
}

/// A line of an export, as far as it matters here.
#[derive(Deserialize)]
struct Exported {
    source: String,
    content_type: Option<String>,
    headers: Option<Value>,
    body: String,
    declared_size: Option<u64>,
}

impl Reader<'_> {
    pub(super) fn read(&self, path: &Path, items: &mut Vec<Item>) -> Result<(), Failure> {
        let read = std::fs::read(path);
        let bytes = read.map_err(|source| Failure::Input { path: path.to_owned(), source })?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if first.starts_with(TABLE.as_bytes()) || first.starts_with(format!("\"{TABLE}\"").as_bytes()) {
            self.table(path, bytes, items)
        } else if serde_json::from_slice::<Exported>(first).is_ok() {
            lines(path, bytes, items);
            Ok(())
        } else {
            items.push(Item { place: path.display().to_string(), parcel: Ok(self.body(bytes)) });
            Ok(())
        }
    }

    fn body(&self, bytes: &[u8]) -> Parcel {
        let is_json = bytes.starts_with(b"{");
        let content_type = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
        Parcel {
            source: self.source.to_owned(),
            content_type: Some(content_type.to_owned()),
            headers: "[]".to_owned(),
            body: bytes.to_vec(),
        }
    }

    fn table(&self, path: &Path, bytes: &[u8], items: &mut Vec<Item>) -> Result<(), Failure> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let header = reader.headers().cloned().unwrap_or_default();
        let mut columns: HashMap<&str, usize> = HashMap::new();
        for (number, name) in header.iter().enumerate() {
            // Custom fields come last, and may be called like any column before them.
            columns.entry(name).or_insert(number);
        }
        for record in reader.records() {
            let place = |line: u64| format!("{}, line {line}", path.display());
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    items.push(Item { place: place(line), parcel: Err(format!("unreadable: {error}")) });
                    continue;
                }
            };
            let place = place(record.position().map_or(0, csv::Position::line));
            let value =
                |name: &str| record.get(*columns.get(name)?).map(str::trim).filter(|text| !text.is_empty());
            let product = value(PRODUCT).map(|name| self.product(name)).transpose();
            let product = match product {
                Ok(product) => product,
                Err(why) => {
                    items.push(Item { place, parcel: Err(why) });
                    continue;
                }
            };
            let told = |name: &str| if name == PRODUCT { product } else { value(name) };
            let sale = self.fulfillment.records().exported_sale(self.source, &told)?;
            items.extend(sale.map(|parcel| Item { place, parcel }));
        }
        Ok(())
    }

    /// The catalog knows products by their ids.
    fn product<'n>(&'n self, name: &'n str) -> Result<&'n str, String> {
        let id = self.products.get(name).map_or(name, String::as_str);
        if id != name || self.fulfillment.knows_product(self.source, id) {
            return Ok(id);
        }
        Err(format!("which product is {name}? Say it with --product {name}=PRODUCT_ID"))
    }
}

fn lines(path: &Path, bytes: &[u8], items: &mut Vec<Item>) {
    for (number, line) in (1_u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            items.push(Item { place: format!("{}, line {number}", path.display()), parcel: exported(line) });
        }
    }
}

fn exported(line: &[u8]) -> Result<Parcel, String> {
    let line: Exported = serde_json::from_slice(line).map_err(|_| "not a line of an export".to_owned())?;
    if line.declared_size.is_some() {
        return Err("only the beginning of its body is kept".to_owned());
    }
    let body = STANDARD.decode(&line.body).map_err(|_| "its body is not base64".to_owned())?;
    Ok(Parcel {
        source: line.source,
        content_type: line.content_type,
        headers: line
            .headers
            .filter(Value::is_array)
            .map_or_else(|| "[]".to_owned(), |headers| headers.to_string()),
        body,
    })
}
