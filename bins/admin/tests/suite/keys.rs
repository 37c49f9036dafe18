//! `key show`.

use crate::folder::{Folder, fields};
use mintmark_fulfillment::PublicKey;

#[test]
fn the_public_key_is_shown_in_both_its_spellings() {
    let folder = Folder::initialized();
    let shown = folder.rows(&["key", "show", "--json"]);
    assert_eq!(fields(&shown[0]), ["kid", "public_key", "public_key_hex"]);
    let key: PublicKey = shown[0]["public_key"].as_str().unwrap().parse().unwrap();
    assert_eq!(shown[0]["kid"], key.kid().to_string());
    assert_eq!(Ok(key), shown[0]["public_key_hex"].as_str().unwrap().parse().map_err(drop));
    assert!(folder.admin(&["key", "show"]).output.contains(&key.to_string()));
}
