//! Vectors of public keys and of typed license keys.

use serde_json::{Value, json};

/// The y coordinates of small order, little-endian, without their last byte: its top bit is the sign.
const SMALL_ORDER: [(&str, u8); 7] = [
    ("00000000000000000000000000000000000000000000000000000000000000", 0x00),
    ("01000000000000000000000000000000000000000000000000000000000000", 0x00),
    ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x7f),
    ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x7f),
    ("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x7f),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", 0x05),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", 0x7a),
];

const PLAIN: &str = "IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI";

pub(super) fn public_keys() -> Vec<Value> {
    let weak =
        SMALL_ORDER.iter().flat_map(|(start, end)| [*end, end | 0x80].map(|end| format!("{start}{end:02x}")));
    let weak = weak.enumerate().map(|(number, text)| key(&format!("small order {number}"), &text, "weak"));
    let fine = json!({ "kid": "3QW-eYXr9io" });
    let high = |lowest: &str, end: &str| format!("{lowest}{}{end}", "ff".repeat(30));
    let rest = [
        key("base64url", PLAIN, fine.clone()),
        key("hexadecimal", "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12", fine.clone()),
        key("upper case", "2152F8D19B791D24453242E15F2EAB6CB7CFFA7B6A5ED30097960E069881DB12", fine),
        key("not canonical", &high("ef", "7f"), "invalid"),
        key("not canonical and negative", &high("ff", "ff"), "invalid"),
        key("empty", "", "invalid"),
        key("padded", &format!("{PLAIN}="), "invalid"),
        key("trailing bits", &PLAIN.replace("2xI", "2xJ"), "invalid"),
        key("standard base64", &PLAIN.replace('-', "+"), "invalid"),
        key("one byte too few", "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db", "invalid"),
    ];
    weak.chain(rest).collect()
}

pub(super) fn license_keys() -> Vec<Value> {
    let golden = json!({ "key": "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX" });
    vec![
        typed("as printed", "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX", golden.clone()),
        typed("lower case", "dt1-core-xahnw-kf2m0-55fp9-1eknx", golden.clone()),
        typed("O for 0 and l for 1", "DT1-CORE-XAHNW-KF2MO-55FP9-lEKNX", golden.clone()),
        typed("spaces", " DT1 CORE XAHNW KF2M0 55FP9 1EKNX\n", golden.clone()),
        typed("no dashes", "DT1COREXAHNWKF2M055FP91EKNX", golden.clone()),
        typed("long dashes", "DT1–CORE–XAHNW–KF2M0–55FP9–1EKNX", golden),
        typed("one wrong character", "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNY", "mistyped"),
        typed("two swapped", "DT1-CORE-AXHNW-KF2M0-55FP9-1EKNX", "mistyped"),
        typed("a letter that is none", "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNU", "invalid"),
        typed("no tier", "XAHNW-KF2M0-55FP9-1EKNX", "invalid"),
        typed("nothing", "", "invalid"),
    ]
}

fn key(name: &str, text: &str, expect: impl Into<Value>) -> Value {
    json!({ "name": name, "text": text, "expect": expect.into() })
}

fn typed(name: &str, typed: &str, expect: impl Into<Value>) -> Value {
    json!({ "name": name, "typed": typed, "expect": expect.into() })
}
