#!/usr/bin/env python3
"""co_await stands alone.

gcc 12 silently miscompiles co_await inside conditions, ternaries, braced lists and next to
capturing lambdas; code that keeps to the forms below is right with every compiler and reads better:

    auto v = co_await f(names, std::move(x));      LR_CO_TRY(auto v, co_await f(a));
    co_await f(a);                                 LR_CO_TRY_VOID(co_await f(a));
    co_return co_await f(a);

The token rules run on every file in a moment. With --clang-query BUILD the same rules run as AST
matchers on every file that holds a co_await; results are remembered by content.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "coroutine-lint.json"
CONDITION = "hasCondition(expr(hasDescendant(coawaitExpr())))"
MATCHERS = [
    "coawaitExpr(hasDescendant(lambdaExpr()))",
    "coawaitExpr(hasDescendant(initListExpr()))",
    "initListExpr(hasDescendant(coawaitExpr()))",
    "conditionalOperator(hasDescendant(coawaitExpr()))",
    *(f"{statement}({CONDITION})" for statement in ("ifStmt", "whileStmt", "switchStmt")),
]
STATEMENT = re.compile(
    r"^(?:co_return\s+"
    r"|(?:const\s+)?auto\s*\[[\w,\s]+\]\s*=\s*"
    r"|(?:const\s+)?[\w:<>,*&\s]+?[\s&*]\w+\s*=\s*"
    r"|[\w.\->\[\]]+\s*=\s*)?co_await\s")
LITERAL = re.compile(
    r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'")
MACRO = re.compile(r"^LR_CO_TRY(?:_VOID)?\(")


def blank_comments_and_strings(text):
    return LITERAL.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def statement_around(text, position):
    """The statement that holds `position`: from one ; { or } outside parentheses to the next."""
    start, depth = position, 0
    while start > 0:
        c = text[start - 1]
        if c in ")]":
            depth += 1
        elif c in "([":
            depth = max(0, depth - 1)
        elif depth == 0 and c in ";{}":
            break
        start -= 1
    end, depth = position, 0
    while end < len(text):
        c = text[end]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == ";" and depth <= 0:
            break
        end += 1
    return text[start:end].strip()


def judge(statement):
    """None, or why the statement is refused."""
    if statement.count("co_await") > 1:
        return "one co_await per statement"
    statement = re.sub(r"^(?:case\s+[\w:]+|default)\s*:\s*", "", statement)
    statement = re.sub(r"^else\s+", "", statement)
    if re.match(r"^(if|while|for|switch)\b", statement):
        # `if (x) co_await f();` is fine; the condition itself must not await.
        depth, i = 0, statement.index("(")
        for i in range(i, len(statement)):
            depth += {"(": 1, ")": -1}.get(statement[i], 0)
            if depth == 0:
                break
        if "co_await" in statement[:i]:
            return "no co_await in a condition: name the value first"
        return judge(statement[i + 1:].strip())
    operand = statement[statement.index("co_await"):]
    if "{" in operand or "}" in operand:
        return "no braces (lambda or braced list) behind co_await: name the operand first"
    if "?" in re.sub(r"\?\s*>", "", statement):
        return "no ternary around co_await: use if"
    if not (STATEMENT.match(statement) or MACRO.match(statement)):
        return "co_await stands alone: `auto v = co_await f(a);`"
    return None


def lint_text(text):
    clean = blank_comments_and_strings(text)
    for match in re.finditer(r"\bco_await\b", clean):
        line_start = clean.rfind("\n", 0, match.start()) + 1
        if clean[line_start:].lstrip().startswith("#"):
            continue
        why = judge(statement_around(clean, match.start()))
        if why:
            yield clean.count("\n", 0, match.start()) + 1, why
    for match in re.finditer(r"\basio::detached\b", clean):
        yield clean.count("\n", 0, match.start()) + 1, "nothing is detached: use net::TaskScope"


def sources():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.splitlines()
            if name.endswith((".cpp", ".h", ".ipp")) and (ROOT / name).is_file()]


def query_key(name, headers_digest):
    return hashlib.sha256((ROOT / name).read_bytes() + headers_digest).hexdigest()


def run_query(build, name):
    commands = [part for matcher in MATCHERS for part in ("-c", f"match {matcher}")]
    result = subprocess.run(
        ["clang-query-19", "-p", str(build), "-c", "set traversal IgnoreUnlessSpelledInSource",
         *commands, name], cwd=ROOT, capture_output=True, text=True)
    found = re.findall(
        r"^(?:" + re.escape(str(ROOT)) + r"/)?((?:src|lab|bench|fuzz|tests)/\S+?:\d+):\d+:"
        r" note: \"root\" binds here", result.stdout, re.M)
    if result.returncode != 0:
        return [f"{name}: clang-query: {(result.stderr or result.stdout).strip()[:300]}"]
    return [f"{place}: co_await does not stand alone (AST)" for place in sorted(set(found))]


def run_queries(build, names):
    headers = hashlib.sha256()
    for name in sorted(n for n in sources() if n.endswith((".h", ".ipp"))):
        headers.update((ROOT / name).read_bytes())
    remembered = json.loads(CACHE.read_text()) if CACHE.exists() else {}
    keys = {name: query_key(name, headers.digest()) for name in names}
    todo = [name for name in names if remembered.get(name) != keys[name]]
    problems = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, found in zip(todo, pool.map(lambda n: run_query(build, n), todo)):
            problems += found
            if not found:
                remembered[name] = keys[name]
    CACHE.parent.mkdir(exist_ok=True)
    CACHE.write_text(json.dumps({k: v for k, v in remembered.items() if keys.get(k) == v}))
    return problems


def main(arguments):
    problems, awaiting = [], []
    for name in sources():
        text = (ROOT / name).read_text()
        problems += [f"{name}:{line}: {why}" for line, why in lint_text(text)]
        if name.endswith(".cpp") and "co_await" in blank_comments_and_strings(text):
            awaiting.append(name)
    queried = 0
    if arguments[:1] == ["--clang-query"] and not problems:
        build = ROOT / arguments[1]
        commands = json.loads((build / "compile_commands.json").read_text())
        compiled = {Path(command["file"]) for command in commands}
        awaiting = [name for name in awaiting if ROOT / name in compiled]
        problems += run_queries(build, awaiting)
        queried = len(awaiting)
    for problem in problems:
        print(problem)
    print(f"coroutine lint: {len(problems)} problems"
          + (f"; {queried} files matched as AST too" if queried else ""))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
