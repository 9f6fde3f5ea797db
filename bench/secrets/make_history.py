#!/usr/bin/env python3
"""Writes a git history of source-like edits for measurements: make_history.py FOLDER [OBJECTS].

The history is the same every time: files of code-like lines in nested folders, commits that edit a
few of them in places, and now and then a new file, a copy, a rename or a merge. It is packed as
`git gc` does. Prints the numbers of the store.
"""

import random
import subprocess
import sys
from pathlib import Path

WORDS = ("account balance buffer cache channel client close config connection context copy count "
         "create cursor data decode default delete digest encode entry error event fetch field "
         "file filter format frame handle header index insert key length limit line list load "
         "lock map match message method name node offset open option order output packet page "
         "parse path pattern payload point policy position prefix process query queue range read "
         "record region render replace request reset resolve response result route row rule scan "
         "schema scope search send session shape signal size slot source split stack start state "
         "status stream string table target task template text thread time token trace type "
         "update value vector version view visit wait walk window worker write").split()
FOLDERS = ["src", "src/core", "src/net", "src/net/http", "lib", "lib/parse", "cmd/server", "docs",
           "internal/store", "internal/store/sql", "web/app/components", "web/app/pages", "test"]
SUFFIXES = [".go", ".py", ".ts", ".c", ".md", ".yaml"]


class History:
    def __init__(self, out, seed=7):
        self.out = out
        self.random = random.Random(seed)
        self.files = {}
        self.clock = 1_500_000_000
        self.commits = 0

    def line(self):
        pick = self.random.choice
        form = self.random.randrange(6)
        a, b, c = pick(WORDS), pick(WORDS), pick(WORDS)
        indent = "    " * self.random.randrange(4)
        return indent + (f"{a}_{b} = {c}({a}, {self.random.randrange(1000)})",
                         f"if {a}.{b}() != nil {{ return {c} }}",
                         f"// {a} the {b} before the {c} of {pick(WORDS)}",
                         f"{a}{b.title()} := new{c.title()}(\"{pick(WORDS)}/{b}\")",
                         "}", "")[form]

    def lines(self, count):
        return [self.line() for _ in range(count)]

    def path(self):
        folder = self.random.choice(FOLDERS)
        sub = f"/{self.random.choice(WORDS)}" if self.random.random() < 0.6 else ""
        name = f"{self.random.choice(WORDS)}_{self.random.choice(WORDS)}"
        return f"{folder}{sub}/{name}{self.random.choice(SUFFIXES)}"

    def edit(self, lines):
        for _ in range(self.random.randrange(1, 5)):
            at = self.random.randrange(len(lines) + 1)
            change = self.random.randrange(3)
            if change == 0 or len(lines) < 20:
                lines[at:at] = self.lines(self.random.randrange(1, 6))
            elif change == 1:
                del lines[at:at + self.random.randrange(1, 5)]
            else:
                lines[at:at + 2] = self.lines(2)

    def write(self, text):
        self.out.write(text.encode())

    def commit(self):
        touched = {}
        if len(self.files) < 40 or self.random.random() < 0.12:
            size = int(self.random.lognormvariate(5.75, 0.9)) + 5
            touched[self.path()] = self.lines(min(size, 6000))
        for path in self.random.sample(sorted(self.files), min(len(self.files), 3)):
            lines = list(self.files[path])
            self.edit(lines)
            touched[path] = lines
        self.clock += self.random.randrange(600, 30000)
        self.commits += 1
        message = " ".join(self.random.choice(WORDS) for _ in range(6))
        person = f"Dev {self.random.randrange(40)} <dev{self.random.randrange(40)}@example.test>"
        self.write("commit refs/heads/main\n")
        self.write(f"author {person} {self.clock} +0000\ncommitter {person} {self.clock} +0000\n")
        self.write(f"data {len(message) + 1}\n{message}\n\n")
        for path, lines in touched.items():
            text = "\n".join(lines) + "\n"
            self.write(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
        self.files.update(touched)
        return 1 + 3 * len(touched)


def main():
    folder = Path(sys.argv[1])
    objects = int(sys.argv[2]) if len(sys.argv) > 2 else 160_000
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    git = ["git", "-C", str(folder)]
    with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        history = History(importer.stdin)
        made = 0
        while made < objects:
            made += history.commit()
        importer.stdin.close()
        if importer.wait() != 0:
            sys.exit("make_history.py: git fast-import failed")
    subprocess.run([*git, "repack", "-adfq", "--depth=50", "--window=10"], check=True)
    print(subprocess.run([*git, "count-objects", "-v"], check=True, capture_output=True,
                         text=True).stdout, end="")


main()
