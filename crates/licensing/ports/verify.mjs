// The format of docs/BLOB.md in JavaScript: verifying, standings, intake and license keys, with Node's own Ed25519.
// Run by itself it answers every vector of vectors.json. Whole numbers are BigInt, because they have 64 bits.

import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

const WORDS = [
  "not_a_license", "too_long", "truncated", "bad_character", "unsupported_version", "unknown_key", "bad_signature",
  "bad_payload", "wrong_product", "needs_newer_app", "test_license_in_live_build",
];
// Unicode's White_Space; trim() would take the byte order mark as well.
const WHITE = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LAST_SECOND = 253_402_300_799n;
const LARGEST = 2n ** 64n - 1n;
const DAY = 86_400n;

class Rejected extends Error {
  constructor(word, more = {}) {
    super(word);
    this.answer = { rejected: word, code: `DTL${String(WORDS.indexOf(word) + 1).padStart(2, "0")}`, ...more };
  }
}

/** What the vectors call `weak`, `invalid` or `mistyped`. */
class Refused extends Error {}

// Public keys

const FIELD_PRIME = 2n ** 255n - 19n;
const littleEndian = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const SMALL_ORDER = [
  0n, 1n, FIELD_PRIME - 1n, FIELD_PRIME, FIELD_PRIME + 1n,
  ...["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"].map((y) => littleEndian(Buffer.from(y, "hex"))),
];

export function readPublicKey(text) {
  const key = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : strictBase64(text);
  if (key?.length !== 32) throw new Refused("invalid");
  const y = littleEndian(key) & (2n ** 255n - 1n);
  if (SMALL_ORDER.includes(y)) throw new Refused("weak");
  if (y >= FIELD_PRIME) throw new Refused("invalid");
  return key;
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const kidOf = (key) => encode(sha256("DTLIC2 key id v1\0", key).subarray(0, 8));

// The frame

function openFrame(given, prefix, longest, keys) {
  const text = given.replace(new RegExp(`^[${WHITE}]+|[${WHITE}]+$`, "g"), "");
  if (!text.startsWith(prefix)) {
    throw new Rejected(new RegExp(`^${prefix.slice(0, 5)}[0-9]+:`).test(text) ? "unsupported_version" : "not_a_license");
  }
  if (Buffer.byteLength(text) > longest) throw new Rejected("too_long");
  const strange = text.slice(prefix.length).search(/[^A-Za-z0-9_.-]/);
  if (strange >= 0) throw new Rejected("bad_character", { at: prefix.length + strange });
  const [first, last] = findDots(text, prefix.length + 11);
  const kid = encode(decodeAt(text, prefix.length, first));
  const payload = decodeAt(text, first + 1, last);
  const signature = decodeAt(text, last + 1, text.length);
  const key = keys.find((known) => kidOf(known) === kid);
  if (!key) throw new Rejected("unknown_key", { kid });
  const jwk = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: encode(key) }, format: "jwk" });
  if (!verifySignature(null, Buffer.from(text.slice(0, last)), jwk, signature)) throw new Rejected("bad_signature");
  return [kid, payload];
}

function findDots(text, expected) {
  const dot = text.indexOf(".");
  const first = dot < 0 ? text.length : dot;
  if (first !== expected && text.length > expected) throw new Rejected("bad_character", { at: Math.min(first, expected) });
  const last = text.indexOf(".", first + 1);
  if (last < 0 || text.length < last + 87) throw new Rejected("truncated");
  if (text.length > last + 87) throw new Rejected("bad_character", { at: last + 87 });
  return [first, last];
}

function decodeAt(text, start, end) {
  const part = text.slice(start, end);
  if (part.includes(".")) throw new Rejected("bad_character", { at: start + part.indexOf(".") });
  if (part.length % 4 === 1) throw new Rejected("truncated");
  const decoded = strictBase64(part);
  if (!decoded) throw new Rejected("bad_character", { at: end - 1 });
  return decoded;
}

const encode = (bytes) => Buffer.from(bytes).toString("base64url");

function strictBase64(text) {
  const decoded = Buffer.from(text, "base64url");
  return encode(decoded) === text ? decoded : undefined;
}

// Strict JSON. JSON.parse forgets which names came twice, and rounds numbers.

export function strictJson(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (!text.startsWith("{") || !text.endsWith("}")) throw new SyntaxError("not one object");
  const reader = { text, at: 0 };
  const value = readValue(reader, 1);
  if (reader.at !== text.length) throw new SyntaxError("text after the object");
  return value;
}

