#!/usr/bin/env python3
"""Compares imported gitleaks rules with gitleaks itself, finding for finding.

  gitleaks_parity.py --program build/…/bin/import_parity --gitleaks PATH --config gitleaks.toml

Both look at the same tree: every sample of our own rules, or --tree. Fails when a rule is lost or
a finding differs. One difference is meant: a generic rule is silent here as soon as its value
overlaps what another rule found, there only when it lies within it.

Needs gitleaks and its default configuration (config/gitleaks.toml of its Go module), so it is run
by hand and in CI, not by `make check`.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def theirs(arguments, tree):
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run([arguments.gitleaks, "dir", ".", "-c", arguments.config, "--report-format",
                        "json", "--report-path", report, "--no-banner", "--exit-code", "0"],
                       cwd=tree, check=True, capture_output=True)
        return {(finding["File"], finding["RuleID"],
                 hashlib.sha1(finding["Secret"].encode()).hexdigest())
                for finding in json.loads(report.read_text())}


def ours(arguments, tree):
    run = subprocess.run([arguments.program, "scan", arguments.config, tree], check=True,
                         capture_output=True, text=True)
    lost = [line for line in run.stderr.splitlines() if " lost: " in line]
    return {tuple(line.split("\t")) for line in run.stdout.splitlines()}, lost


def compare(arguments, tree):
    left, (right, lost) = theirs(arguments, tree), ours(arguments, tree)
    for line in lost:
        print(line)
    specific = {path for path, rule, _ in right if "generic" not in rule}
    silent = {finding for finding in left - right
              if "generic" in finding[1] and finding[0] in specific}
    for path, rule, _ in sorted(silent):
        print(f"silent beside another rule: {path} {rule}")
    left -= silent
    for name, findings in (("gitleaks only", left - right), ("ours only", right - left)):
        for path, rule, _ in sorted(findings):
            print(f"{name}: {path} {rule}")
    print(f"gitleaks {len(left)}, ours {len(right)}, both {len(left & right)}, "
          f"rules lost {len(lost)}")
    return 0 if left and left == right and not lost else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, type=Path)
    parser.add_argument("--gitleaks", required=True)
    parser.add_argument("--config", required=True, type=Path)
    parser.add_argument("--tree", type=Path, help="look at this folder instead of the samples")
    arguments = parser.parse_args()
    arguments.program = arguments.program.resolve()
    arguments.config = arguments.config.resolve()
    if arguments.tree:
        return compare(arguments, arguments.tree)
    with tempfile.TemporaryDirectory() as tree:
        subprocess.run([arguments.program, "samples", ROOT / "src/secrets/rules", tree], check=True)
        return compare(arguments, tree)


if __name__ == "__main__":
    sys.exit(main())
