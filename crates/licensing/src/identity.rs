//! Which order a license answers to.

use std::{fmt, str::FromStr};

use crate::Error;

/// Whether money changed hands. Test orders live in a space of their own and never take a real order's place.
///
/// ```
/// use mintmark_licensing::Mode;
///
/// assert_eq!("test".parse(), Ok(Mode::Test));
/// assert_eq!(Mode::Live.as_str(), "live");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A real order.
    Live,
    /// A test purchase. Its blob says `env: "test"`, and live builds refuse it.
    Test,
}

impl Mode {
    /// `"live"` or `"test"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl FromStr for Mode {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidMode`] for any other word than `live` and `test`.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err(Error::InvalidMode),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// The four facts that name one license. Equal identities yield equal keys and ids, so an order told twice is
/// minted once.
///
/// ```
/// use mintmark_licensing::{LicenseKeySecret, Mode, OrderIdentity};
///
/// let order = OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 };
/// let secret = LicenseKeySecret::from_bytes([0x42; 32]);
/// assert_eq!(secret.license_id(&order).to_string(), "d779aaeb-58f7-843b-ab06-da8a4f603948");
/// assert_ne!(secret.license_id(&order), secret.license_id(&OrderIdentity { item: 1, ..order }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderIdentity<'a> {
    /// The store, such as `gumroad`.
    pub source: &'a str,
    /// Real order or test purchase.
    pub mode: Mode,
    /// The store's id of the order; for a membership, of the subscription.
    pub order_id: &'a str,
    /// Which license of the order, from 0.
    pub item: u32,
}