const LITERALS = [
  [/[ \t\r\n]*-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y, readWhole],
  [/[ \t\r\n]*"(?:[^"\\\u0000-\u001f]|\\.)*"/y, readText],
  [/[ \t\r\n]*(?:true|false)/y, (word) => word === "true"],
];

function readValue(reader, depth) {
  if (take(reader, "{")) return readObject(reader, depth);
  if (take(reader, "[")) return readList(reader, depth);
  for (const [shape, read] of LITERALS) {
    shape.lastIndex = reader.at;
    const found = shape.exec(reader.text);
    if (!found) continue;
    reader.at = shape.lastIndex;
    return read(found[0].trim());
  }
  throw new SyntaxError("no value, or one that is refused");
}

function readObject(reader, depth) {
  const fields = new Map();
  if (depth > 127) throw new SyntaxError("too deep");
  if (take(reader, "}")) return fields;
  do {
    const name = readValue(reader, depth + 1);
    if (typeof name !== "string" || fields.has(name) || !take(reader, ":")) throw new SyntaxError("a wrong name");
    fields.set(name, readValue(reader, depth + 1));
  } while (take(reader, ","));
  if (!take(reader, "}")) throw new SyntaxError("an object without its end");
  return fields;
}

function readList(reader, depth) {
  const values = [];
  if (depth > 127) throw new SyntaxError("too deep");
  if (take(reader, "]")) return values;
  do values.push(readValue(reader, depth + 1)); while (take(reader, ","));
  if (!take(reader, "]")) throw new SyntaxError("a list without its end");
  return values;
}

function take(reader, character) {
  let at = reader.at;
  while (" \t\r\n".includes(reader.text[at] ?? "x")) at += 1;
  if (reader.text[at] !== character) return false;
  reader.at = at + 1;
  return true;
}

function readWhole(digits) {
  const number = BigInt(digits);
  if (digits === "-0" || number < -(2n ** 63n) || number > LARGEST) throw new SyntaxError("a number out of range");
  return number;
}

function readText(quoted) {
  const text = JSON.parse(quoted);
  if (!text.isWellFormed()) throw new SyntaxError("half a surrogate pair");
  return text;
}

// Payload and license

