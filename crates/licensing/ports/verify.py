"""The format of docs/BLOB.md in Python: verifying, standings, intake and license keys.

Run by itself it answers every vector of vectors.json. Needs the package `cryptography`.
"""

import hashlib
import json
import re
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CODES = {
    "not_a_license": "DTL01", "too_long": "DTL02", "truncated": "DTL03", "bad_character": "DTL04",
    "unsupported_version": "DTL05", "unknown_key": "DTL06", "bad_signature": "DTL07", "bad_payload": "DTL08",
    "wrong_product": "DTL09", "needs_newer_app": "DTL10", "test_license_in_live_build": "DTL11",
}
# Unicode's White_Space; str.strip() would take four control characters as well.
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
LAST_SECOND = 253_402_300_799
DAY = 86_400


class Rejected(Exception):
    def __init__(self, word, **more):
        super().__init__(word)
        self.answer = {"rejected": word, "code": CODES[word], **more}


# Public keys

FIELD_PRIME = 2**255 - 19
SMALL_ORDER = {0, 1, FIELD_PRIME - 1, FIELD_PRIME, FIELD_PRIME + 1} | {
    int.from_bytes(bytes.fromhex(y), "little")
    for y in ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
              "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
}


def read_public_key(text):
    """The 32 bytes of a key, from base64url or hexadecimal; ValueError is `weak` or `invalid`."""
    if re.fullmatch("[0-9a-fA-F]{64}", text):
        key = bytes.fromhex(text)
    elif (key := strict_base64(text)) is None or len(key) != 32:
        raise ValueError("invalid")
    y = int.from_bytes(key, "little") & (2**255 - 1)
    if y in SMALL_ORDER:
        raise ValueError("weak")
    if y >= FIELD_PRIME:
        raise ValueError("invalid")
    return key


def kid_of(key):
    return encode(hashlib.sha256(b"DTLIC2 key id v1\0" + key).digest()[:8])


# The frame

def open_frame(text, prefix, longest, keys):
    """The kid and the payload of a text that one of the keys signed."""
    text = text.strip(WHITE)
    if not text.startswith(prefix):
        another = re.match(prefix[:5] + "[0-9]+:", text)
        raise Rejected("unsupported_version" if another else "not_a_license")
    if len(text.encode("utf-8", "surrogatepass")) > longest:
        raise Rejected("too_long")
    if strange := re.search(r"[^A-Za-z0-9_.-]", text[len(prefix):]):
        raise Rejected("bad_character", at=len(prefix) + strange.start())
    first, last = find_dots(text, len(prefix) + 11)
    parts = [(len(prefix), first), (first + 1, last), (last + 1, len(text))]
    kid, payload, signature = (decode_at(text, *part) for part in parts)
    key = next((key for key in keys if kid_of(key) == encode(kid)), None)
    if key is None:
        raise Rejected("unknown_key", kid=encode(kid))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text[:last].encode())
    except InvalidSignature:
        raise Rejected("bad_signature") from None
    return encode(kid), payload


def find_dots(text, expected):
    first = text.find(".")
    first = len(text) if first < 0 else first
    if first != expected and len(text) > expected:
        raise Rejected("bad_character", at=min(first, expected))
    last = text.find(".", first + 1)
    if last < 0 or len(text) < last + 87:
        raise Rejected("truncated")
    if len(text) > last + 87:
        raise Rejected("bad_character", at=last + 87)
    return first, last


def decode_at(text, start, end):
    part = text[start:end]
    if (dot := part.find(".")) >= 0:
        raise Rejected("bad_character", at=start + dot)
    if len(part) % 4 == 1:
        raise Rejected("truncated")
    decoded = strict_base64(part)
    if decoded is None:
        raise Rejected("bad_character", at=end - 1)
    return decoded


