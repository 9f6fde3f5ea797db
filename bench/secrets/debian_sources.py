"""Source trees of popular programs, as Debian has them: what precision is measured on."""

import shutil
import subprocess
from pathlib import Path

PACKAGES = ["redis", "nginx", "python-django", "flask", "curl", "git", "rails", "apache2",
            "haproxy", "wordpress", "symfony", "prometheus", "node-express", "openssl", "numpy",
            "python3.11", "mediawiki", "etcd", "celery", "twisted"]
SECONDS_MAX = 600


def apt(folder, *arguments):
    """apt-get with a list and an index of its own: the machine's stay as they are."""
    options = {"Dir::Etc::sourcelist": folder / "sources.list", "Dir::Etc::sourceparts": "/dev/null",
               "Dir::State::lists": folder / "lists", "APT::Get::List-Cleanup": "0"}
    command = ["apt-get", "-qq"]
    for key, value in options.items():
        command += ["-o", f"{key}={value}"]
    return subprocess.run([*command, *arguments], cwd=folder / "sources", capture_output=True,
                          text=True, timeout=SECONDS_MAX, check=False)


def debian_mirror():
    """Where this machine gets its packages from."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)"],
                          capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if "debian" in line and "security" not in line and "updates" not in line:
            return line.split()
    return None


def unpack(folder, package, staging):
    """Why there is no tree of the package below `staging`, or ""."""
    sources = folder / "sources"
    shutil.rmtree(sources)
    sources.mkdir()
    if apt(folder, "source", "--download-only", package).returncode != 0:
        return "not downloaded"
    for description in sorted(sources.glob("*.dsc")):
        done = subprocess.run(["dpkg-source", "--no-check", "--no-copy", "-x", description,
                               staging / package], capture_output=True, check=False)
        if done.returncode != 0:
            return "not unpacked"
    return ""


def folders(folder):
    """The unpacked trees, and why others are missing."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "lists/partial").mkdir(parents=True, exist_ok=True)
    unpacked = folder / "unpacked"
    if unpacked.exists():
        return sorted(p for p in unpacked.iterdir() if p.is_dir()), []
    mirror = debian_mirror() if shutil.which("apt-get") and shutil.which("dpkg-source") else None
    if mirror is None:
        return [], ["Debian sources: no apt with a Debian mirror, or no dpkg-dev"]
    (folder / "sources.list").write_text(f"deb-src {mirror[0]} {mirror[1]} main\n")
    done = apt(folder, "update")
    if done.returncode != 0:
        return [], [f"Debian sources: {done.stderr.strip()[-200:]}"]
    problems = []
    staging = folder / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    for package in PACKAGES:
        why = unpack(folder, package, staging)
        problems += [f"{package}: {why}"] if why else []
    staging.rename(unpacked)
    return sorted(unpacked.iterdir()), problems
