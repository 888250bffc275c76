// Writes trail-entries.json, the vectors of the section "The trail's entries" in docs/formats.md. It shares nothing with the
// product. generate.mjs runs it too.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";

const utf8 = (text) => Buffer.from(text, "utf8");
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };

// --- tables of the format ---

const KEYS = [
  ["id", "id", 128], ["actorType", "word", 128], ["actorId", "id", 768], ["action", "word", 128], ["outcome", "word", 128],
  ["requestId", "id", 128], ["projectId", "id", 128], ["environmentId", "id", 128], ["secretId", "id", 128],
  ["version", "number"], ["boxHash", "hash"], ["subject", "text", 1024], ["key", "text", 256], ["folder", "text", 512],
  ["path", "text", 512], ["targetId", "id", 128], ["name", "text", 512], ["count", "number"], ["ip", "address", 128],
  ["userAgent", "text", 512], ["reason", "text", 2048], ["sessionId", "id", 128], ["part", "number"],
  ["details", "text", Infinity], ["epoch", "number"],
];

const numbered = (first, words) => new Map(words.split(" ").map((word, i) => [word, first + i]));

const WORDS = {
  actorType: numbered(1, "user service_account api_key access_key workload operator system"),
  outcome: numbered(0, "success denied failed"),
  action: numbered(1, [
    "secret.reveal secret.write secret.compare secret.rollback secret.delete secret.destroy workload.exchange",
    "environment.create environment.update environment.delete environment.restore environment.compare",
    "project.create project.update project.delete access_key.create access_key.update access_key.revoke",
    "api_key.create api_key.revoke kek.rotate kek.destroy",
    "webhook.create webhook.update webhook.delete webhook.rotate_secret trust.create trust.update trust.delete",
    "rule.create rule.update rule.delete person.remove person.restore workspace.allow workspace.deny",
    "master_key.generate master_key.rotate master_key.retire backup.create backup.verify backup.restore storage.copy",
    "log_key.rotate trail.migrate trail.archive trail.epoch clock.accept export.forget",
  ].join(" ")),
};

const PREFIXES = numbered(1, "aud req proj env sec key kek whk dlv evt trust rule ses usr");
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

// --- CBOR ---

function head(major, n) {
  if (n < 24) return Buffer.from([major << 5 | n]);
  if (n < 256) return Buffer.from([major << 5 | 24, n]);
  if (n < 65536) return Buffer.from([major << 5 | 25, n >> 8, n & 255]);
  const b = Buffer.alloc(5);
  b[0] = major << 5 | 26;
  b.writeUInt32BE(n, 1);
  return b;
}

const number = (n) => head(0, n);
const bytes = (b) => Buffer.concat([head(2, b.length), b]);
const text = (t) => Buffer.concat([head(3, utf8(t).length), utf8(t)]);
const map = (pairs) => Buffer.concat([head(5, pairs.length), ...pairs.flat()]);

// --- the forms of values ---

function fit(value, limit) {
  const whole = utf8(value);
  if (whole.length <= limit) return whole.toString();
  const end = `… (${whole.length} bytes, SHA-256 ${hex(sha256(whole))})`;
  let start = "";
  for (const character of whole.toString()) {
    if (utf8(start + character + end).length > limit) break;
    start += character;
  }
  return start + end;
}

function id(value) {
  const match = /^([a-z]+)_([0-7][0-9a-hjkmnp-tv-z]{25})$/.exec(value);
  if (!match || !PREFIXES.has(match[1])) return text(value);
  let ulid = 0n;
  for (const digit of match[2]) ulid = ulid * 32n + BigInt(DIGITS.indexOf(digit));
  return bytes(Buffer.concat([Buffer.from([PREFIXES.get(match[1])]), Buffer.from(ulid.toString(16).padStart(32, "0"), "hex")]));
}

function address(value) {
  if (isIPv4(value)) return bytes(Buffer.from(value.split(".").map(Number)));
  if (!isIPv6(value) || /[.%]/.test(value) || new URL(`http://[${value}]/`).hostname !== `[${value}]`) return text(value);
  const [start, end] = value.split("::").map((side) => side.split(":").filter((group) => group !== ""));
  const zeros = end === undefined ? [] : Array(8 - start.length - end.length).fill("0");
  return bytes(Buffer.from([...start, ...zeros, ...(end ?? [])].map((group) => group.padStart(4, "0")).join(""), "hex"));
}

