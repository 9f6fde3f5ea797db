"""Real histories for measurements: released versions of Go modules, one commit each, packed by git.

The Go proxy serves whole versions, so that consecutive ones give git the deltas that development
made. Every repository is made once and kept.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

MODULES = ["github.com/zricethezav/gitleaks/v8", "github.com/golang-jwt/jwt/v5",
           "github.com/spf13/cobra", "github.com/spf13/viper", "github.com/gin-gonic/gin",
           "github.com/sirupsen/logrus", "github.com/stretchr/testify",
           "github.com/labstack/echo/v4", "github.com/go-chi/chi/v5", "go.uber.org/zap",
           "golang.org/x/oauth2", "golang.org/x/crypto"]
VERSIONS = 8
FILE_BYTES_MAX = 4 << 20


def go(folder, *arguments):
    environment = {**os.environ, "GOPATH": str(folder / "go"), "GOFLAGS": "-modcacherw"}
    done = subprocess.run(["go", *arguments], cwd=folder, env=environment, capture_output=True,
                          text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    return json.loads(done.stdout)


def chosen_versions(folder, module):
    released = [v for v in go(folder, "list", "-m", "-versions", "-json", module)["Versions"]
                if "-" not in v]
    step = max(1, len(released) // VERSIONS)
    return released[::-1][::step][:VERSIONS][::-1]


def commit_of(source, message, clock):
    person = f"Release <release@example.test> {clock} +0000"
    yield f"commit refs/heads/main\ncommitter {person}\ndata {len(message)}\n{message}\n".encode()
    yield b"deleteall\n"
    for path in sorted(p for p in Path(source).rglob("*") if p.is_file() and not p.is_symlink()):
        if path.stat().st_size > FILE_BYTES_MAX:
            continue
        name = path.relative_to(source).as_posix()
        if '"' in name or "\n" in name:
            continue
        content = path.read_bytes()
        yield f"M 100644 inline {name}\ndata {len(content)}\n".encode() + content + b"\n"


def make_repository(folder, module):
    target = folder / (module.replace("/", "_") + ".git")
    if (target / "complete").exists():
        return target
    versions = chosen_versions(folder, module)
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", target], check=True)
    with subprocess.Popen(["git", "-C", target, "fast-import", "--quiet"],
                          stdin=subprocess.PIPE) as importer:
        for number, version in enumerate(versions):
            source = go(folder, "mod", "download", "-json", f"{module}@{version}")["Dir"]
            for part in commit_of(source, version, 1_600_000_000 + number * 86_400):
                importer.stdin.write(part)
        importer.stdin.close()
        if importer.wait() != 0:
            raise RuntimeError("git fast-import failed")
    subprocess.run(["git", "-C", target, "repack", "-adfq", "--depth=50", "--window=50"],
                   check=True)
    (target / "complete").touch()
    return target


def repositories(folder):
    """The repositories that could be made, and why the others could not."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.which("go") is None:
        return [], ["real repositories: go is not installed"]
    made, problems = [], []
    for module in MODULES:
        try:
            made.append(make_repository(folder, module))
        except (RuntimeError, subprocess.SubprocessError, KeyError) as error:
            problems.append(f"{module}: {error}")
    return made, problems
