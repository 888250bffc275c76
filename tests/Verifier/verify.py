#!/usr/bin/env python3
"""Verifies a Secronna audit trail. Written from docs/formats.md and docs/api.md alone, and shares no code
with the product. It checks signatures, hashes, sequences and times, but doesn't look inside the CBOR.

  verify.py URL|FOLDER [--vkey KEY]... [--held NOTE]
      URL: that of the API, as http://127.0.0.1:8080/api/v1, with the token in SECRONNA_TOKEN
      FOLDER: one that has the same files: checkpoint and tile/...
      --vkey: a key that you trust; without any, the server is asked for its keys. --held: an earlier checkpoint
  verify.py --vectors testdata/vectors
      checks this program itself
Exit code: 0 all is well, 3 something is wrong, 1 the trail could not be read. Ed25519 is
python3-cryptography's where there is one, otherwise openssl's."""
import argparse, base64, hashlib, http.client, json, os, pathlib, re, subprocess, sys, tempfile, time
import urllib.error, urllib.parse, urllib.request
try: from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError: Ed25519PublicKey = None

class Wrong(Exception): pass
class Unreachable(Exception): pass

def need(condition, message):
    if not condition: raise Wrong(message)

def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def key_id(name, key): return sha(name.encode(), b"\n", key)[:4]
def leaf_hash(entry): return sha(b"\0", entry)

def root(hashes):  # RFC 6962, section 2.1
    if len(hashes) < 2: return hashes[0] if hashes else sha()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root(hashes[:k]), root(hashes[k:]))

def tile_path(level, index, width):  # C2SP tlog-tiles; a full tile has width 256
    groups = re.findall("...", str(index).zfill(-(-len(str(index)) // 3) * 3))
    number = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{number}" + (f".p/{width}" if width < 256 else "")

def tiles(hashes):  # every tile of the tree: path, hashes, how many entries each hash is of, first entry of the tile
    level = 0
    while hashes:
        parts = [hashes[i:i + 256] for i in range(0, len(hashes), 256)]
        for index, part in enumerate(parts): yield tile_path(level, index, len(part)), part, 256**level, index * 256**(level + 1) + 1
        hashes, level = [root(part) for part in parts if len(part) == 256], level + 1

def decode(text, what):
    try: value = base64.b64decode(text, validate=True)
    except ValueError: value = b""
    need(value and base64.b64encode(value).decode() == text, f"{what} is not base64")
    return value

def verifier(vkey):
    name, said, key = (vkey.split("+", 2) + ["", ""])[:3]
    key = decode(key, "the verifier's key")
    need(len(key) == 33 and key[0] == 1, "the verifier's key is not an Ed25519 key")
    need(said == key_id(name, key).hex(), "the verifier's key does not have the id that it says")
    return name, key

def signed(key, signature, text):
    if Ed25519PublicKey:
        try: return Ed25519PublicKey.from_public_bytes(key).verify(signature, text) is None
        except Exception: return False
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder, name) for name in ("key", "signature", "text")]
        for file, data in zip(files, (bytes.fromhex("302a300506032b6570032100") + key, signature, text)): file.write_bytes(data)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", files[0], "-rawin",
                               "-sigfile", files[1], "-in", files[2]], capture_output=True).returncode == 0

def origin_form(origin):  # secronna/<installation>/<workspace>/<epoch>
    def id_form(text):  # percent-encoded in the one way that is valid
        value = urllib.parse.unquote_to_bytes(text)
        utf8 = value.decode(errors="ignore").encode() == value
        return 1 <= len(value) <= 128 and utf8 and urllib.parse.quote(value, safe="") == text
    match = re.fullmatch("secronna/([^/]+)/([^/]+)/([1-9][0-9]{0,18})", origin)
    return match and id_form(match[1]) and (match[2] == "%2D" or id_form(match[2])) and int(match[3]) < 2**63

def checkpoint(note, vkeys, what):  # gives the origin, the size and the root
    known = {(name, key_id(name, key)): key[1:] for name, key in map(verifier, vkeys)}
    try: note = note.decode()
    except UnicodeDecodeError: raise Wrong(f"{what} is not UTF-8")
    need(len(note.encode()) <= 256 * 1024 and not re.search("[\0-\x09\x0b-\x1f]", note), f"{what} is not a signed note")
    body, empty, signatures = note.rpartition("\n\n")
    need(empty and signatures.endswith("\n"), f"{what} is not a signed note")
    found, lines = [], signatures[:-1].split("\n")
    need(len(lines) <= 100, f"{what} has more than 100 signatures")
    for line in lines:
        match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        need(match, f"{what}: the line of a signature is malformed: {line!r}")
        value = decode(match[2], f"{what}: a signature")
        if (match[1], value[:4]) in known: found.append((match[1], known[match[1], value[:4]], value[4:]))
    need(len(found) == 1, f"{what} has {len(found)} signatures of {' or '.join(vkeys)}, and must have one")
    name, key, signature = found[0]
    need(signed(key, signature, (body + "\n").encode()), f"{what}: the signature of {name} is not right")
    lines = body.split("\n")
    need(len(lines) == 3, f"{what} has {len(lines)} lines, and must have three")
    need(origin_form(lines[0]), f"{what}: the origin {lines[0]!r} is malformed")
    need(lines[0] == name, f"{what}: the origin is {lines[0]}, but the key is for {name}")
    need(re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) and int(lines[1]) < 2**63,
         f"{what}: the size {lines[1]!r} is malformed")
    value = decode(lines[2], f"{what}: the root")
    need(len(value) == 32, f"{what}: the root has {len(value)} bytes, and must have 32")
    return name, int(lines[1]), value

