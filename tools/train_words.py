#!/usr/bin/env python3
"""Remakes src/secrets/filters/words_table.cpp: how surprising a letter is behind two others.

    tools/train_words.py FOLDER... > src/secrets/filters/words_table.cpp

The table in the repository was made from the text files of Debian 12 packages (C, C++, Python, Perl
and Markdown sources, documentation): counts of letter triples, nothing of the texts themselves.
Letters count without case, all digits as one, everything else as a gap. Each entry is
4 * -log2 P(c | a b), at most 63, as one printable character from '#'.
"""

import math
import sys
from collections import Counter
from pathlib import Path

SUFFIXES = {".c", ".h", ".hpp", ".cpp", ".cc", ".py", ".pm", ".pl", ".md", ".txt", ".rst", ".go",
            ".js", ".java", ".rb", ".yaml", ".yml", ".sh"}
FILE_BYTES_MAX = 200_000
TOTAL_BYTES_MAX = 60_000_000
CLASSES = 28
DIGIT, GAP = 26, 27


def class_of(byte):
    char = chr(byte).lower()
    if "a" <= char <= "z" and byte < 128:
        return ord(char) - ord("a")
    return DIGIT if "0" <= char <= "9" and byte < 128 else GAP


def count(folders):
    table = bytes(class_of(byte) for byte in range(256))
    triples, total = Counter(), 0
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file() or total > TOTAL_BYTES_MAX:
                continue
            text = path.read_bytes()[:FILE_BYTES_MAX].translate(table)
            total += len(text)
            triples.update(zip(text, text[1:], text[2:]))
    return triples


def main():
    triples = count(sys.argv[1:])
    pairs = Counter()
    for (a, b, _), n in triples.items():
        pairs[a, b] += n
    entries = []
    for a in range(CLASSES):
        for b in range(CLASSES):
            for c in range(CLASSES):
                p = (triples[a, b, c] + 0.5) / (pairs[a, b] + 0.5 * CLASSES)
                entries.append(chr(ord("#") + min(63, round(-4 * math.log2(p)))))
    text = "".join(entries)
    print("// Made by tools/train_words.py, which says how.")
    print('#include "secrets/filters/words_table.h"\n')
    print("namespace lr::secrets {\n\nconst char* const kSurpriseTable =")
    rows = [text[i:i + 84] for i in range(0, len(text), 84)]
    for i, row in enumerate(rows):
        end = ";" if i + 1 == len(rows) else ""
        print('    "' + row.replace("\\", "\\\\").replace("?", "\\?") + '"' + end)
    print("\n}  // namespace lr::secrets")


if __name__ == "__main__":
    main()
