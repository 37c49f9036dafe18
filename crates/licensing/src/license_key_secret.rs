//! The secret from which license keys and ids are derived.

use std::fmt;

use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

use crate::{Error, LicenseId, LicenseKey, Line, OrderIdentity, Tier};

/// 32 secret bytes, wiped from memory when dropped. Whoever knows them can compute every license key that was
/// and will be minted.
///
/// It is not the signing key: that one rotates, and rotation must not change anybody's license key.
///
/// ```
/// use mintmark_licensing::{LicenseKeySecret, Mode, OrderIdentity};
///
/// let secret = LicenseKeySecret::from_bytes([0x42; 32]);
/// let order = OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 };
/// let key = secret.license_key(&order, &"DT1".parse()?, &"core".parse()?, 0);
/// assert_eq!(key.to_string(), "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX");
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
pub struct LicenseKeySecret(Zeroizing<[u8; 32]>);

impl LicenseKeySecret {
    /// Draws a new secret from the operating system.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] if it has none to give.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(bytes.as_mut()).map_err(|_| Error::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Takes up a secret that was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for storing them.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 16 hexadecimal digits by which two people can tell that they hold the same secret. Safe to show.
    pub fn fingerprint(&self) -> String {
        let mac = self.mac("mintmark license key secret fingerprint v1", &[]);
        mac.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The id of the license that answers to this order, for life.
    pub fn license_id(&self, order: &OrderIdentity<'_>) -> LicenseId {
        LicenseId::from_hash(self.bits("mintmark license id v1", order, &[]))
    }

    /// The license key of this order. `generation` is 0, and one more each time a leaked key is replaced.
    pub fn license_key(
        &self,
        order: &OrderIdentity<'_>,
        line: &Line,
        tier: &Tier,
        generation: u32,
    ) -> LicenseKey {
        let generation = generation.to_string();
        LicenseKey::from_bits(line, tier, self.bits("mintmark license key v1", order, &[&generation]))
    }

    fn bits<const N: usize>(&self, label: &str, order: &OrderIdentity<'_>, more: &[&str]) -> [u8; N] {
        let item = order.item.to_string();
        let mut parts = vec![order.source, order.mode.as_str(), order.order_id, &item];
        parts.extend(more);
        let mac = self.mac(label, &parts);
        *mac.as_ref().first_chunk().expect("a MAC of 32 bytes is longer than any key or id")
    }

    fn mac(&self, label: &str, parts: &[&str]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, self.0.as_ref()));
        context.update(label.as_bytes());
        context.update(&[0]);
        for part in parts {
            // The length comes first, or ("ab", "c") and ("a", "bc") would be the same order.
            let length = u32::try_from(part.len()).expect("no order id is 4 GiB long");
            context.update(&length.to_be_bytes());
            context.update(part.as_bytes());
        }
        context.sign()
    }
}

impl fmt::Debug for LicenseKeySecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LicenseKeySecret(…)")
    }
}
