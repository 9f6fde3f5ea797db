#!/usr/bin/env python3
"""Remakes src/secrets/filters/published_keys_table.cpp: private keys that everybody has.

    tools/published_keys.py NAME=FOLDER... > src/secrets/filters/published_keys_table.cpp

A private key that stands in the released sources of a well-known project (test certificates, demos,
examples) protects nothing: whoever wants it has it. The table holds the first 12 bytes of the
SHA-256 of the public key (SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7) that belongs to each, in
base64url, and the project as a letter; neither the keys nor where they stand. A key is known by
what it is, so the table says nothing about paths. Keys under a passphrase are left out: who has the
file need not have the key. Needs the openssl program.

The table in the repository was made from Debian 12 source packages (apt-get source), one FOLDER
each: openssl, python3.11, golang-1.19, gnutls28, mbedtls, wolfssl, ruby3.1, mosquitto, libevent,
postgresql-15, mariadb, curl.
"""

import base64
import hashlib
import re
import subprocess
import sys
from pathlib import Path

FILE_BYTES_MAX = 4_000_000
BLOCK = re.compile(
    rb"-----BEGIN ((?:RSA |EC |DSA )?PRIVATE KEY)-----(.{32,20000}?)-----END \1-----", re.DOTALL)


def plain_body(body):
    """The base64 of a block as it stands in files and in string literals."""
    body = body.replace(b"\\n", b"").replace(b"\\r", b"")
    return re.sub(rb"[^0-9A-Za-z+/=]", b"", body)


def blocks_in(folder):
    for path in sorted(Path(folder).rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > FILE_BYTES_MAX:
            continue
        for label, body in BLOCK.findall(path.read_bytes()):
            if b"ENCRYPTED" not in body:
                yield label, plain_body(body)


def public_key(label, body):
    """The DER of the public key, or None for what is no key."""
    lines = b"\n".join(body[i:i + 64] for i in range(0, len(body), 64))
    pem = b"-----BEGIN " + label + b"-----\n" + lines + b"\n-----END " + label + b"-----\n"
    done = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "DER", "-passin", "pass:"],
                          input=pem, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 and done.stdout else None


def main():
    projects, keys = [], {}
    for argument in sys.argv[1:]:
        name, folder = argument.split("=", 1)
        projects.append(name)
        for label, body in sorted(set(blocks_in(folder))):
            der = public_key(label, body)
            if der:  # The first project that has it names it.
                start = base64.urlsafe_b64encode(hashlib.sha256(der).digest()[:12]).decode()
                keys.setdefault(start, chr(ord("A") + len(projects) - 1))
    print("// Made by tools/published_keys.py, which says how.")
    print('#include "secrets/filters/published_keys_table.h"\n')
    print("namespace lr::secrets {\n")
    print("namespace {\n\nconstexpr std::string_view kNames[] = {")
    print("".join(f'    "{name}",\n' for name in projects) + "};\n\n}  // namespace\n")
    print("constinit const std::span<const std::string_view> kPublishers(kNames);\n")
    print("constinit const std::string_view kPublishedKeys =")
    entries = [start + project for start, project in sorted(keys.items())]
    rows = ["".join(entries[i:i + 5]) for i in range(0, len(entries), 5)]
    print("\n".join(f'    "{row}"' for row in rows) + ";")
    print("\n}  // namespace lr::secrets")


if __name__ == "__main__":
    main()
