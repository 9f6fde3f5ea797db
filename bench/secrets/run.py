#!/usr/bin/env python3
"""Measures the secret scanner, and other scanners that are installed, on the same folders.

    bench/secrets/run.py [--bin build/release/bin] [FOLDER...]

Without folders: /usr/include and /usr/share. Our engine is timed on bytes in memory, on one core,
without reading files; the others are whole programs, timed as they are started.
"""

import argparse
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PEER_SECONDS_MAX = 600
PEERS = {
    "gitleaks": ["gitleaks", "dir", "--no-banner", "--exit-code", "0", "{folder}"],
    "betterleaks": ["betterleaks", "dir", "--no-banner", "--exit-code", "0", "{folder}"],
    "detect-secrets": ["detect-secrets", "scan", "--all-files", "{folder}"],
    "kingfisher": ["kingfisher", "scan", "--no-validate", "{folder}"],
    "secretlint": ["secretlint", "{folder}/**/*"],
}


def folder_bytes(folder):
    return sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file()
               and not p.is_symlink())


def run_peer(name, folder):
    if shutil.which(PEERS[name][0]) is None:
        return f"{name}: not installed"
    command = [part.format(folder=folder) for part in PEERS[name]]
    start = time.monotonic()
    try:
        subprocess.run(command, capture_output=True, timeout=PEER_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return f"{name}: more than {PEER_SECONDS_MAX} s"
    seconds = time.monotonic() - start
    return f"{name}: {seconds:.2f} s, {folder_bytes(folder) / seconds / 1e6:.0f} MB/s"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"))
    parser.add_argument("folders", nargs="*", default=["/usr/include", "/usr/share"])
    arguments = parser.parse_args()
    engine = Path(arguments.bin) / "bench_secrets_engine"
    subprocess.run([engine, "--made", *arguments.folders], check=True)
    for folder in arguments.folders:
        for name in PEERS:
            print(f"{folder}: {run_peer(name, folder)}", flush=True)


if __name__ == "__main__":
    main()
