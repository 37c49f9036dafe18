//! Which keys and products a blob is held against: those that are given, or else the installation's own.

use crate::failure::Failure;
use clap::Args;
use mintmark_fulfillment::{PublicKeys, Settings};
use mintmark_licensing::{Keyring, License, Line, PublicKey, Rejected, Verified, Verifier};

#[derive(Debug, Args)]
pub(super) struct Trust {
    /// A public key to trust, in base64url or hexadecimal, in place of the installation's; may be repeated
    #[arg(long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    public_keys: Vec<PublicKey>,
    /// A product line to accept, in place of signing.line; may be repeated
    #[arg(long = "product", value_name = "LINE")]
    products: Vec<Line>,
    /// Accept licenses of test purchases too, as a debug build of an app would
    #[arg(long)]
    test: bool,
}

/// Keys and products, ready to judge.
#[derive(Debug)]
pub(super) struct Judge {
    keyring: Keyring,
    products: Vec<Line>,
    accepts_test_licenses: bool,
}

impl Trust {
    pub(super) fn judge(&self, load: impl Fn() -> Result<Settings, Failure>) -> Result<Judge, Failure> {
        let products = match self.products.as_slice() {
            [] => vec![load()?.signing.line],
            given => given.to_vec(),
        };
        let keys = match self.public_keys.as_slice() {
            [] => own(&load()?)?,
            given => given.to_vec(),
        };
        let keyring =
            Keyring::new(keys).map_err(|_| Failure::Usage("--public-key: the same key is given twice"))?;
        Ok(Judge { keyring, products, accepts_test_licenses: self.test })
    }
}

impl Judge {
    /// The license, if it is one for any of the products.
    pub(super) fn verify(&self, blob: &str) -> Result<Verified<License>, Rejected> {
        let mut verdict = Err(Rejected::WrongProduct);
        for product in &self.products {
            let verifier = Verifier::new(&self.keyring, product.clone());
            let verifier =
                if self.accepts_test_licenses { verifier.accepting_test_licenses() } else { verifier };
            verdict = verifier.verify(blob);
            if verdict != Err(Rejected::WrongProduct) {
                break;
            }
        }
        verdict
    }
}

/// What this installation's own apps trust. That there are no keys says nothing of a blob, so it is no verdict on one.
fn own(settings: &Settings) -> Result<Vec<PublicKey>, Failure> {
    let PublicKeys { active, standby, retired, .. } =
        PublicKeys::read(settings).map_err(Failure::NoKeyring)?;
    Ok([active].into_iter().chain(standby).chain(retired).collect())
}