const FORMS = {
  id, address, number, text, hash: (value) => bytes(Buffer.from(value, "hex")),
  word: (value, property) => WORDS[property].has(value) ? number(WORDS[property].get(value)) : text(value),
};

const fitted = (entry) => Object.fromEntries(KEYS.filter(([property]) => entry[property] !== undefined).map(
  ([property, , limit]) => [property, typeof entry[property] === "string" && limit ? fit(entry[property], limit) : entry[property]]));

function encode(entry) {
  const stored = { ...entry, outcome: entry.outcome === "success" ? undefined : entry.outcome };
  if (entry.key !== undefined && entry.path?.endsWith("/" + entry.key)) {
    stored.folder = entry.path.slice(0, -entry.key.length - 1);
    stored.path = undefined;
  }
  return map(KEYS.flatMap(([property, form], key) =>
    stored[property] === undefined ? [] : [[number(key), FORMS[form](stored[property], property)]]));
}

// --- cases ---

const ULID = "01k3s6x8r9v2m4n6p8q0s2t4v6";
const reveal = {
  id: `aud_${ULID}`, actorType: "api_key", actorId: `key_${ULID}`, action: "secret.reveal", outcome: "success",
  requestId: `req_${ULID}`, projectId: `proj_${ULID}`, environmentId: `env_${ULID}`, secretId: `sec_${ULID}`, version: 3,
  key: "SECRET_1234", path: "demo/development/SECRET_1234", ip: "127.0.0.1",
};
const least = { id: `aud_${ULID}`, actorType: "operator", actorId: "root", action: "storage.copy", outcome: "success" };
const full = {
  ...reveal, outcome: "failed", boxHash: hex(sha256(utf8("ciphertext"))), subject: "repo:acme/web:ref:refs/heads/main",
  targetId: `kek_${ULID}`, name: "Schlüssel 🔑", count: 300, userAgent: "curl/8.5.0", reason: "incident 42",
  sessionId: `ses_${ULID}`, part: 2, details: '{"keys":["A","B"]}', epoch: 70000,
};

let sequence = 0;
function entryCase(name, original, place = {}) {
  const entry = fitted(original);
  const at = { sequence: ++sequence, at: 1767225600000000 + sequence, ...place };
  const cbor = encode(entry);
  const canonical = Buffer.concat([Buffer.from([1]), u64(at.sequence), u64(at.at), cbor]);
  const isCut = Object.keys(entry).some((property) => entry[property] !== original[property]);
  return {
    name, entry, ...(isCut ? { original } : {}), ...at,
    cbor: hex(cbor), canonical: hex(canonical), leafHash: hex(sha256(Buffer.concat([Buffer.from([0]), canonical]))),
  };
}

