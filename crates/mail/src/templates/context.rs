//! The values that templates see.

use minijinja::{Value, context};
use url::Url;

use crate::{LicenseLetter, Mode, clean::clean};

const LONGEST: usize = 256;

/// Everything.
pub(super) fn whole(letter: &LicenseLetter) -> Value {
    context! {
        license_key => line(&letter.license_key),
        blob => blob(letter),
        file_name => file_name(letter),
        name => line(&letter.name),
        email => line(&letter.email),
        seats => letter.seats.map_or(Value::from(()), Value::from),
        expires_at => optional(letter.expires_at.as_deref()),
        updates_until => optional(letter.updates_until.as_deref()),
        download => optional(letter.download.as_deref().filter(|url| is_web_page(url))),
        order_id => line(&letter.order_id),
        ..without_buyer(letter)
    }
}

/// Only what is the seller's: a subject line must not carry a stranger's words.
pub(super) fn without_buyer(letter: &LicenseLetter) -> Value {
    context! {
        product_name => line(&letter.product_name),
        tier => line(&letter.tier),
        test => matches!(letter.mode, Mode::Test),
        seller => optional(letter.seller.as_deref()),
    }
}

/// The attached file's name: product line and tier as the key has them, `dt1-core.dtlic`.
pub(super) fn file_name(letter: &LicenseLetter) -> String {
    let product = letter.license_key.rsplitn(5, '-').nth(4).unwrap_or("license");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let stem: String = product.chars().filter(|letter| plain(*letter)).collect();
    format!("{}.dtlic", stem.to_ascii_lowercase())
}

/// The blob, whole. It is longer than any other value may be.
pub(super) fn blob(letter: &LicenseLetter) -> String {
    clean(&letter.blob, usize::MAX)
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
