"""Secrets in repositories that git itself made: what was accepted stays accepted however history is
rewritten, branches do not conflict, and a second search costs what is new."""

import json
import os
import pathlib
import random
import re
import shutil
import string
import subprocess
import tempfile
import unittest

import program
from program import run

GIT = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "A",
       "GIT_COMMITTER_EMAIL": "a@b.c", "GIT_CONFIG_GLOBAL": "/dev/null"}


def key():
    """Looks like a key of a payment provider, and is none."""
    return "sk_live" + "_" + "".join(random.choices(string.ascii_letters + string.digits, k=24))


class History(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="launchready-history-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = self.folder / "r"
        self.root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.root, env={**os.environ, **GIT}, check=True,
                              capture_output=True, text=True).stdout

    def commit(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"changes {name}")

    def scan(self, *flags):
        done = run("secrets", "--json", *flags, ".", cwd=self.root)
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        return json.loads(done.stdout)

    def accept_all(self):
        """One by one: the first one gives the project a key, and all others new fingerprints."""
        while True:
            findings = self.scan()["findings"]
            if not findings:
                return
            done = run("secrets", "--suppress", findings[0]["fingerprint"], "--owner", "a@b.c",
                       "--reason", "a test", ".", cwd=self.root)
            self.assertEqual(done.returncode, 0, done.stderr)

    def assert_accepted(self, count, when):
        report = self.scan()
        state = (report["findings"], report["suppressed"], report["stale"], report["verdict"])
        self.assertEqual(state, ([], count, [], "clean"), when)

    def test_accepted_findings_survive_every_rewriting(self):
        self.commit("app.py", "a = 1\n")
        self.git("checkout", "-q", "-b", "feature")
        secret = key()
        self.commit("app.py", f'a = 1\nKEY = "{secret}"\n')
        self.commit("z", "z\n")
        self.accept_all()
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "accepted")
        self.git("checkout", "-q", "main")
        self.commit("other", "1\n")
        self.git("checkout", "-q", "feature")
        self.git("rebase", "-q", "main")
        self.assert_accepted(1, "rebased")
        self.git("mv", "app.py", "src.py")
        self.git("commit", "-q", "-m", "renamed")
        self.assert_accepted(1, "renamed")
        self.commit("src.py", "# a line\n" * 100 + f"KEY='{secret}'  # reformatted\n")
        self.assert_accepted(1, "moved by lines, quoted otherwise")
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--squash", "feature")
        self.git("commit", "-q", "-m", "squashed")
        self.git("branch", "-q", "-D", "feature")
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")
        self.assert_accepted(1, "squashed")
        path = self.root / "launchready-secrets.yaml"
        path.write_text(re.sub(r"expires: \d{4}", "expires: 2020",
                               path.read_text(encoding="utf-8")), encoding="utf-8")
        report = self.scan()
        self.assertEqual((len(report["findings"]), len(report["expired"])), (1, 1))

    def test_branches_that_accept_findings_never_conflict(self):
        branches = 12
        self.commit(".gitattributes", "launchready-secrets.yaml merge=union\n")
        self.commit("first.txt", key())
        self.accept_all()
        self.commit("k.txt", "\n".join(key() for _ in range(branches)) + "\n")
        known = [finding["fingerprint"] for finding in self.scan()["findings"]]
        self.assertEqual(len(known), branches)
        for at, fingerprint in enumerate(known):
            self.git("checkout", "-q", "-b", f"b{at}", "main")
            done = run("secrets", "--suppress", fingerprint, "--owner", "a@b.c", "--reason",
                       f"reason {at}", ".", cwd=self.root)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.git("commit", "-qam", f"accepts {at}")
        self.git("checkout", "-q", "main")
        for at in range(branches):
            self.git("merge", "-q", "--no-edit", f"b{at}")  # Fails on a conflict.
        self.assert_accepted(branches + 1, "merged")

    def test_objects_in_which_nothing_was_found_are_not_looked_at_again(self):
        seen = self.folder / "seen"

        def objects(*flags):
            return self.scan("--seen", str(seen), *flags)["coverage"]["objects"]

        self.commit("a.txt", "one\n")
        self.assertEqual(objects(), 3)
        self.assertEqual(objects(), 0)
        self.assertEqual(objects("--confidence", "low"), 3, "another search")
        self.assertEqual(objects(), 3, "and again")
        self.commit("b.txt", key())
        self.git("rm", "-q", "b.txt")
        for _ in range(2):
            report = self.scan("--seen", str(seen))
            self.assertEqual(report["verdict"], "findings", "what holds one is looked at again")
            self.assertEqual(report["coverage"]["objects"], 3)
        done = run("secrets", "--seen", seen, "--staged", ".", cwd=self.root)
        self.assertEqual(done.returncode, 2)

    def test_what_other_scanners_accept_is_looked_at_again(self):
        seen = str(self.folder / "seen")
        self.commit("a.txt", key())
        (self.root / ".gitleaksignore").write_text("a.txt:stripe-access-token:1\n",
                                                   encoding="utf-8")
        report = self.scan("--seen", seen)
        self.assertEqual((report["verdict"], report["imported"]), ("clean", 2))
        (self.root / ".gitleaksignore").unlink()
        (self.root / "a.txt").unlink()
        self.assertEqual(self.scan("--seen", seen)["verdict"], "findings")

    def test_an_object_with_a_secret_that_stands_in_more_files_than_are_shown(self):
        seen = str(self.folder / "seen")
        secret = key()
        self.commit("a.txt", f"in an object: {secret}\n")
        for number in range(120):
            (self.root / f"{number}.txt").write_text(secret, encoding="utf-8")
        self.assertEqual(self.scan("--seen", seen)["verdict"], "findings")
        for path in self.root.glob("*.txt"):
            path.unlink()
        self.assertEqual(self.scan("--seen", seen)["verdict"], "findings")

    def test_rules_that_a_rule_file_extends_are_part_of_the_search(self):
        seen = str(self.folder / "seen")
        rules = self.folder / "rules.toml"
        rules.write_text('[extend]\npath = "base.toml"\n[[rules]]\nid = "other"\n'
                         'regex = "otherzz_[0-9]{9}"\n', encoding="utf-8")
        base = '[[rules]]\nid = "acme"\nregex = "acme_[0-9]{9}%s"\n'
        (self.folder / "base.toml").write_text(base % "z", encoding="utf-8")
        self.commit("a.txt", "acme_918273645\n")
        self.git("rm", "-q", "a.txt")
        self.git("commit", "-q", "-m", "gone")
        flags = ("--rules", str(rules), "--seen", seen)
        self.assertEqual(self.scan(*flags)["verdict"], "clean")
        (self.folder / "base.toml").write_text(base % "", encoding="utf-8")
        self.assertEqual(self.scan(*flags)["verdict"], "findings")

    def test_a_checkout_whose_repository_is_elsewhere_stands_for_it(self):
        self.commit("a.txt", key())
        self.git("rm", "-q", "a.txt")
        self.git("commit", "-q", "-m", "gone from the tree")
        worktree, link = self.folder / "worktree", self.folder / "link"
        self.git("worktree", "add", "-q", str(worktree))
        link.mkdir()
        (link / ".git").symlink_to(self.root / ".git")
        objects = self.scan()["coverage"]["objects"]
        for folder in (worktree, link):
            done = run("secrets", "--json", ".", cwd=folder)
            report = json.loads(done.stdout)
            self.assertEqual((done.returncode, report["coverage"]["objects"]), (1, objects))
        done = run("secrets", "--json", self.root, worktree, link)
        self.assertEqual(json.loads(done.stdout)["coverage"]["objects"], objects, "read once")
        (worktree / ".git").write_text("gitdir: /nowhere\n", encoding="utf-8")
        done = run("secrets", ".", cwd=worktree)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn(".git: repository not read: ", done.stdout)

    def test_a_repository_that_lost_its_head_is_read(self):
        self.commit("a.txt", key())
        (self.root / "a.txt").unlink()
        (self.root / ".git" / "HEAD").unlink()
        self.assertEqual(self.scan()["verdict"], "findings")

    def test_packed_objects_that_cannot_be_looked_into_are_named_each_time(self):
        seen = str(self.folder / "seen")
        (self.root / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(20))
        self.commit("a.txt", "one\n")
        self.git("rm", "-q", "a.7z")
        self.git("commit", "-q", "-m", "gone from the tree")
        for _ in range(2):
            report = self.scan("--seen", seen)
            self.assertEqual(report["verdict"], "incomplete")
            self.assertEqual([gap["reason"] for gap in report["coverage"]["gaps"]],
                             ["7z: not unpacked"])

    def test_the_hook_stops_every_way_of_committing_a_secret(self):
        hook = self.root / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nexec '{program.PROGRAM}' secrets --staged --quiet\n",
                        encoding="utf-8")
        hook.chmod(0o755)
        self.commit("a.txt", "clean\n")
        self.commit("other.txt", "clean\n")
        (self.root / "a.txt").write_text(key(), encoding="utf-8")
        for words in (["-a"], ["a.txt"], ["--only", "a.txt"], ["--include", "a.txt"]):
            with self.assertRaises(subprocess.CalledProcessError, msg=words):
                self.git("commit", "-q", "-m", "must not pass", *words)
            self.git("reset", "-q")
        with self.assertRaises(subprocess.CalledProcessError):
            self.commit("a.txt", key())
        self.assertEqual(self.git("log", "--format=%s").split("\n")[0], "changes other.txt")


if __name__ == "__main__":
    unittest.main()