def bundle_entries(data, width, path):
    for number in range(width):
        size = int.from_bytes(data[:2])
        need(len(data) >= 2 + size, f"{path} ends in entry {number + 1} of {width}")
        yield data[2:2 + size]
        data = data[2 + size:]
    need(not data, f"{path} has {len(data)} bytes left over")

def check_entry(entry, index, before, where):  # gives the entry's time
    need(len(entry) > 17 and entry[0] == 1, f"{where}: these are not the canonical bytes of an entry of format 1")
    sequence, at = int.from_bytes(entry[1:9]), int.from_bytes(entry[9:17])
    need(sequence == index + 1, f"{where}: the sequence is {sequence}, and must be {index + 1}")
    need(at >= before, f"{where}: the time {at} is before {before}, that of the entry before it")
    return at

def fetch(base, path, covered=False):
    missing = f"{path} is missing, although the checkpoint covers it"
    if not re.match("https?://", base):
        try: return pathlib.Path(base, path).read_bytes()
        except OSError as error:
            need(not covered or not isinstance(error, FileNotFoundError), missing)
            raise Unreachable(f"{path}: {error.strerror}")
    request = urllib.request.Request(f"{base.rstrip('/')}/audit/{path}")
    request.add_unredirected_header("Authorization", "Bearer " + os.environ.get("SECRONNA_TOKEN", ""))
    for attempt in range(5):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer: return answer.read()
        except urllib.error.HTTPError as error:
            body, wait = error.read().decode(errors="replace"), error.headers.get("Retry-After", "")
            need("INTEGRITY_ERROR" not in body, f"{path}: the server says that its own data is wrong: {body}")
            need(not covered or error.code != 404, missing)
            if error.code not in (429, 503) or not wait.isdigit() or attempt == 4 or int(wait) > 60:
                raise Unreachable(f"{path}: the server answers {error.code} {body}")
            time.sleep(int(wait))
        except (OSError, http.client.HTTPException) as error: raise Unreachable(f"{path}: {error!r}")

def served_keys(base):
    if not re.match("https?://", base): raise Unreachable("a folder has no key: give it with --vkey")
    print("Note: the key is the server's own word. Keep it, and give it with --vkey from now on.", file=sys.stderr)
    try: return [key["key"] for key in json.loads(fetch(base, "keys"))["data"]["keys"]]
    except (ValueError, KeyError, TypeError): raise Unreachable("keys: this is not an answer of the API")

