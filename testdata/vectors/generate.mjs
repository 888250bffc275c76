// Writes the test vectors of docs/formats.md, by an implementation that shares nothing with the product's.
// Run with Node 20 or later: node testdata/vectors/generate.mjs. The inputs are fixed, so the files come out the same.

import { createCipheriv, createHash, createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import "./trail-entries.mjs";

const FORMAT = 1;
const FORMAT_WITH_KEY = 2;
const ALGORITHM = 1;

const utf8 = (text) => Buffer.from(text, "utf8");
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const hmac = (key, bytes) => createHmac("sha256", key).update(bytes).digest();

// Fixed bytes that look random: SHA-256 of a label and a counter.
function bytes(label, size) {
  const blocks = [];
  for (let i = 0; i * 32 < size; i++) blocks.push(sha256(utf8(`${label} ${i}`)));
  return Buffer.concat(blocks).subarray(0, size);
}

// RFC 5869 section 2.3.
function hkdfExpand(key, info, size) {
  let out = Buffer.alloc(0), block = Buffer.alloc(0);
  for (let i = 1; out.length < size; i++) {
    block = hmac(key, Buffer.concat([block, info, Buffer.from([i])]));
    out = Buffer.concat([out, block]);
  }
  return out.subarray(0, size);
}

const parts = (list) => Buffer.concat(list.flatMap((part) => [u32(part.length), part]));

function gcm(key, nonce, associatedData, plaintext) {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  cipher.setAAD(associatedData);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

// A binding without a key is one of format 1.
const place = (b) => [
  ...[b.workspaceId, b.projectId, b.environmentId, b.secretId, b.key].filter((id) => id !== undefined).map(utf8), u32(b.version),
];

function wrap(wrappingKey, keyName, nonce, purpose, ids, key, { format = FORMAT, algorithm = ALGORITHM } = {}) {
  const header = Buffer.concat([Buffer.from([format, algorithm]), keyName, nonce]);
  const associatedData = parts([utf8(purpose), header, ...ids]);
  return { associatedData, box: Buffer.concat([header, gcm(wrappingKey, nonce, associatedData, key)]) };
}

function deriveValueKey(dataKey, nonce, { format = FORMAT, algorithm = ALGORITHM } = {}) {
  const info = Buffer.concat([utf8("secronna value key"), Buffer.from([format, algorithm]), nonce]);
  const both = hkdfExpand(dataKey, info, 64);
  return { key: both.subarray(0, 32), commitment: both.subarray(32) };
}

function sealValue(dataKey, nonce, binding, value, options = {}) {
  const { format = FORMAT, algorithm = ALGORITHM, purpose = "secronna value" } = options;
  const { key, commitment } = deriveValueKey(dataKey, nonce, options.derivedAs ?? options);
  const shown = options.commitment ?? commitment;
  const header = Buffer.concat([Buffer.from([format, algorithm]), nonce, shown]);
  const associatedData = parts([utf8(purpose), header, ...place(binding)]);
  return { associatedData, key, commitment, box: Buffer.concat([header, gcm(key, nonce, associatedData, value)]) };
}

function write(file, content) {
  writeFileSync(new URL(file, import.meta.url), JSON.stringify(content, null, 2) + "\n");
}

// --- versions: a wrapped data key and a value box each ---

const binding = {
  workspaceId: "acc_01J9Z0WORKSPACE",
  projectId: "prj_01J9Z1K2M3N4P5Q6R7S8T9V0W1",
  environmentId: "env_01J9Z2K2M3N4P5Q6R7S8T9V0W1",
  secretId: "sec_01J9Z3K2M3N4P5Q6R7S8T9V0W1",
  version: 1,
};

const values = [
  ["an empty value", Buffer.alloc(0), {}],
  ["one byte", utf8("x"), { version: 2 }],
  ["a password", utf8("correct horse battery staple"), { version: 3 }],
  ["text beyond ASCII", utf8("päßwörd ✓ 🔑"), { version: 2147483647 }],
  ["ids beyond ASCII, of the greatest length", bytes("value 4", 16),
    { workspaceId: "ä".repeat(64), projectId: "p".repeat(128), environmentId: "✓".repeat(42), secretId: "🔑".repeat(32) }],
  ["ids of one byte", bytes("value 5", 31), { workspaceId: "w", projectId: "p", environmentId: "e", secretId: "s" }],
  ["bytes that aren't text", bytes("value 6", 1000), { version: 256 }],
];

function version(name, value, i, change = {}, how = {}) {
  const at = { ...binding, ...change };
  const kek = bytes(`kek ${i}`, 32), dataKey = bytes(`data key ${i}`, 32);
  const kekName = bytes(`kek name ${i}`, 16), kekId = `kek_${i}`;
  const wrapNonce = bytes(`wrap nonce ${i}`, 12), valueNonce = bytes(`value nonce ${i}`, 12);
  const wrapped = wrap(kek, kekName, wrapNonce, how.wrapPurpose ?? "secronna data key",
    [...place(how.wrap?.binding ?? at), utf8(kekId)], how.wrappedKey ?? dataKey, how.wrap);
  const sealed = sealValue(dataKey, valueNonce, how.value?.binding ?? at, value, how.value);
  const given = {
    name, kek: hex(kek), kekId, kekName: hex(kekName), binding: at,
    wrappedDataKey: hex(wrapped.box), ciphertext: hex(sealed.box),
  };
  return how.refused ? given : {
    ...given,
    value: hex(value), dataKey: hex(dataKey), wrapNonce: hex(wrapNonce), valueNonce: hex(valueNonce),
    valueKey: hex(sealed.key), commitment: hex(sealed.commitment),
    dataKeyAssociatedData: hex(wrapped.associatedData), valueAssociatedData: hex(sealed.associatedData),
  };
}

const secret = utf8("correct horse battery staple");
const refusedVersion = (name, how) => version(name, secret, 100, {}, { ...how, refused: true });
const good = refusedVersion("", {});

const refusedVersions = [
  refusedVersion("a wrapped data key of format 2, well made", { wrap: { format: 2 } }),
  refusedVersion("a wrapped data key of algorithm 2, well made", { wrap: { algorithm: 2 } }),
  refusedVersion("a value box of format 2, well made", { value: { format: 2 } }),
  refusedVersion("a value box of algorithm 2, well made", { value: { algorithm: 2 } }),
  refusedVersion("a value box of format 0, well made", { value: { format: 0 } }),
  refusedVersion("a value box of format 2, its key derived as for format 1", { value: { format: 2, derivedAs: {} } }),
  refusedVersion("a value box of algorithm 2, its key derived as for 1", { value: { algorithm: 2, derivedAs: {} } }),
  refusedVersion("a value sealed for another purpose", { value: { purpose: "secronna data key" } }),
  refusedVersion("a data key wrapped for another purpose", { wrapPurpose: "secronna kek" }),
  refusedVersion("a value box whose tag holds under this data key, and whose commitment is another's",
    { value: { commitment: deriveValueKey(bytes("another data key", 32), bytes("value nonce 100", 12)).commitment } }),
  refusedVersion("a wrapped data key that isn't the value's", { wrappedKey: bytes("another data key", 32) }),
  { ...good, name: "another workspace", binding: { ...binding, workspaceId: "acc_other" } },
  { ...good, name: "another project", binding: { ...binding, projectId: "prj_other" } },
  { ...good, name: "another environment", binding: { ...binding, environmentId: "env_other" } },
  { ...good, name: "another secret", binding: { ...binding, secretId: "sec_other" } },
  { ...good, name: "another version", binding: { ...binding, version: 2 } },
  { ...good, name: "two ids that run into each other",
    binding: { ...binding, workspaceId: binding.workspaceId + "p", projectId: binding.projectId.slice(1) } },
  { ...good, name: "another KEK's id", kekId: "kek_101" },
  { ...good, name: "another KEK's name", kekName: hex(bytes("kek name 101", 16)) },
  { ...good, name: "another KEK", kek: hex(bytes("kek 101", 32)) },
];

write("versions.json", {
  cases: values.map(([name, value, change], i) => version(name, value, i, change)),
  refused: refusedVersions,
});

// --- versions of format 2: bound to the secret's key too ---

const keyed = { format: FORMAT_WITH_KEY };
const keyedBoth = { wrap: keyed, value: keyed };
const keyedVersion = (name, value, i, change, how = {}) =>
  version(name, value, i, { key: "DATABASE_PASSWORD", ...change }, { ...keyedBoth, ...how });
const refusedKeyed = (name, how = {}, change = {}) => keyedVersion(name, secret, 300, change, { ...how, refused: true });
const withByte = (box, byte) => byte + box.slice(2);
const goodKeyed = refusedKeyed("");
const keyedBinding = goodKeyed.binding;
const newWrapOnly = refusedKeyed("", { value: { binding: { ...keyedBinding, key: undefined } } });

write("keyed-versions.json", {
  cases: [
    ...values.map(([name, value, change], i) => keyedVersion(name, value, 200 + i, change)),
    keyedVersion("a key of one byte", secret, 207, { key: "K" }),
    keyedVersion("a key of the greatest length", secret, 208, { key: "K".repeat(256) }),
    keyedVersion("a value box of format 1 whose data key was wrapped again in format 2", secret, 209, {},
      { value: { binding: { ...binding } } }),
  ],
  refused: [
    refusedKeyed("a wrapped data key of format 3, well made", { wrap: { format: 3 } }),
    refusedKeyed("a value box of format 3, well made", { value: { format: 3 } }),
    refusedKeyed("a wrapped data key of algorithm 2, well made", { wrap: { ...keyed, algorithm: 2 } }),
    refusedKeyed("a value box of algorithm 2, well made", { value: { ...keyed, algorithm: 2 } }),
    refusedKeyed("a value box of format 2, its key derived as for format 1", { value: { ...keyed, derivedAs: {} } }),
    refusedKeyed("a wrapped data key of format 2 that isn't bound to the key", { wrap: { ...keyed, binding } }),
    refusedKeyed("a value box of format 2 that isn't bound to the key", { value: { ...keyed, binding } }),
    refusedKeyed("a wrapped data key of format 1 that is bound to the key", { wrap: {} }),
    refusedKeyed("a value box of format 1 that is bound to the key", { value: {} }),
    { ...goodKeyed, name: "a wrapped data key passed off as format 1", wrappedDataKey: withByte(goodKeyed.wrappedDataKey, "01") },
    { ...goodKeyed, name: "a value box passed off as format 1", ciphertext: withByte(goodKeyed.ciphertext, "01") },
    { ...goodKeyed, name: "both boxes passed off as format 1",
      wrappedDataKey: withByte(goodKeyed.wrappedDataKey, "01"), ciphertext: withByte(goodKeyed.ciphertext, "01") },
    { ...goodKeyed, name: "another key", binding: { ...keyedBinding, key: "PUBLIC_URL" } },
    { ...goodKeyed, name: "the key in other letter case", binding: { ...keyedBinding, key: "database_password" } },
    { ...goodKeyed, name: "no key", binding: { ...keyedBinding, key: "" } },
    { ...goodKeyed, name: "a key that is too long", binding: { ...keyedBinding, key: "K".repeat(257) } },
    { ...goodKeyed, name: "an id and the key that run into each other",
      binding: { ...keyedBinding, secretId: keyedBinding.secretId + "D", key: keyedBinding.key.slice(1) } },
    { ...newWrapOnly, name: "another key, where only the wrapped data key is of format 2",
      binding: { ...keyedBinding, key: "PUBLIC_URL" } },
    { ...goodKeyed, name: "another secret", binding: { ...keyedBinding, secretId: "sec_other" } },
    { ...goodKeyed, name: "another version", binding: { ...keyedBinding, version: 2 } },
    { ...goodKeyed, name: "another KEK's id", kekId: "kek_301" },
  ],
});

// --- keys wrapped by master keys ---

const masterKeyName = (id) => sha256(utf8(id)).subarray(0, 16);

function masterCase(name, ids, purpose, i, how = {}) {
  const masterKey = bytes(`master key ${i}`, 32), key = bytes(`key ${i}`, 32), nonce = bytes(`nonce ${i}`, 12);
  const keyName = how.keyName ?? masterKeyName(ids.masterKeyId);
  const list = [ids.workspaceId, ids.projectId, ids.kekId, ids.masterKeyId].filter((id) => id !== undefined).map(utf8);
  const wrapped = wrap(masterKey, keyName, nonce, purpose, list, key, how);
  const given = { name, masterKey: hex(masterKey), binding: ids, box: hex(wrapped.box) };
  return how.refused ? given : {
    ...given, key: hex(key), keyName: hex(keyName), nonce: hex(nonce), associatedData: hex(wrapped.associatedData),
  };
}

const kek = { workspaceId: "acc_1", projectId: "prj_1", kekId: "kek_1", masterKeyId: "mk_2026" };
const installation = { masterKeyId: "mk_2026" };
const goodKek = masterCase("", kek, "secronna kek", 10, { refused: true });

write("master-keys.json", {
  cases: [
    masterCase("a KEK", kek, "secronna kek", 0),
    masterCase("a KEK with ids beyond ASCII", { workspaceId: "ärger", projectId: "✓", kekId: "🔑", masterKeyId: "schlüssel" },
      "secronna kek", 1),
    masterCase("the installation key", installation, "secronna installation key", 2),
    masterCase("the installation key under a master key with the longest id", { masterKeyId: "m".repeat(128) },
      "secronna installation key", 3),
  ],
  refused: [
    masterCase("format 2, well made", kek, "secronna kek", 10, { format: 2, refused: true }),
    masterCase("algorithm 2, well made", kek, "secronna kek", 10, { algorithm: 2, refused: true }),
    masterCase("named after another master key", kek, "secronna kek", 10,
      { keyName: masterKeyName("mk_other"), refused: true }),
    masterCase("a KEK wrapped for another purpose", kek, "secronna data key", 10, { refused: true }),
    { ...masterCase("", installation, "secronna installation key", 10, { refused: true }),
      name: "the installation key as a KEK", binding: kek },
    { ...goodKek, name: "a KEK as the installation key", binding: installation },
    { ...goodKek, name: "another workspace", binding: { ...kek, workspaceId: "acc_2" } },
    { ...goodKek, name: "another project", binding: { ...kek, projectId: "prj_2" } },
    { ...goodKek, name: "another KEK", binding: { ...kek, kekId: "kek_2" } },
    { ...goodKek, name: "another master key's id", binding: { ...kek, masterKeyId: "mk_2027" } },
    { ...goodKek, name: "another master key", masterKey: hex(bytes("master key 11", 32)) },
  ],
});

// --- keys that a service wrapped: the box around its blob, and the encryption context that AWS KMS binds it to ---

const SERVICE_ALGORITHM = 2;

function serviceCase(name, ids, blob, how = {}) {
  const keyName = how.keyName ?? masterKeyName(ids.masterKeyId);
  const header = Buffer.concat([Buffer.from([how.format ?? FORMAT, how.algorithm ?? SERVICE_ALGORITHM]), keyName]);
  const box = Buffer.concat([header, blob]);
  const given = { name, binding: ids, box: hex(box) };
  return how.refused ? given : { ...given, blob: hex(blob), header: hex(header), kmsContext: kmsContext(ids, header) };
}

function kmsContext(ids, header) {
  const purpose = ids.kekId === undefined ? "secronna installation key" : "secronna kek";
  const place = ids.kekId === undefined ? {} : { workspace: ids.workspaceId, project: ids.projectId, kek: ids.kekId };
  return { purpose, box: hex(header), ...place, masterKey: ids.masterKeyId };
}

const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const blob = bytes("blob", 184);

write("service-keys.json", {
  cases: [
    serviceCase("a KEK", { ...kek, masterKeyId: arn }, blob),
    serviceCase("the installation key", { masterKeyId: arn }, blob),
    serviceCase("a blob of one byte", installation, bytes("blob", 1)),
    serviceCase("ids beyond ASCII", { workspaceId: "ärger", projectId: "✓", kekId: "🔑", masterKeyId: "schlüssel" }, blob),
    serviceCase("a master key with the longest id", { masterKeyId: "m".repeat(128) }, blob),
  ],
  refused: [
    serviceCase("format 2", installation, blob, { format: 2, refused: true }),
    serviceCase("algorithm 1", installation, blob, { algorithm: 1, refused: true }),
    serviceCase("algorithm 3", installation, blob, { algorithm: 3, refused: true }),
    serviceCase("no blob", installation, Buffer.alloc(0), { refused: true }),
    serviceCase("named after another master key", installation, blob, { keyName: masterKeyName("mk_other"), refused: true }),
    { ...goodKek, name: "a box of a key at hand", masterKey: undefined },
  ],
});

// --- keys derived from the installation key, and hashes under them ---

const installationKey = bytes("installation key", 32);

function derived(label, size, data) {
  const info = Buffer.concat([utf8("secronna derived key"), Buffer.from([1]), utf8(label)]);
  const key = hkdfExpand(installationKey, info, size);
  return { label, key: hex(key), data: hex(data), hash: hex(hmac(key, data)) };
}

write("derived-keys.json", {
  installationKey: hex(installationKey),
  cases: [
    derived("credential hash", 32, utf8("sk_live_0123456789")),
    derived("cursor", 32, Buffer.alloc(0)),
    derived("schlüssel", 64, bytes("data", 200)),
    derived("l".repeat(128), 32, bytes("data", 64)),
  ],
});
