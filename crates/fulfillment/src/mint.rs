//! Minting: from what an order is entitled to, and the keys, to a license.

use crate::catalog::Entitled;
use crate::installation::Keys;
use crate::settings::{Licensee, SigningSettings};
use jiff::Timestamp;
use mintmark_adapters::Order;
use mintmark_licensing::License as Proved;
use mintmark_licensing::{
    Error, Grant, Keyring, Line, Mode, OrderIdentity, SigningKey, Tier, Verified, Verifier,
};
use mintmark_mail::Address;
use mintmark_storage::{License, NewLicense, OrderName, Origin};

/// A blob holds no longer name.
const LONGEST_LICENSEE: usize = 128;

/// What makes licenses: the keys, and what every blob says.
#[derive(Debug)]
pub(crate) struct Minter {
    pub(crate) keys: Keys,
    signing: SigningSettings,
    /// What apps trust of it.
    ring: Keyring,
}

/// A license that is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft<'a> {
    /// The order.
    pub(crate) name: &'a OrderName,
    /// Real money, or a trial of the seller's.
    pub(crate) mode: Mode,
    /// How the order came.
    pub(crate) origin: Origin,
    /// What it is entitled to.
    pub(crate) entitled: &'a Entitled,
    /// Which of its items.
    pub(crate) item: u32,
    /// The re-issue counter of the blob.
    pub(crate) seq: u32,
}

impl Minter {
    pub(crate) fn new(keys: Keys, signing: SigningSettings) -> Result<Self, Error> {
        let ring = Keyring::new([keys.signing.public_key()])?;
        Ok(Self { keys, signing, ring })
    }

    /// As the license is, under the key of today and with the next number: nothing that it says changes. `trusted` is
    /// who may have signed it.
    ///
    /// # Errors
    /// Its blob is not under one of the trusted keys, so nobody knows whether we made it.
    pub(crate) fn reissue(&self, license: &License, trusted: &Keyring) -> Result<NewLicense, String> {
        self.sign_again(license, trusted, SigningKey::reissue)
    }

    /// As [`Minter::reissue`], without the name of whoever it was issued to.
    ///
    /// # Errors
    /// Its blob is not under one of the trusted keys, so nobody knows whether we made it.
    pub(crate) fn reissue_unnamed(&self, license: &License, trusted: &Keyring) -> Result<NewLicense, String> {
        self.sign_again(license, trusted, SigningKey::reissue_unnamed)
    }

    fn sign_again(
        &self,
        license: &License,
        trusted: &Keyring,
        sign: fn(&SigningKey, &Verified<Proved>, u64) -> Result<String, Error>,
    ) -> Result<NewLicense, String> {
        let terms = &license.terms;
        let line: Line = terms.line.parse().map_err(|error: Error| error.to_string())?;
        let verifier = Verifier::new(trusted, line.clone()).accepting_test_licenses();
        let proved = verifier.verify(&terms.blob).map_err(|reason| reason.to_string())?;
        let seq = terms.seq.saturating_add(1);
        let blob = sign(&self.keys.signing, &proved, u64::try_from(seq).unwrap_or_default());
        let blob = blob.and_then(|blob| self.prove(blob, &line)).map_err(|error| error.to_string())?;
        Ok(NewLicense { blob, seq, ..terms.clone() })
    }

    /// Pure: the same draft and the same keys give the same license, byte for byte.
    ///
    /// # Errors
    /// The license would break a rule of its format.
    pub(crate) fn mint(&self, draft: &Draft<'_>) -> Result<NewLicense, Error> {
        let terms = &draft.entitled.terms;
        let line = terms.line.as_ref().unwrap_or(&self.signing.line);
        self.make(draft, line, &terms.tier)
    }

    /// As [`Minter::mint`], for an order that has a license: its line and its tier stay, and with them its key unless
    /// that was replaced.
    ///
    /// # Errors
    /// The license would break a rule of its format.
    pub(crate) fn mint_again(&self, draft: &Draft<'_>, license: &License) -> Result<NewLicense, Error> {
        let tier: Tier = license.terms.tier.parse()?;
        let line: Line = license.terms.line.parse()?;
        self.make(draft, &line, &tier)
    }

    fn make(&self, draft: &Draft<'_>, line: &Line, tier: &Tier) -> Result<NewLicense, Error> {
        let Draft { name, mode, origin, entitled, item, seq } = draft;
        let Entitled { order, sold_at, terms, .. } = entitled;
        let state = entitled.state_of(*item);
        let licensee = self.licensee(order);
        let minted = self.keys.signing.mint(
            &self.keys.secret,
            &Grant {
                identity: OrderIdentity {
                    source: &name.source,
                    mode: *mode,
                    order_id: &name.order_id,
                    item: *item,
                },
                generation: state.rotations,
                line,
                tier,
                seq: u64::from(*seq),
                issued_at: sold_at.as_second(),
                expires_at: state.expires_at.map(Timestamp::as_second),
                grace: state.grace,
                updates_until: state.updates_until.map(Timestamp::as_second),
                entitlements: &terms.entitlements,
                seats: Some(state.seats),
                licensee: licensee.as_deref(),
            },
        )?;
        Ok(NewLicense {
            id: minted.id.to_string(),
            key: state.foreign_key.clone().unwrap_or_else(|| minted.key.to_string()),
            blob: self.prove(minted.blob, line)?,
            line: line.to_string(),
            product_id: order.product_id.clone(),
            product_name: terms.product_name.clone(),
            tier: tier.as_str().to_owned(),
            seats: state.seats.into(),
            email: order.email.clone(),
            name: order.name.clone(),
            source: name.source.clone(),
            origin: *origin,
            mode: name.mode.clone(),
            source_order_id: name.order_id.clone(),
            item: i64::from(*item),
            issued_at: *sold_at,
            expires_at: state.expires_at,
            updates_until: state.updates_until,
            seq: i64::from(*seq),
        })
    }

    /// What was signed is read back before anybody stores it: a memory error or a damaged key would otherwise give a
    /// buyer a license that no app accepts. It costs one verification for each license.
    fn prove(&self, blob: String, line: &Line) -> Result<String, Error> {
        let proved = Verifier::new(&self.ring, line.clone()).accepting_test_licenses().verify(&blob);
        proved.map_err(|_| Error::UnsignableGrant("its signature does not verify"))?;
        Ok(blob)
    }

    fn licensee(&self, order: &Order) -> Option<String> {
        let address = || Address::parse(&order.email).ok();
        let text = match self.signing.licensee {
            Licensee::Name => order.name.clone(),
            Licensee::Email => address()?.as_str().to_owned(),
            Licensee::Masked => address()?.masked(),
            Licensee::None => return None,
        };
        Some(text.chars().take(LONGEST_LICENSEE).collect()).filter(|text: &String| !text.is_empty())
    }
}