const cases = [
  entryCase("a reveal", reveal),
  entryCase("as little as an entry has", least),
  entryCase("every property", full),
  entryCase("the greatest numbers", { ...full, version: 2147483647, count: 65536, part: 65535, epoch: 0 },
    { sequence: 9007199254740991, at: 9007199254740991 }),
  entryCase("numbers around the sizes of heads", { ...full, version: 23, count: 24, part: 255, epoch: 256 }),
  ...[...WORDS.action.keys()].map((action) => entryCase(`action ${action}`, { ...least, action })),
  ...[...WORDS.actorType.keys()].map((actorType) => entryCase(`actor type ${actorType}`, { ...least, actorType })),
  ...[...PREFIXES.keys()].map((prefix) => entryCase(`prefix ${prefix}`, { ...least, targetId: `${prefix}_${ULID}` })),
  entryCase("outcome denied", { ...reveal, outcome: "denied" }),
  entryCase("words of no table", { ...least, actorType: "robot", action: "secret.Reveal", outcome: "unknown" }),
  entryCase("the least and the greatest ULID", { ...least, requestId: `req_${"0".repeat(26)}`, targetId: `usr_7${"z".repeat(25)}` }),
  entryCase("a ULID that is too large", { ...least, targetId: `sec_8${"0".repeat(25)}` }),
  entryCase("a ULID in capital letters", { ...least, targetId: `sec_${ULID.toUpperCase()}` }),
  entryCase("an id of an unknown prefix", { ...least, targetId: `acc_${ULID}` }),
  entryCase("an id of 17 bytes of text", { ...least, targetId: "\u0001234567890123456" }),
  ...["::", "::1", "1::", "2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1", "1:2:3:4:5:6:7:8", "255.255.255.255", "0.0.0.0"].map(
    (ip) => entryCase(`the address ${ip}`, { ...least, ip })),
  ...["127.0.0.01", "2001:DB8::1", "2001:db8:0:0:1::1", "::ffff:127.0.0.1", "fe80::1%eth0", "localhost", ""].map(
    (ip) => entryCase(`the address ${ip || "of no text"}, which stays text`, { ...least, ip })),
  entryCase("a path that doesn't end with the key", { ...reveal, path: "demo/development/OTHER" }),
  entryCase("a path that ends with the key without a slash", { ...reveal, path: "SECRET_1234" }),
  entryCase("a path of a slash and the key", { ...reveal, path: "/SECRET_1234" }),
  entryCase("a path and no key", { ...reveal, key: undefined, path: "demo/" }),
  entryCase("an empty key at the end of a path", { ...reveal, key: "", path: "demo/" }),
  entryCase("texts of the greatest size", { ...least, userAgent: "u".repeat(512), actorId: "ä".repeat(384), reason: "🔑".repeat(512) }),
  entryCase("texts that are cut", { ...full, userAgent: "u".repeat(513), actorId: "ä".repeat(385), reason: "🔑".repeat(513),
    name: "✓".repeat(200), targetId: `kek_${ULID}`.repeat(5), action: "a".repeat(129) }),
  entryCase("a path that is cut and no longer ends with the key", { ...reveal, path: `${"p".repeat(520)}/SECRET_1234` }),
  entryCase("a key that is cut", { ...reveal, key: "K".repeat(300), path: `demo/development/${"K".repeat(300)}` }),
  entryCase("details beyond the limits of other texts", { ...least, details: JSON.stringify({ keys: Array(800).fill("KEY_1") }) }),
];

// --- refused bytes: each is the entry "as little as an entry has" but for one point ---