const number = (low, high) => (value) => typeof value === "bigint" && low <= value && value <= high;
const matches = (shape) => (value) => typeof value === "string" && new RegExp(`^(?:${shape})$`).test(value);
const isSorted = (list) => list.every((value, index) => index === 0 || list[index - 1] < value);
const isList = (value, rule) => Array.isArray(value) && value.every(rule);
const isTime = number(0n, LAST_SECOND);
const isCount = number(1n, LARGEST);
const DECEPTIVE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const RULES = {
  lid: matches("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
  prd: matches("[A-Z0-9]{1,16}"),
  tier: matches("[A-Z0-9]{1,16}"),
  seq: isCount, iat: isTime, exp: isTime, grc: number(0n, 90n * DAY), upd: isTime, rchk: isTime,
  ent: (value) => isList(value, matches("[a-z0-9][a-z0-9._-]{0,63}")) && value.length <= 64 && isSorted(value),
  seats: isCount,
  sub: (value) => typeof value === "string" && [...value].length <= 128 && !DECEPTIVE.test(value),
  kh: matches("[0-9A-HJKMNP-TV-Z]{5}"),
  env: matches("test"),
  crit: (value) => isList(value, (name) => typeof name === "string"),
};

function read(payload, rules, required) {
  try {
    const found = strictJson(payload);
    const known = Object.keys(rules).filter((name) => found.has(name));
    const fine = known.every((name) => rules[name](found.get(name))) && required.every((name) => found.has(name));
    if (fine) return Object.fromEntries(known.map((name) => [name, found.get(name)]));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new Rejected("bad_payload");
}

/** The kid and the fields of a genuine license. */
export function verify(text, keys, product, testLicenses = false) {
  const [kid, payload] = openFrame(text, "DTLIC2:", 4096, keys);
  if (payload.length > 2048) throw new Rejected("bad_payload");
  const license = read(payload, RULES, ["lid", "prd", "tier", "seq", "iat"]);
  if (license.prd !== product) throw new Rejected("wrong_product");
  if (license.crit?.some((name) => !Object.hasOwn(RULES, name))) throw new Rejected("needs_newer_app");
  if (license.env && !testLicenses) throw new Rejected("test_license_in_live_build");
  if (license.grc === 0n) delete license.grc;
  for (const name of ["ent", "crit"]) if (license[name]?.length === 0) delete license[name];
  return [kid, license];
}

const isHash = (text) => typeof text === "string" && text.length === 11 && strictBase64(text) !== undefined;
const isEntry = (entry) => Array.isArray(entry) && entry.length === 2 && isHash(entry[0]) && isCount(entry[1]);
const LIST_RULES = {
  n: isCount, iat: isTime, nxt: isTime,
  lic: (value) => isList(value, isEntry) && isSorted(value.map(([hash]) => hash)),
  kid: (value) => isList(value, isHash) && new Set(value).size === value.length,
};

/** A genuine revocation list. */
export function verifyList(text, keys) {
  const [, payload] = openFrame(text, "DTREV1:", 4 * 1024 * 1024, keys);
  const list = read(payload, LIST_RULES, Object.keys(LIST_RULES));
  if (list.iat > list.nxt) throw new Rejected("bad_payload");
  return { ...list, lic: new Map(list.lic) };
}

function isRevoked(list, kid, license) {
  const smallest = list.lic.get(encode(sha256(license.lid).subarray(0, 8))) ?? 0n;
  return list.kid.includes(kid) || license.seq < smallest;
}

// Standing

export function standing(kid, license, { now, build_date, marks, list }) {
  const seen = readMarks(marks);
  const latest = seen.clock > now ? seen.clock : now;
  const usable = list && list.n >= seen.serial;
  const seq = seen.seqs.get(license.lid) ?? 0n;
  const until = license.exp === undefined ? undefined : license.exp + (license.grc ?? 0n);
  const reasons = [
    [usable && list.kid.includes(kid), "revoked", "key_revoked"],
    [usable && !list.kid.includes(kid) && isRevoked(list, kid, license), "revoked", "revoked"],
    [seq > license.seq, "superseded", "superseded"],
    [license.iat - now > DAY, "clock_suspect", "issued_in_future"],
    [seen.clock - now > DAY, "clock_suspect", "clock_went_back"],
    [latest > until, "expired", "expired", license.exp],
    [build_date > license.upd, "updates_ended", "updates_ended", license.upd],
    [latest > license.exp && latest <= until, "grace", "in_grace", until],
    [latest > license.rchk, undefined, "refresh_due"],
    [!list, undefined, "no_revocation_list"],
    [list && !usable, undefined, "replayed_revocation_list"],
    [usable && latest > list.nxt, undefined, "old_revocation_list"],
  ].filter(([holds]) => holds);
  const [, status, , end] = reasons.find(([, decides]) => decides) ?? [true, "active", "", license.exp];
  const grants = ["active", "grace"].includes(status) ? license.ent ?? [] : [];
  return { standing: status, until: end ?? null, reasons: reasons.map(([, , word]) => word), grants };
}

function readMarks(line = "DTMARK1 clock=0 list=0 seq=") {
  const [, clock, serial, seqs] = /^DTMARK1 clock=([0-9]+) list=([0-9]+) seq=(.*)$/.exec(line);
  const pairs = seqs.split(",").filter(Boolean).map((entry) => entry.split(":"));
  return { clock: BigInt(clock), serial: BigInt(serial), seqs: new Map(pairs.map(([lid, seq]) => [lid, BigInt(seq)])) };
}

// What people paste and type

const LONG_DASHES = "\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d";
const INVISIBLE = `${WHITE}\\xad\\u061c\\u180e\\ufeff\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f`;
const QUOTES = "\"'`«»\\u2018-\\u201f‹›";
const strip = (text, start, end = start) => text.replace(new RegExp(`^[${start}]+`), "").replace(new RegExp(`[${end}]+$`), "");

export function intake(paste) {
  const isArmor = (line) => new RegExp(`^[-${LONG_DASHES}]+(?:BEGIN |END )|^\`\`\`[a-z]*$`).test(line);
  const lines = paste.split("\n").map((line) => strip(line, `>${INVISIBLE}`, INVISIBLE)).filter((line) => !isArmor(line));
  const last = lines.findLastIndex((line) => line);
  const joined = lines.map((line, index) => (index < last ? line.replace(/=$/, "") : line)).join("");
  const text = strip(joined.replace(new RegExp(`[${INVISIBLE}]`, "g"), ""), QUOTES);
  return nameDamage(text) ?? { text };
}

function nameDamage(text) {
  if (!text.startsWith("DTLIC")) return undefined;
  const truncated = { damage: "truncated", code: "DTL03" };
  const found = new RegExp(`[&…${LONG_DASHES}]`).exec(text);
  if (found?.[0] === "…") return truncated;
  const at = found && Buffer.byteLength(text.slice(0, found.index));
  if (found) return { damage: found[0] === "&" ? "html_entity" : "dash", code: "DTL04", at };
  try {
    openFrame(text, "DTLIC2:", 4096, []);
  } catch (rejected) {
    if (rejected.answer?.code === "DTL03") return truncated;
  }
  return undefined;
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function readLicenseKey(typed) {
  const separator = `[${WHITE}\\-\\u2010-\\u2015\\u2212]`;
  const shape = new RegExp(`^(.*?)((?:${separator}*(?!${separator}).){20})${separator}*$`, "su").exec(typed);
  let words = (shape?.[1] ?? "").toUpperCase().split(new RegExp(separator)).filter(Boolean);
  if (words.length === 1) words = /^([0-9]*[A-Z]+[0-9]+)([A-Z].*)$/.exec(words[0])?.slice(1) ?? [];
  if (words.length !== 2 || !words.every(matches("[A-Z0-9]{1,16}"))) throw new Refused("invalid");
  const plain = shape[2].replace(new RegExp(separator, "g"), "").toUpperCase();
  const letters = plain.replace(/[IL]/g, "1").replace(/O/g, "0");
  const values = [...letters].map((letter) => ALPHABET.indexOf(letter));
  if (values.includes(-1)) throw new Refused("invalid");
  const double = (value) => (value & 16 ? (value << 1) ^ 0b100101 : value << 1);
  if (values.slice(0, 19).reduce((sum, value) => double(sum ^ value), 0) !== values[19]) throw new Refused("mistyped");
  return [...words, ...letters.match(/.{5}/g)].join("-");
}

// The vectors

const TIMES = ["now", "build_date"];

function answer(kind, vector, defaults) {
  const keys = (vector.signing_keys ?? defaults.signing_keys).map(readPublicKey);
  const revocationKeys = defaults.revocation_keys.map(readPublicKey);
  const check = (blob) => verify(blob, keys, defaults.product, vector.test_licenses);
  if (kind === "public_keys") return { kid: kidOf(readPublicKey(vector.text)) };
  if (kind === "license_keys") return { key: readLicenseKey(vector.typed) };
  if (kind === "pastes") return intake(vector.paste);
  if (kind === "blobs") return { license: check(vector.blob)[1] };
  if (kind === "revocation_lists") {
    const list = verifyList(vector.list, revocationKeys);
    const tried = vector.expect.revokes.map(({ blob }) => ({ blob, revoked: isRevoked(list, ...check(blob)) }));
    return { serial: list.n, issued_at: list.iat, next_update: list.nxt, revokes: tried };
  }
  const context = { ...vector.context, list: vector.context.list && verifyList(vector.context.list, revocationKeys) };
  for (const name of TIMES) if (name in context) context[name] = BigInt(context[name]);
  return standing(...check(vector.blob), context);
}

function tryToAnswer(kind, vector, defaults) {
  try {
    return answer(kind, vector, defaults);
  } catch (error) {
    if (error instanceof Rejected) return error.answer;
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

function main(path) {
  const { defaults, ...rest } = JSON.parse(readFileSync(path, "utf8"));
  const plain = (value) => JSON.parse(JSON.stringify(value, (_, part) => (typeof part === "bigint" ? Number(part) : part)));
  const lists = Object.entries(rest).filter(([, vectors]) => Array.isArray(vectors));
  const all = lists.flatMap(([kind, vectors]) => vectors.map((vector) => [kind, vector]));
  const wrong = all.filter(([kind, vector]) => {
    const given = plain(tryToAnswer(kind, vector, defaults));
    const right = isDeepStrictEqual(given, vector.expect);
    if (!right) console.log(`${kind}: ${vector.name}: ${JSON.stringify(given)} instead of ${JSON.stringify(vector.expect)}`);
    return !right;
  });
  console.log(`${all.length} vectors, ${wrong.length} answered wrong`);
  return wrong.length === 0 && all.length > 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
