"""Prints one hash over all rows of secret_versions in a SQLite file."""
import hashlib, sqlite3, sys

digest = hashlib.sha256()
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for row in database.execute("SELECT * FROM secret_versions ORDER BY secret_id, version"):
    digest.update(repr(row).encode())
print(digest.hexdigest())
