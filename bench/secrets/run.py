#!/usr/bin/env python3
"""Prints every number of the secret scanner, with other scanners beside it.

    bench/secrets/run.py [--bin build/release/bin] [--peers [NAME,…]] [--only PART,…] [FOLDER...]

PARTS: engine (trees, made inputs, texts of samples), exact, delta, history, tree, corpus (made
leaks and look-alikes), precision.
FOLDERS are what `engine` and `tree` read (default: /usr/include). --peers installs other scanners
below build/bench-secrets, names those that cannot be had with the reason, and starts them on the
same folder and the same clone. Wall time, processor time (of all threads) and peak memory are the
kernel's numbers for each program.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import corpus  # noqa: E402
import debian_sources  # noqa: E402
import peers  # noqa: E402
import real_histories  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build/bench-secrets"
PARTS = ["engine", "exact", "delta", "history", "tree", "corpus", "precision"]
PEER_SECONDS_MAX = 600
ROUNDS = 3
HISTORY_OBJECTS = 190_000
PACKS = 5_000
PACKS_AT_ONCE = 125


@dataclass
class Cost:
    wall: float
    processor: float
    megabytes: float
    code: int

    def __str__(self):
        return (f"{self.wall:8.2f} s wall {self.processor:8.2f} s processor "
                f"{self.megabytes:7.0f} MB")


def measure(command, environment=None):
    """The cost of one run; None when it takes longer than PEER_SECONDS_MAX."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                 stdout=said, stderr=said, start_new_session=True,
                                 env={**os.environ, **(environment or {})})
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() - start > PEER_SECONDS_MAX:
                os.killpg(child.pid, 9)
                os.wait4(child.pid, 0)
                return None
            time.sleep(0.002)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                child.returncode)


def best(command, rounds=ROUNDS):
    """The run with the least wall time: what else the machine does only adds to it."""
    return min((measure(command) for _ in range(rounds)), key=lambda cost: cost.wall)


def beside(name, target, ours, chosen, field):
    """Runs the peers on `target` and prints their ratios to `ours`."""
    with tempfile.TemporaryDirectory() as scratch:
        for peer in chosen:
            command = getattr(peer, field)
            if not command:
                print(f"  {peer.name:15} does not read this")
                continue
            filled = [str(part).format(target=target, out=f"{scratch}/{peer.name}")
                      if isinstance(part, str) and "rules" not in part else str(part)
                      for part in command]
            cost = measure(filled, peer.environment)
            if cost is None:
                print(f"  {peer.name:15} more than {PEER_SECONDS_MAX} s: "
                      f"over {PEER_SECONDS_MAX / ours.wall:.0f} x ours", flush=True)
                continue
            if cost.code not in peer.codes:
                print(f"  {peer.name:15} failed with exit code {cost.code}", flush=True)
                continue
            print(f"  {peer.name:15} {cost}  {cost.wall / ours.wall:6.1f} x wall, "
                  f"{cost.processor / ours.processor:.1f} x processor, exit {cost.code}",
                  flush=True)
    print(f"  ({name}: ratios are the peer's time by ours)")


def run_engine(arguments, _):
    engine = arguments.bin / "bench_secrets_engine"
    subprocess.run([engine, "--made", *arguments.folders], check=True)
    subprocess.run([arguments.bin / "bench_secrets_samples", ROOT / "src/secrets/rules"],
                   check=True)


def run_exact(arguments, _):
    subprocess.run([arguments.bin / "bench_secrets_exact"], check=True)


