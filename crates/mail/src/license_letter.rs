//! What a letter says about its licenses, before it is put into words.

use std::fmt;

/// Everything a template may use. Strings are ready to read; dates are already in words.
///
/// It holds licenses, so `Debug` prints the order only.
#[derive(Clone, PartialEq, Eq)]
pub struct LicenseLetter {
    /// The license that the letter brings or is about.
    pub license: Enclosure,
    /// More of them: further keys of the same order, or other members of the same bundle.
    pub others: Vec<Enclosure>,
    /// The buyer's name, or empty.
    pub name: String,
    /// The buyer's address.
    pub email: String,
    /// Whether money was paid.
    pub mode: Mode,
    /// Who signs the letter, if the sender has a name.
    pub seller: Option<String>,
}

/// A license in a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// The product, as the letter calls it.
    pub product_name: String,
    /// The tier, in lower case.
    pub tier: String,
    /// The license key, `DT1-CORE-…`.
    pub license_key: String,
    /// The signed license, `DTLIC2:…`: ASCII, without white space.
    pub blob: String,
    /// How many people may use the license, if it counts them.
    pub seats: Option<u32>,
    /// Until when the license runs, if it ends.
    pub expires_at: Option<String>,
    /// Until when updates are included, if that ends.
    pub updates_until: Option<String>,
    /// Where the product can be downloaded. Shown only if it is an `http` or `https` URL.
    pub download: Option<String>,
    /// The order's id in the store.
    pub order_id: String,
}

/// Whether an order was real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A real order.
    Live,
    /// A test order. Its license works in test builds only, and the letter says so.
    Test,
}

impl LicenseLetter {
    /// All licenses of the letter.
    pub(crate) fn licenses(&self) -> impl Iterator<Item = &Enclosure> {
        std::iter::once(&self.license).chain(&self.others)
    }
}

impl fmt::Debug for LicenseLetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LicenseLetter")
            .field("license", &self.license)
            .field("others", &self.others)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Enclosure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Enclosure").field("order_id", &self.order_id).finish_non_exhaustive()
    }
}
