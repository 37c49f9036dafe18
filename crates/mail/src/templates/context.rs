//! The values that templates see.

use minijinja::{Value, context};
use url::Url;

use crate::{Enclosure, LicenseLetter, Mode, clean::clean};

const LONGEST: usize = 256;

/// Everything. What stands for one license alone is the first one's.
pub(super) fn whole(letter: &LicenseLetter) -> Value {
    let first = &letter.license;
    let names = file_names(letter);
    let licenses: Vec<Value> =
        letter.licenses().zip(&names).map(|(license, file)| enclosure(license, file)).collect();
    context! {
        license_key => line(&first.license_key),
        blob => blob(first),
        file_name => names.first(),
        name => line(&letter.name),
        email => line(&letter.email),
        seats => first.seats.map_or(Value::from(()), Value::from),
        updates_until => optional(first.updates_until.as_deref()),
        download => download(first),
        order_id => line(&first.order_id),
        orders => distinct(letter.licenses().map(|license| line(&license.order_id))),
        downloads => downloads(letter),
        licenses,
        ..without_buyer(letter)
    }
}

/// Only what is the seller's: a subject line must not carry a stranger's words.
pub(super) fn without_buyer(letter: &LicenseLetter) -> Value {
    let names = distinct(letter.licenses().map(|license| line(&license.product_name)));
    let ends = distinct(letter.licenses().map(|license| license.expires_at.clone()));
    let end = if ends.len() == 1 { ends.into_iter().next().flatten() } else { None };
    context! {
        product_name => names.join(", "),
        tier => line(&letter.license.tier),
        count => letter.licenses().count(),
        expires_at => optional(end.as_deref()),
        test => matches!(letter.mode, Mode::Test),
        seller => optional(letter.seller.as_deref()),
    }
}

/// The names of the attached files: product line and tier as the key has them, `dt1-core.dtlic`, with a number if there
/// are several such.
pub(super) fn file_names(letter: &LicenseLetter) -> Vec<String> {
    let stems: Vec<String> = letter.licenses().map(stem).collect();
    let name = |(place, stem): (usize, &String)| match count(&stems, stem) {
        1 => format!("{stem}.dtlic"),
        _ => format!("{stem}-{}.dtlic", count(&stems[..=place], stem)),
    };
    stems.iter().enumerate().map(name).collect()
}

fn count(stems: &[String], stem: &str) -> usize {
    stems.iter().filter(|other| *other == stem).count()
}

/// The blob, whole. It is longer than any other value may be.
pub(super) fn blob(license: &Enclosure) -> String {
    clean(&license.blob, usize::MAX)
}

fn enclosure(license: &Enclosure, file_name: &str) -> Value {
    context! {
        product_name => line(&license.product_name),
        tier => line(&license.tier),
        license_key => line(&license.license_key),
        blob => blob(license),
        file_name,
        seats => license.seats.map_or(Value::from(()), Value::from),
        expires_at => optional(license.expires_at.as_deref()),
        updates_until => optional(license.updates_until.as_deref()),
        download => download(license),
        order_id => line(&license.order_id),
    }
}

/// Each link once, with the first product that has it.
fn downloads(letter: &LicenseLetter) -> Vec<Value> {
    let mut urls = Vec::new();
    let mut links = Vec::new();
    for license in letter.licenses() {
        let Some(url) = license.download.as_deref().filter(|url| is_web_page(url) && !urls.contains(url))
        else {
            continue;
        };
        urls.push(url);
        links.push(context! { product_name => line(&license.product_name), url => line(url) });
    }
    links
}

fn download(license: &Enclosure) -> Value {
    optional(license.download.as_deref().filter(|url| is_web_page(url)))
}

fn stem(license: &Enclosure) -> String {
    let product = license.license_key.rsplitn(5, '-').nth(4).unwrap_or("license");
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    product.chars().filter(plain).collect::<String>().to_ascii_lowercase()
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.fold(Vec::new(), |mut seen, next| {
        if !seen.contains(&next) {
            seen.push(next);
        }
        seen
    })
}

fn line(text: &str) -> String {
    clean(text, LONGEST)
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::from(()), |text| Value::from(line(text)))
}

// A `javascript:` link would be live in some mail programs. A URL that is cut short is no link either.
fn is_web_page(url: &str) -> bool {
    let scheme = Url::parse(url).map(|url| url.scheme().to_owned());
    url.chars().count() <= LONGEST && scheme.is_ok_and(|scheme| matches!(scheme.as_str(), "http" | "https"))
}