def verify(base, vkeys, held):
    origin, size, expected = checkpoint(fetch(base, "checkpoint"), vkeys, "the checkpoint")
    problems, hashes, before = [], [], 0
    for index in range(0, size, 256):
        width = min(256, size - index)
        path = tile_path("entries", index // 256, width)
        for entry in bundle_entries(fetch(base, path, True), width, path):
            before = check_entry(entry, len(hashes), before, f"{path}, entry {len(hashes) + 1}")
            hashes.append(leaf_hash(entry))
    if root(hashes) != expected:
        problems.append(f"the root of the {size} entries is {root(hashes).hex()}, but the checkpoint signs {expected.hex()}")
    if held is not None:
        old_origin, old, expected = checkpoint(held, vkeys, "the held checkpoint")
        if old_origin != origin:
            problems.append(f"the held checkpoint is of {old_origin}, but the trail is {origin}")
        elif old > size:
            problems.append(f"the held checkpoint has {old} entries, but the trail has only {size}")
        elif root(hashes[:old]) != expected:
            problems.append(f"the root of the first {old} entries is {root(hashes[:old]).hex()}, but the held checkpoint "
                            f"signs {expected.hex()}: something in them was changed since")
    for path, part, span, first in tiles(hashes):
        data = fetch(base, path, True)
        if len(data) != 32 * len(part):
            problems.append(f"{path} has {len(data)} bytes, and must have {32 * len(part)}")
        for number, value in enumerate(part):
            if len(data) == 32 * len(part) and data[32 * number:32 * number + 32] != value:
                problems.append(f"{path}: hash {number + 1} is not what the entries {first + number * span} to "
                                f"{first + (number + 1) * span - 1} give")
    need(not problems, "\n".join(problems[:20] + ([f"and {len(problems) - 20} more"] if len(problems) > 20 else [])))
    print(f"Fine: {origin}: {size} entries, root {root(hashes).hex()}"
          + (f", and the held checkpoint of {old} entries fits" if held is not None else ""))

def refused(check, *arguments):
    try: check(*arguments)
    except Wrong: return True

def self_test(folder):
    global Ed25519PublicKey
    tree, notes, entries = (json.loads(pathlib.Path(folder, f"trail-{name}.json").read_bytes())
                            for name in ("tree", "notes", "entries"))
    made = [(hashlib.sha256(b"entry %d" % i).digest() * 5)[:37 * i % 151] for i in range(tree["large"]["size"])]
    hashes = [leaf_hash(entry) for entry in made]
    for size, expected in enumerate(tree["roots"]): need(root(hashes[:size]).hex() == expected, f"the root of size {size}")
    need(root(hashes).hex() == tree["large"]["root"], "the large root")
    for case in tree["files"] + [tree["large"]]:
        size = case["size"]
        files = {path: b"".join(part) for path, part, *_ in tiles(hashes[:size])}
        for index in range(0, size, 256):
            part = made[index:min(size, index + 256)]
            path, data = tile_path("entries", index // 256, len(part)), b"".join(len(e).to_bytes(2) + e for e in part)
            files[path] = data
            need(list(bundle_entries(data, len(part), path)) == part, f"{path} of size {size}")
            for bad in (data + b"x", data[:-1]):
                need(refused(list, bundle_entries(bad, len(part), path)), f"{path}, damaged")
        for file in case["files"]:
            need(hashlib.sha256(files[file["path"]]).hexdigest() == file["sha256"], f"{file['path']} of size {size}")
    for case in tree["paths"]:
        for level, path in ((case["level"], case["tile"]), ("entries", case["entries"])):
            need(tile_path(level, case["index"], case["width"] or 256) == path, f"the path {path}")
    for case in entries["cases"]:
        entry, sequence = bytes.fromhex(case["canonical"]), case["sequence"]
        need(check_entry(entry, sequence - 1, case["at"], case["name"]) == case["at"], case["name"])
        need(leaf_hash(entry).hex() == case["leafHash"] and entry[17:].hex() == case["cbor"], case["name"])
        for bad in ((b"\2" + entry[1:], sequence - 1, 0), (entry, sequence, 0), (entry, sequence - 1, case["at"] + 1),
                    (entry[:17], sequence - 1, 0)):
            need(refused(check_entry, *bad, ""), f"{case['name']}, damaged")
    for Ed25519PublicKey in {Ed25519PublicKey, None}:  # both ways to check a signature
        for case in notes["good"]:
            name, key = case["text"].split("\n")[0], decode(notes["key"].split("+", 2)[2], "the key")
            vkey = f"{name}+{key_id(name, key).hex()}+{base64.b64encode(key).decode()}"
            expected = name, case["size"], bytes.fromhex(tree["roots"][case["size"]])
            need(checkpoint(case["note"].encode(), [vkey], "note") == expected, f"the note {case['note']}")
        for case in notes["bad"]:
            need(refused(checkpoint, case["note"].encode(), [notes["key"]], "note"), f"the note must be refused: {case['why']}")
    for good in ("secronna/i/-/1", "secronna/i/%2D/1", "secronna/a%20b/%C3%BC/9223372036854775807"):
        need(origin_form(good), f"the origin {good}")
    for bad in ("secronna/i/w/0", "secronna/i/w/01", "secronna/i/w/9223372036854775808", "secronna/i//1", "secronna/i/w", "x/i/w/1",
                "secronna/%2D/w/1", "secronna/i/%c3%bc/1", "secronna/i/%FF/1", "secronna/i/a b/1", "secronna/i/" + "w" * 129 + "/1"):
        need(not origin_form(bad), f"the origin must be refused: {bad}")
    print("Fine: all vectors")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trail", nargs="?", help="base URL of the API, or a folder")
    parser.add_argument("--vkey", action="append", help="a verifier's key that you trust; without any, the server is asked")
    parser.add_argument("--held", help="file with an earlier checkpoint")
    parser.add_argument("--vectors", help="folder of test vectors")
    options = parser.parse_args()
    try:
        if options.vectors: return self_test(options.vectors)
        if not options.trail: raise Unreachable("which trail? Give the URL of the API, or a folder")
        verify(options.trail, options.vkey or served_keys(options.trail),
               pathlib.Path(options.held).read_bytes() if options.held is not None else None)
    except Wrong as error: return print(f"Wrong: {error}", file=sys.stderr) or 3
    except (Unreachable, OSError) as error: return print(f"Unreachable: {error}", file=sys.stderr) or 1

if __name__ == "__main__": sys.exit(main())
