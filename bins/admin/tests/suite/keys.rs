//! `key show`.

use crate::folder::{Folder, fields};
use mintmark_fulfillment::PublicKey;

#[test]
fn the_public_keys_are_shown_in_both_their_spellings() {
    let folder = Folder::initialized();
    let shown = folder.rows(&["key", "show", "--json"]);
    let names = ["kid", "public_key", "public_key_hex"];
    let expected = ["", "revocation_"].map(|prefix| names.map(|name| format!("{prefix}{name}")));
    assert_eq!(fields(&shown[0]), expected.concat());
    let paper = folder.admin(&["key", "show"]).output;
    for prefix in ["", "revocation_"] {
        let [kid, base64url, hexadecimal] =
            names.map(|name| shown[0][format!("{prefix}{name}")].as_str().unwrap());
        let key: PublicKey = base64url.parse().unwrap();
        assert_eq!(kid, key.kid().to_string());
        assert_eq!(Ok(key), hexadecimal.parse().map_err(drop));
        assert!(paper.contains(kid) && paper.contains(base64url) && paper.contains(hexadecimal), "{paper}");
    }
    assert_ne!(shown[0]["kid"], shown[0]["revocation_kid"]);
}
