//! License keys and offline-verifiable license blobs.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

// Did we issue this?
mod keyring;
mod license;
mod rejected;
mod revocation_list;
mod verify;

// What may it do now?
mod context;
mod marks;
mod reason;
mod standing;
mod status;

// From a careless paste to a blob.
mod intake;

// Minting what is verified above.
mod license_key_secret;
mod mint;
mod revocation_key;
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
mod crockford;
mod embedded;
mod frame;
mod hex;
mod payload;
mod rules;
mod strict_json;

pub use context::Context;
pub use error::Error;
pub use identity::{Mode, OrderIdentity};
pub use intake::{Damage, intake};
pub use key_id::KeyId;
pub use keyring::Keyring;
pub use license::License;
pub use license_id::LicenseId;
pub use license_key::LicenseKey;
pub use license_key_secret::LicenseKeySecret;
pub use line::Line;
pub use marks::Marks;
pub use mint::{Grant, Minted};
pub use public_key::PublicKey;
pub use reason::Reason;
pub use rejected::Rejected;
pub use revocation_key::{RevocationKey, Revocations};
pub use revocation_list::RevocationList;
pub use signing_key::{Pkcs8, SigningKey};
pub use standing::Standing;
pub use status::Status;
pub use tier::Tier;
pub use verify::{Verified, Verifier};
