#!/usr/bin/env python3
"""Checks the shape of the repository: which room includes which, sizes, names, banned words.

Every refusal names the place and says why or what to use instead. The rules that can be data are
data (src/DEPS, BANNED below).
"""

import fnmatch
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_P95 = 30
FILE_LINES_MAX = 500
PARAMETERS_MAX = 5
COLUMNS_MAX = 100
VAGUE = re.compile(r"(util|helper|manager|misc|common)", re.IGNORECASE)

# (pattern, where, what to use instead)
BANNED = [
    (r"\bstd::regex\b|<regex>", "*.[ch]*", "RE2: std::regex is slow and can be made to hang"),
    (r"\basio::detached\b", "*", "net::TaskScope: what is started must be joined"),
    (r"\bthrow\b(?!\()", "src/guard/*", "Result: an exception on the request path is a bug"),
    (r"\bsystem_clock::now\b", "src/*", "Clock: time is a parameter (src/base/clock.cpp reads it)"),
    (r"\bGTEST_SKIP\b|\bDISABLED_\w+", "*", "a test that runs, or none"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", "*", "finish it, or open an issue"),
    (r"(?<![.>])\b(strcpy|strcat|sprintf|gets|rand)\s*\(", "*.[ch]*",
     "a bounded, well-defined function"),
    (r"(?<![.>])\bsystem\s*\(", "*.[ch]*", "no shell: posix_spawn with arguments"),
    (r"/wor[k]/(main|shared)", "*", "a path relative to the repository"),
    (r"\b(registry\.npmjs|pypi\.org|proxy\.golang|crates\.io|deb\.debian)\b", "*",
     "the name of the package alone"),
]
# (path, pattern) pairs that may stand, each with its reason.
ALLOWED = {
    ("src/net/tls_test.cpp", r"(?<![.>])\bsystem\s*\("): "runs curl as an independent client",
    ("src/base/clock.cpp", r"\bsystem_clock::now\b"): "the one place that reads the wall clock",
    ("src/base/log.cpp", r"\bsystem_clock::now\b"): "a log line's time is not a decision",
}
# Functions whose signature is not ours.
FOREIGN_SIGNATURES = {("src/net/tls.cpp", "select_alpn"): "a callback type of OpenSSL"}


class Tidy:
    def __init__(self):
        self.problems = []

    def refuse(self, path, line, message):
        self.problems.append(f"{path}:{line}: {message}")


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def is_source(name):
    return name.endswith((".cpp", ".h", ".ipp"))


def read_deps(text):
    """src/DEPS -> {room: (rooms, external patterns)}, [why...]"""
    rooms, whys = {}, []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        if line.startswith("why "):
            whys.append(line[4:])
            continue
        room, _, rest = line.partition(":")
        inside, _, outside = rest.partition("|")
        outside = outside.replace("(not ssl.h)", "")
        rooms[room.strip()] = (set(inside.split()), outside.split())
    return rooms, whys


def room_of(name):
    parts = Path(name).parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return "lab" if parts[0] == "lab" else None


STANDARD = re.compile(r"^[a-z_]+(\.h)?$")


def check_include(tidy, name, number, header, rooms, whys):
    room = room_of(name)
    allowed, external = rooms[room]
    first = header.split("/")[0]
    if first in rooms:
        if first != room and first not in allowed and not name.endswith("_test.cpp"):
            tidy.refuse(name, number, f'{room} may not include "{header}": {"; ".join(whys)}')
        return
    if header == "openssl/ssl.h" and room != "net":
        tidy.refuse(name, number, "only src/net includes openssl/ssl.h")
        return
    if STANDARD.match(header) or first in ("fmt", "gtest", "gmock", "sys"):
        return
    if name.endswith("_test.cpp") or "/testing/" in name:
        return
    if not any(header.startswith(e.rstrip("*")) or fnmatch.fnmatch(header, e) for e in external):
        tidy.refuse(name, number, f"{room} may not include <{header}> (src/DEPS)")


def check_includes(tidy, files):
    rooms, whys = read_deps((ROOT / "src/DEPS").read_text())
    for name in files:
        if not is_source(name) or room_of(name) is None:
            continue
        if room_of(name) not in rooms:
            tidy.refuse(name, 1, f"room {room_of(name)} is not in src/DEPS")
            continue
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            match = re.match(r'\s*#include\s+[<"]([^>"]+)[>"]', line)
            if match:
                check_include(tidy, name, number, match.group(1), rooms, whys)


def strip_literals(line):
    """The line without what stands in quotes, and without a comment behind code."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return re.sub(r"(?<=\S)\s*//.*", "", line)


def check_lines(tidy, name, lines):
    raw = False
    for number, line in enumerate(lines, 1):
        literal = raw or 'R"' in line
        raw = literal and not re.search(r'\)\w*"', line.rsplit('R"', 1)[-1])
        if not (literal or name.endswith(".md")) and len(strip_literals(line)) > COLUMNS_MAX:
            tidy.refuse(name, number, f"{len(line)} columns; at most {COLUMNS_MAX}")
        if line != line.rstrip():
            tidy.refuse(name, number, "white space at the end of the line")
        for pattern, where, instead in BANNED:
            if not fnmatch.fnmatch(name, where) or (name, pattern) in ALLOWED:
                continue
            text = line if "TODO" in pattern or "/" in pattern else strip_literals(line)
            if re.search(pattern, text):
                tidy.refuse(name, number, f"`{re.search(pattern, text).group(0)}`: use {instead}")


def check_text(tidy, files):
    for name in files:
        if name in ("tools/tidy.py", "tools/tidy_test.py"):
            continue
        if not (is_source(name) or name.endswith((".py", ".sh", ".md", ".cmake", ".yaml"))):
            continue
        if name.startswith(("tests/golden/", "fuzz/corpus/")):
            continue
        text = (ROOT / name).read_text()
        check_lines(tidy, name, text.splitlines())
        if is_source(name) and len(text.splitlines()) > FILE_LINES_MAX:
            tidy.refuse(name, 1, f"{len(text.splitlines())} lines; at most {FILE_LINES_MAX}")
        if name.endswith(".h") and "#pragma once" not in text:
            tidy.refuse(name, 1, "a header needs #pragma once")
        if name.endswith(".md") and not text.startswith("# "):
            tidy.refuse(name, 1, "a page starts with its title")
        if is_source(name) and VAGUE.search(Path(name).name):
            tidy.refuse(name, 1, "this name says nothing; name what is in it")


def count_parameters(signature):
    inner = signature.strip()[1:].rsplit(")", 1)[0]
    depth, count = 0, 1 if inner.strip() and inner.strip() != "void" else 0
    for c in inner:
        if c in "(<[{":
            depth += 1
        elif c in ")>]}":
            depth -= 1
        elif c == "," and depth == 0:
            count += 1
    return count


def functions(files):
    sources = [name for name in files if is_source(name)]
    if not sources:
        return
    listed = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+neS", "--kinds-C++=f", "--language-force=C++",
         "-f", "-", "-L", "-"],
        cwd=ROOT, input="\n".join(sources), check=True, capture_output=True, text=True).stdout
    for row in listed.splitlines():
        tag = json.loads(row)
        if "end" in tag:
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1, \
                tag.get("signature", "()")


def check_functions(tidy, files):
    lengths = []
    for path, line, name, length, signature in functions(files):
        if name in ("TEST", "TEST_F", "TEST_P"):
            continue
        lengths.append(length)
        if length > FUNCTION_LINES_MAX:
            tidy.refuse(path, line, f"{name} has {length} lines; at most {FUNCTION_LINES_MAX}")
        if count_parameters(signature) > PARAMETERS_MAX and (path, name) not in FOREIGN_SIGNATURES:
            tidy.refuse(path, line, f"{name} has {count_parameters(signature)} parameters; "
                                    f"at most {PARAMETERS_MAX}, put them in a struct")
    lengths.sort()
    p95 = lengths[int(len(lengths) * 0.95)] if lengths else 0
    if p95 > FUNCTION_LINES_P95:
        tidy.refuse("src", 1, f"95 % of functions should have at most {FUNCTION_LINES_P95} lines; "
                              f"the 95th percentile is {p95}")
    return len(lengths), p95


def types_of(text):
    """Types that other files can link with: "lr::domain::Message" and the line of each."""
    scopes = []
    for number, line in enumerate(text.splitlines(), 1):
        # clang-format keeps namespaces and their types in the first column.
        if opened := re.match(r"namespace( [\w:]+)? \{$", line):
            scopes.append((opened[1] or " (anonymous)").strip())
        elif line.startswith("}  // namespace") and scopes:
            scopes.pop()
        elif named := re.match(r"(?:struct|class) (\w+)(?: final)?(?: :| \{)", line):
            if "(anonymous)" not in scopes:
                yield "::".join([*scopes, named[1]]), number


def check_one_definition(tidy, texts):
    """Two types of one name share their destructor when they are linked together, and crash."""
    first = {}
    for name, text in texts.items():
        for defined, line in types_of(text):
            if first.setdefault(defined, name) != name:
                tidy.refuse(name, line, f"{defined} is also defined in {first[defined]}: one of "
                                        "them needs another name")


def check_dead_headers(tidy, files):
    included = defaultdict(int)
    for name in files:
        if is_source(name) or name.endswith(".cmake") or name == "CMakeLists.txt":
            for header in re.findall(r'["/<]([\w/]+\.(?:h|ipp))', (ROOT / name).read_text()):
                included[Path(header).name] += 1
    for name in files:
        if name.endswith((".h", ".ipp")) and not included[Path(name).name]:
            tidy.refuse(name, 1, "nothing includes this header")


def main():
    tidy = Tidy()
    files = tracked_files()
    check_includes(tidy, files)
    check_text(tidy, files)
    check_dead_headers(tidy, files)
    check_one_definition(tidy, {n: (ROOT / n).read_text() for n in files if is_source(n)})
    count, p95 = check_functions(tidy, files)
    for problem in tidy.problems:
        print(problem)
    print(f"tidy: {len(files)} files, {count} functions, 95 % of them at most {p95} lines; "
          f"{len(tidy.problems)} problems")
    return 1 if tidy.problems else 0


if __name__ == "__main__":
    sys.exit(main())
