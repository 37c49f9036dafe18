//! License keys and offline-verifiable license blobs.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

// Did we issue this?
mod keyring;
mod license;
mod rejected;
mod verify;

// Minting what is verified above.
mod license_key_secret;
mod mint;
mod signing_key;

// The words both speak.
mod error;
mod identity;
mod key_id;
mod license_id;
mod license_key;
mod line;
mod public_key;
mod tier;

// The format, byte by byte.
mod blob;
mod crockford;
mod hex;
mod payload;
mod strict_json;

pub use error::Error;
pub use identity::{Mode, OrderIdentity};
pub use key_id::KeyId;
pub use keyring::Keyring;
pub use license::License;
pub use license_id::LicenseId;
pub use license_key::LicenseKey;
pub use license_key_secret::LicenseKeySecret;
pub use line::Line;
pub use mint::{Grant, Minted};
pub use public_key::PublicKey;
pub use rejected::Rejected;
pub use signing_key::{Pkcs8, SigningKey};
pub use tier::Tier;
pub use verify::{Verified, Verifier};
