"""Leaks and look-alikes of tests/e2e/secrets_corpus: how many of them a scanner tells apart."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

SEEDS = range(1, 5)
NEAR = 1  # Lines between where a value stands and where it is reported.


def made(root, folder):
    """Writes the files of every seed; {path: lines with a secret} for leaks and for look-alikes."""
    sys.path.insert(0, str(root / "tests/e2e"))
    import secrets_corpus_test as corpus  # pylint: disable=import-outside-toplevel
    kinds = {"leaks": {}, "lookalikes": {}}
    for kind, wanted in kinds.items():
        for seed in SEEDS:
            maker = corpus.Maker(seed)
            for path, template in corpus.files(kind + ".txt"):
                text, lines = corpus.filled(template, maker)
                target = folder / kind / str(seed) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                wanted[str(target)] = lines
    return kinds


def of_launchready(program, folder):
    said = subprocess.run([program, "secrets", "--json", folder], stdout=subprocess.PIPE,
                          check=False).stdout
    return [(str(folder / place["path"]), place["line"])
            for finding in json.loads(said)["findings"] if finding["kind"] == "secret"
            for place in finding["places"]]


def of_gitleaks(report):
    return {"": [(one["File"], one["StartLine"]) for one in json.loads(report.read_text())]}


def of_betterleaks(report):
    places = [(one["confidence"], (one["location"]["path"], one["location"].get("start_line", 0)))
              for one in json.loads(Path(f"{report}.json").read_text())["findings"]]
    return {"": [place for _, place in places],
            "medium and high": [place for confidence, place in places if confidence != "low"]}


# From the file that a peer writes: places, by the least confidence that they are asked for.
READERS = {"gitleaks": of_gitleaks, "betterleaks": of_betterleaks}


def told_apart(kinds, places):
    """A line for people: found of all leaks, reported of all look-alikes."""
    lines = defaultdict(list)
    for path, line in places:
        lines[path].append(line)
    found = total = 0
    for path, wanted in kinds["leaks"].items():
        total += len(wanted)
        found += sum(any(abs(line - one) <= NEAR for one in lines[path]) for line in wanted)
    wrong = sum(len(lines[path]) for path in kinds["lookalikes"])
    return f"{found} of {total} leaks ({found / total:.1%}), {wrong} look-alikes reported"