def make_pack(folder, number):
    """A bare repository of the stream; two of three are packed anew, one of these without offsets
    to bases."""
    repository = folder / f"{number}.git"
    for part in ("objects", "refs"):
        (repository / part).mkdir(parents=True)
    (repository / "HEAD").write_text("ref: refs/heads/main\n")
    (repository / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    git = ["git", "-C", repository, "-c", "fastimport.unpackLimit=1", "-c", "gc.auto=0"]
    with open(folder / f"{number}.stream", "rb") as stream:
        subprocess.run([*git, "fast-import", "--quiet"], stdin=stream, check=True)
    if number % 3 != 0:
        offsets = "true" if number % 2 else "false"
        subprocess.run([*git, "-c", f"repack.useDeltaBaseOffset={offsets}", "repack", "-adfq",
                        "--window=20"], check=True)
    return repository


def compare_packs(arguments, first, count):
    program = arguments.bin / "bench_secrets_delta"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([program, "make", ROOT / "src/secrets/rules", folder, str(first),
                        str(count)], check=True)
        made = [make_pack(folder, number) for number in range(first, first + count)]
        return json.loads(subprocess.run([program, "compare", *made], check=True,
                                         stdout=subprocess.PIPE).stdout)


def add(totals):
    return {key: sum(one[key] for one in totals) for key in totals[0]}


def run_delta(arguments, _):
    shards = [(first, min(PACKS_AT_ONCE, arguments.packs - first))
              for first in range(0, arguments.packs, PACKS_AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        packs = add(list(pool.map(lambda shard: compare_packs(arguments, *shard), shards)))
    repositories, problems = real_histories.repositories(WORK / "real")
    for problem in problems:
        print(f"  {problem}")
    real = json.loads(subprocess.run(
        [arguments.bin / "bench_secrets_delta", "compare", ROOT, *repositories], check=True,
        stdout=subprocess.PIPE).stdout)
    print(f"packs {packs['repositories']}, repositories {real['repositories']}, "
          f"missed {packs['missed'] + real['missed']}, extra {packs['extra'] + real['extra']}")
    for name, one in (("packs", packs), ("repositories", real)):
        print(f"  {name}: {one['deltas']} deltas, {one['places']} places of "
              f"{one['distinct']} values")
    return packs["missed"] + packs["extra"] + real["missed"] + real["extra"] == 0


def history_clone():
    clone = WORK / "history"
    if not (clone / ".git/complete").exists():
        subprocess.run(["rm", "-rf", clone], check=True)
        subprocess.run([sys.executable, ROOT / "bench/secrets/make_history.py", clone,
                        str(HISTORY_OBJECTS)], check=True, stdout=subprocess.DEVNULL)
        (clone / ".git/complete").touch()
    return clone


def run_history(arguments, chosen):
    clone = history_clone()
    engine = json.loads(subprocess.run([arguments.bin / "bench_secrets_history", clone],
                                       check=True, stdout=subprocess.PIPE).stdout)
    print(f"history of {engine['objects']} objects, {engine['blob_mb']} MB of blobs")
    print(f"  one core        {engine['wall_ms'] / 1000:8.2f} s wall "
          f"{engine['cpu_ms'] / 1000:8.2f} s processor {engine['rss_mb']:7} MB")
    ours = best([arguments.bin / "launchready", "secrets", "--quiet", clone])
    print(f"  launchready     {ours}  exit {ours.code}")
    beside("history", clone, ours, chosen, "history")


def run_tree(arguments, chosen):
    for folder in arguments.folders:
        megabytes = sum(p.stat().st_size for p in Path(folder).rglob("*")
                        if p.is_file() and not p.is_symlink()) / 1e6
        ours = best([arguments.bin / "launchready", "secrets", "--quiet", folder])
        print(f"tree {folder}, {megabytes:.0f} MB")
        print(f"  launchready     {ours}  {megabytes / ours.wall:.0f} MB/s, exit {ours.code}")
        beside("tree", folder, ours, chosen, "tree")


def run_corpus(arguments, chosen):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        kinds = corpus.made(ROOT, folder / "corpus")
        ours = corpus.of_launchready(arguments.bin / "launchready", folder / "corpus")
        print(f"  launchready     {corpus.told_apart(kinds, ours)}")
        for peer in chosen:
            if peer.name not in corpus.READERS:
                continue
            report = folder / peer.name
            measure([str(part).format(target=folder / "corpus", out=report) for part in peer.tree],
                    peer.environment)
            for least, places in corpus.READERS[peer.name](report).items():
                print(f"  {peer.name:15} {corpus.told_apart(kinds, places)} {least}", flush=True)


def run_precision(arguments, _):
    folders, problems = debian_sources.folders(WORK / "debian")
    for problem in problems:
        print(f"  {problem}")
    files = findings = 0
    for folder in folders:
        said = subprocess.run([arguments.bin / "launchready", "secrets", "--json", folder],
                              stdout=subprocess.PIPE, check=False).stdout
        result = json.loads(said)
        by_rule = {}
        for finding in result["findings"]:
            by_rule[finding["rule"]] = by_rule.get(finding["rule"], 0) + 1
        files += result["coverage"]["documents"]
        findings += len(result["findings"])
        kinds = ", ".join(f"{count} {rule}" for rule, count in sorted(by_rule.items()))
        print(f"  {Path(folder).name:32} {result['coverage']['documents']:7} files  {kinds}")
    if files:
        print(f"precision: {findings} findings in {files} files of {len(folders)} Debian sources, "
              f"{findings * 10_000 / files:.2f} in 10,000")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--peers", nargs="?", const="all", default="", metavar="NAMES",
                        help="install and run other scanners: all, or those named")
    parser.add_argument("--packs", type=int, default=PACKS, help="generated packs of `delta`")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("folders", nargs="*", default=["/usr/include"])
    arguments = parser.parse_args()
    wanted = arguments.only.split(",")
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]}; there are {', '.join(PARTS)}")
    chosen = []
    for peer in peers.peers_below(WORK / "peers"):
        if arguments.peers != "all" and peer.name not in arguments.peers.split(","):
            continue
        why = peers.install(peer, WORK / "peers")
        print(f"peer {peer.name}: {why or 'ready'}", flush=True)
        chosen += [] if why else [peer]
    good = True
    for part in wanted:
        print(f"== {part}", flush=True)
        good = globals()[f"run_{part}"](arguments, chosen) is not False and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