def encode(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def strict_base64(text):
    if not re.fullmatch("[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return decoded if encode(decoded) == text else None


# Strict JSON

def strict_json(data):
    """An object, or ValueError."""
    if data[:1] != b"{" or data[-1:] != b"}":
        raise ValueError("not one object")
    text = data.decode("utf-8")
    value = json.loads(text, object_pairs_hook=once_each, parse_float=refuse, parse_constant=refuse, parse_int=whole)
    check_value(value, 1)
    return value


def once_each(pairs):
    names = dict(pairs)
    return names if len(names) == len(pairs) else refuse("a name twice")


def whole(digits):
    number = int(digits)
    return number if digits != "-0" and -(2**63) <= number < 2**64 else refuse(digits)


def refuse(text):
    raise ValueError(text)


def check_value(value, depth):
    if value is None or (isinstance(value, (dict, list)) and depth > 127):
        raise ValueError("null, or too deep")
    if isinstance(value, str):
        value.encode("utf-8")  # half a surrogate pair is a UnicodeEncodeError, which is a ValueError
    if isinstance(value, dict):
        for name in value:
            check_value(name, depth)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_value(inner, depth + 1)


# Payload and license

def number(low, high):
    return lambda value: type(value) is int and low <= value <= high


def matches(pattern):
    return lambda value: type(value) is str and re.fullmatch(pattern, value, re.ASCII) is not None


def is_licensee(value):
    bidi = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    control = lambda c: ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0
    return type(value) is str and len(value) <= 128 and not any(control(c) or c in bidi for c in value)


def is_entitlements(value):
    fine = type(value) is list and len(value) <= 64 and all(map(matches("[a-z0-9][a-z0-9._-]{0,63}"), value))
    return fine and all(one < other for one, other in zip(value, value[1:]))


TIME = number(0, LAST_SECOND)
RULES = {
    "lid": matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "prd": matches("[A-Z0-9]{1,16}"), "tier": matches("[A-Z0-9]{1,16}"),
    "seq": number(1, 2**64 - 1), "iat": TIME, "exp": TIME, "grc": number(0, 90 * DAY), "upd": TIME, "rchk": TIME,
    "ent": is_entitlements, "seats": number(1, 2**64 - 1), "sub": is_licensee,
    "kh": matches("[0-9A-HJKMNP-TV-Z]{5}"), "env": matches("test"),
    "crit": lambda value: type(value) is list and all(type(name) is str for name in value),
}


def verify(text, keys, product, test_licenses=False):
    """The kid and the fields of a genuine license."""
    kid, payload = open_frame(text, "DTLIC2:", 4096, keys)
    try:
        found = strict_json(payload) if len(payload) <= 2048 else refuse("too long")
    except ValueError:
        raise Rejected("bad_payload") from None
    known = {name: found[name] for name in RULES if name in found}
    if not {"lid", "prd", "tier", "seq", "iat"} <= known.keys() or not all(RULES[name](known[name]) for name in known):
        raise Rejected("bad_payload")
    if known["prd"] != product:
        raise Rejected("wrong_product")
    if any(name not in RULES for name in known.get("crit", [])):
        raise Rejected("needs_newer_app")
    if "env" in known and not test_licenses:
        raise Rejected("test_license_in_live_build")
    return kid, {name: value for name, value in known.items() if value not in (0, []) or name in ("iat", "exp", "upd", "rchk")}


def verify_list(text, keys):
    """A genuine revocation list."""
    _, payload = open_frame(text, "DTREV1:", 4 * 1024 * 1024, keys)
    try:
        found = strict_json(payload)
        n, iat, nxt, lic, kid = (found[name] for name in ("n", "iat", "nxt", "lic", "kid"))
        is_hash = lambda text: type(text) is str and len(text) == 11 and strict_base64(text) is not None
        good = number(1, 2**64 - 1)(n) and TIME(iat) and TIME(nxt) and iat <= nxt
        good = good and type(lic) is list and all(type(e) is list and len(e) == 2 for e in lic)
        good = good and all(is_hash(h) and number(1, 2**64 - 1)(seq) for h, seq in lic)
        good = good and all(one[0] < other[0] for one, other in zip(lic, lic[1:]))
        good = good and type(kid) is list and all(map(is_hash, kid)) and len(set(kid)) == len(kid)
    except (ValueError, KeyError):
        good = False
    if not good:
        raise Rejected("bad_payload")
    return {"n": n, "iat": iat, "nxt": nxt, "lic": dict(map(tuple, lic)), "kid": kid}


def is_revoked(revocations, kid, license):
    short = encode(hashlib.sha256(license["lid"].encode()).digest()[:8])
    return kid in revocations["kid"] or license["seq"] < revocations["lic"].get(short, 0)


# Standing

def standing(kid, license, now, build_date=None, marks=None, revocations=None):
    clock, serial, seqs = read_marks(marks)
    latest, exp, reasons = max(now, clock), license.get("exp"), []
    usable = revocations and revocations["n"] >= serial
    if usable and kid in revocations["kid"]:
        reasons.append(("revoked", "key_revoked", None))
    elif usable and is_revoked(revocations, kid, license):
        reasons.append(("revoked", "revoked", None))
    if seqs.get(license["lid"], 0) > license["seq"]:
        reasons.append(("superseded", "superseded", None))
    if license["iat"] - now > DAY:
        reasons.append(("clock_suspect", "issued_in_future", None))
    if clock - now > DAY:
        reasons.append(("clock_suspect", "clock_went_back", None))
    until = None if exp is None else exp + license.get("grc", 0)
    if until is not None and latest > until:
        reasons.append(("expired", "expired", exp))
    if build_date is not None and "upd" in license and build_date > license["upd"]:
        reasons.append(("updates_ended", "updates_ended", license["upd"]))
    if until is not None and exp < latest <= until:
        reasons.append(("grace", "in_grace", until))
    decided = reasons[0] if reasons else ("active", "", exp)
    words = [word for _, word, _ in reasons]
    words += ["refresh_due"] if "rchk" in license and latest > license["rchk"] else []
    if not revocations:
        words.append("no_revocation_list")
    elif not usable:
        words.append("replayed_revocation_list")
    elif latest > revocations["nxt"]:
        words.append("old_revocation_list")
    grants = license.get("ent", []) if decided[0] in ("active", "grace") else []
    return {"standing": decided[0], "until": decided[2], "reasons": words, "grants": grants}


def read_marks(line):
    if line is None:
        return 0, 0, {}
    clock, serial, seqs = re.fullmatch("DTMARK1 clock=([0-9]+) list=([0-9]+) seq=(.*)", line).groups()
    pairs = (entry.split(":") for entry in seqs.split(",") if entry)
    return int(clock), int(serial), {lid: int(seq) for lid, seq in pairs}


# What people paste and type

LONG_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
INVISIBLE = WHITE + "\xad\u061c\u180e\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e" + "".join(map(chr, range(0x2060, 0x2070)))
QUOTES = "\"'`«»‹›" + "".join(map(chr, range(0x2018, 0x2020)))


def intake(paste):
    lines = [line.lstrip(">" + INVISIBLE).rstrip(INVISIBLE) for line in paste.split("\n")]
    lines = [line for line in lines if not is_armor(line)]
    filled = [index for index, line in enumerate(lines) if line]
    soft = lambda index, line: line[:-1] if line.endswith("=") and index < filled[-1] else line
    text = "".join(soft(index, line) for index, line in enumerate(lines))
    text = "".join(c for c in text if c not in INVISIBLE).strip(QUOTES)
    return name_damage(text) or {"text": text}


def is_armor(line):
    words = line.lstrip("-" + LONG_DASHES)
    return (words != line and words.startswith(("BEGIN ", "END "))) or re.fullmatch("```[a-z]*", line) is not None


def name_damage(text):
    if not text.startswith("DTLIC"):
        return None
    for index, c in enumerate(text):
        at = len(text[:index].encode())
        if c == "…":
            return {"damage": "truncated", "code": "DTL03"}
        if c == "&" or c in LONG_DASHES:
            return {"damage": "html_entity" if c == "&" else "dash", "code": "DTL04", "at": at}
    try:
        open_frame(text, "DTLIC2:", 4096, [])
    except Rejected as rejected:
        if rejected.answer["code"] == "DTL03":
            return {"damage": "truncated", "code": "DTL03"}
    return None


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def read_license_key(typed):
    """The key in its one spelling; ValueError is `mistyped` or `invalid`."""
    separators = re.escape(WHITE + "-" + LONG_DASHES[:7])
    shape = re.fullmatch(f"(.*?)((?:[{separators}]*[^{separators}]){{20}})[{separators}]*", typed, re.DOTALL)
    words = [word for word in re.split(f"[{separators}]+", shape[1].upper() if shape else "") if word]
    if len(words) == 1 and (joined := re.fullmatch("([0-9]*[A-Z]+[0-9]+)([A-Z].*)", words[0])):
        words = list(joined.groups())
    if len(words) != 2 or not all(map(matches("[A-Z0-9]{1,16}"), words)):
        raise ValueError("invalid")
    letters = re.sub(f"[{separators}]", "", shape[2]).upper().translate(str.maketrans("ILO", "110"))
    if any(letter not in ALPHABET for letter in letters):
        raise ValueError("invalid")
    total = 0
    for letter in letters[:19]:
        total = (total ^ ALPHABET.index(letter)) << 1
        total ^= 0b100101 if total & 0b100000 else 0
    if total != ALPHABET.index(letters[19]):
        raise ValueError("mistyped")
    return "-".join(words + [letters[start:start + 5] for start in range(0, 20, 5)])


# The vectors

def answer(kind, case, defaults):
    keys = [read_public_key(key) for key in case.get("signing_keys", defaults["signing_keys"])]
    revocation_keys = [read_public_key(key) for key in defaults["revocation_keys"]]
    check = lambda blob: verify(blob, keys, defaults["product"], case.get("test_licenses", False))
    if kind == "public_keys":
        return {"kid": kid_of(read_public_key(case["text"]))}
    if kind == "license_keys":
        return {"key": read_license_key(case["typed"])}
    if kind == "pastes":
        return intake(case["paste"])
    if kind == "blobs":
        return {"license": check(case["blob"])[1]}
    if kind == "revocation_lists":
        found = verify_list(case["list"], revocation_keys)
        revokes = [{"blob": tried["blob"], "revoked": is_revoked(found, *check(tried["blob"]))} for tried in case["expect"]["revokes"]]
        return {"serial": found["n"], "issued_at": found["iat"], "next_update": found["nxt"], "revokes": revokes}
    context = dict(case["context"])
    found = context.pop("list", None)
    return standing(*check(case["blob"]), revocations=found and verify_list(found, revocation_keys), **context)


def main():
    vectors = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    tried, wrong = 0, 0
    for kind, cases in vectors.items():
        for case in cases if isinstance(cases, list) else ():
            try:
                given = answer(kind, case, vectors["defaults"])
            except Rejected as rejected:
                given = rejected.answer
            except ValueError as error:
                given = str(error)
            tried += 1
            if given != case["expect"]:
                wrong += 1
                print(f"{kind}: {case['name']}: {given} instead of {case['expect']}")
    print(f"{tried} vectors, {wrong} answered wrong")
    return 1 if wrong or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
