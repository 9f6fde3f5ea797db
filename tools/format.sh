#!/usr/bin/env bash
# Formats all C++ sources, or with --check says which are not formatted.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files '*.cpp' '*.h' '*.ipp')
if [ "${1:-}" = --check ]; then
  printf '%s\0' "${files[@]}" | xargs -0 -n 20 -P "$(nproc)" clang-format-19 --dry-run -Werror ||
    { echo "format: run 'make format'" >&2; exit 1; }
else
  printf '%s\0' "${files[@]}" | xargs -0 -n 20 -P "$(nproc)" clang-format-19 -i
fi
