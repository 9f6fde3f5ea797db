#!/usr/bin/env bash
# run_fuzzers.sh BINARIES SECONDS: runs every fuzz target, as many at a time as there are cores,
# each from its seeds in fuzz/corpus/<target> and with the words of fuzz/<target>.dict: what
# strangers send to the guard, and the contract, for SECONDS, the others for half of that. FUZZ_SEED
# repeats a run (1 unless said otherwise, so that a change is not blocked by what it did not touch);
# 0 looks for new ways.
# Fails on a finding, and when a target did not reach what it says it reaches (the target itself
# checks that at exit).
set -uo pipefail
cd "$(dirname "$0")/.."
binaries=$1
duration=$2
front_line=" fuzz_guard fuzz_http1_request fuzz_jwt fuzz_contract fuzz_route fuzz_url fuzz_json "
front_line+="fuzz_json_schema "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run_one() {
  local binary=$1 name words=() seconds=$((duration / 2))
  name=$(basename "$binary")
  case "$front_line" in *" $name "*) seconds=$duration ;; esac
  mkdir -p "$work/$name"
  if [ -f "fuzz/$name.dict" ]; then words=("-dict=fuzz/$name.dict"); fi
  if "$binary" -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=10 \
      -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -artifact_prefix="$work/$name-" "${words[@]}" \
      "$work/$name" "fuzz/corpus/$name" >"$work/$name.log" 2>&1; then
    echo "fuzz: $name ok: $(grep -E '^stat::number_of_executed_units' "$work/$name.log" |
      awk '{print $2}') runs; $(grep -E '^reached:' "$work/$name.log" | tail -n 1)"
  else
    echo "fuzz: $name FAILED"
    tail -n 40 "$work/$name.log"
    return 1
  fi
}
export -f run_one
export work duration front_line

ls "$binaries"/fuzz_* >/dev/null 2>&1 || { echo "fuzz: no targets in $binaries" >&2; exit 1; }
printf '%s\n' "$binaries"/fuzz_* | xargs -P "$(nproc)" -I{} bash -c 'run_one {}'