const raw = (h) => Buffer.from(h, "hex");
const leastPairs = [
  [number(0), id(least.id)], [number(1), number(6)], [number(2), text("root")], [number(3), number(43)],
];
const withPairs = (...pairs) => map([...leastPairs, ...pairs]);
const replaced = (index, item) => map(leastPairs.map((pair, i) => i === index ? [pair[0], item] : pair));
const body = Buffer.concat(leastPairs.flat());
const refusedCases = [
  ["no bytes", Buffer.alloc(0)],
  ["a number instead of a map", number(4)],
  ["an empty map", map([])],
  ["no id", map(leastPairs.slice(1))],
  ["no actor type", map(leastPairs.filter((_, i) => i !== 1))],
  ["no actor", map(leastPairs.filter((_, i) => i !== 2))],
  ["no action", map(leastPairs.slice(0, 3))],
  ["a map of fewer pairs than it has", Buffer.concat([raw("a3"), body])],
  ["a map of more pairs than it has", Buffer.concat([raw("a5"), body])],
  ["a map of indefinite length", Buffer.concat([raw("bf"), body, raw("ff")])],
  ["a map whose length is longer than it need be", Buffer.concat([raw("b804"), body])],
  ["a byte behind the map", Buffer.concat([map(leastPairs), raw("00")])],
  ["the last byte is missing", map(leastPairs).subarray(0, -1)],
  ["an unknown key", withPairs([number(25), number(1)])],
  ["a key twice", withPairs([number(9), number(1)], [number(9), number(1)])],
  ["keys out of order", withPairs([number(17), number(1)], [number(9), number(1)])],
  ["a key of text", withPairs([text("version"), number(1)])],
  ["a negative key", withPairs([raw("20"), number(1)])],
  ["a key that is longer than it need be", withPairs([raw("1809"), number(1)])],
  ["a number in 2 bytes that fits in 1", withPairs([number(9), raw("1817")])],
  ["a number in 3 bytes that fits in 2", withPairs([number(9), raw("1900ff")])],
  ["a number in 5 bytes that fits in 3", withPairs([number(9), raw("1a0000ffff")])],
  ["a number in 9 bytes", withPairs([number(9), raw("1b0000000000000001")])],
  ["a number of 32 bits", withPairs([number(9), raw("1a80000000")])],
  ["a negative number", withPairs([number(9), raw("20")])],
  ["a float", withPairs([number(9), raw("f93c00")])],
  ["true", withPairs([number(9), raw("f5")])],
  ["null", withPairs([number(9), raw("f6")])],
  ["a tag", withPairs([number(9), raw("c101")])],
  ["a list", withPairs([number(9), raw("8101")])],
  ["a number of text", withPairs([number(9), text("1")])],
  ["a text of indefinite length", withPairs([number(16), raw("7f6161ff")])],
  ["a text whose length is longer than it need be", withPairs([number(16), raw("780161")])],
  ["a text that is no UTF-8", withPairs([number(16), raw("61ff")])],
  ["a text in overlong UTF-8", withPairs([number(16), raw("62c0af")])],
  ["a surrogate in a text", withPairs([number(16), raw("63eda080")])],
  ["a text of bytes", withPairs([number(16), raw("4161")])],
  ["an id of text that is a prefix and a ULID", withPairs([number(15), text(`kek_${ULID}`)])],
  ["an id of prefix 0", withPairs([number(15), raw(`5100${"00".repeat(16)}`)])],
  ["an id of a prefix behind the table", withPairs([number(15), raw(`510f${"00".repeat(16)}`)])],
  ["an id of 16 bytes", withPairs([number(15), raw(`50${"00".repeat(16)}`)])],
  ["an id of 18 bytes", withPairs([number(15), raw(`5201${"00".repeat(17)}`)])],
  ["an action of text that has a number", replaced(3, text("storage.copy"))],
  ["action 0", replaced(3, number(0))],
  ["an action behind the table", replaced(3, number(50))],
  ["an actor type of text that has a number", replaced(1, text("operator"))],
  ["actor type 0", replaced(1, number(0))],
  ["an actor type behind the table", replaced(1, number(8))],
  ["outcome success as a number", withPairs([number(4), number(0)])],
  ["outcome success as text", withPairs([number(4), text("success")])],
  ["outcome denied as text", withPairs([number(4), text("denied")])],
  ["an outcome behind the table", withPairs([number(4), number(3)])],
  ["an address of text that has bytes", withPairs([number(18), text("127.0.0.1")])],
  ["an IPv6 address of text that has bytes", withPairs([number(18), text("::1")])],
  ["an address of 5 bytes", withPairs([number(18), raw("450000000000")])],
  ["a box hash of 31 bytes", withPairs([number(10), bytes(Buffer.alloc(31))])],
  ["a box hash of 33 bytes", withPairs([number(10), bytes(Buffer.alloc(33))])],
  ["a whole path that ends with the key", withPairs([number(12), text("K")], [number(14), text("a/K")])],
  ["a folder without a key", withPairs([number(13), text("a")])],
  ["a folder and a path", withPairs([number(12), text("K")], [number(13), text("a")], [number(14), text("b")])],
  ["a folder and a key that are too long together", withPairs([number(12), text("K")], [number(13), text("a".repeat(511))])],
  ["a user agent of 513 bytes", withPairs([number(19), text("u".repeat(513))])],
];

const segment = cases.slice(0, 4).map((vector) => vector.cbor);
const lengthOf = (cbor) => (cbor.length / 2).toString(16).padStart(4, "0");

writeFileSync(new URL("trail-entries.json", import.meta.url), JSON.stringify({
  cases,
  refused: refusedCases.map(([name, cbor]) => ({ name, cbor: hex(cbor) })),
  segment: { entries: segment, bytes: segment.map((cbor) => lengthOf(cbor) + cbor).join("") },
}, null, 2) + "\n");
