//! What the signature covers, as JSON.

use serde::{Deserialize, Serialize};

/// The fields in the order in which they are written. Absent means absent, never `null`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) lid: String,
    pub(crate) prd: String,
    pub(crate) tier: String,
    pub(crate) seq: u64,
    pub(crate) iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exp: Option<i64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) grc: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upd: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rchk: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ent: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seats: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) crit: Vec<String>,
}

impl Payload {
    /// Every name that this version understands.
    pub(crate) const NAMES: [&str; 15] = [
        "lid", "prd", "tier", "seq", "iat", "exp", "grc", "upd", "rchk", "ent", "seats", "sub", "kh", "env",
        "crit",
    ];

    /// The JSON text.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and integers always serialize")
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_are_understood_are_the_fields_in_the_order_of_writing() {
        let payload = Payload {
            lid: String::new(),
            prd: String::new(),
            tier: String::new(),
            seq: 1,
            iat: 1,
            exp: Some(1),
            grc: 1,
            upd: Some(1),
            rchk: Some(1),
            ent: vec![String::new()],
            seats: Some(1),
            sub: Some(String::new()),
            kh: Some(String::new()),
            env: Some(String::new()),
            crit: vec![String::new()],
        };
        let json = String::from_utf8(payload.to_json()).unwrap();
        let places = Payload::NAMES.map(|name| json.find(&format!("\"{name}\":")).unwrap());
        assert!(places.is_sorted());
        assert_eq!(json.matches("\":").count(), Payload::NAMES.len());
    }
}
