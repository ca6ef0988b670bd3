#!/bin/bash
# The whole suite: format, lints, tests, documentation, the desktop test, the examples' score.
# Usage: scripts/test.sh          everything
#        NO_DESKTOP=1 scripts/test.sh   without the desktop test (and its packages)
# Every step runs, even after a failure; the last line counts steps and tests together.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/packages.sh
desktop=desktop
[ -z "${NO_DESKTOP:-}" ] && [ -x scripts/desktop-test.sh ] || desktop=""
# shellcheck disable=SC2086 # none or one word
need_packages build test $desktop || exit 1
need_cargo || exit 1

# The counts are parsed from the output, which must not be coloured.
export CARGO_TERM_COLOR=never
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
passed=0 failed=0 broken=""

# step NAME COMMAND…: runs it; counts its tests, or the step itself if it ran none.
step() {
  local name=$1 rc p f; shift
  echo; echo "== $name: $*"
  local began=$SECONDS
  "$@" 2>&1 | tee "$out/log"; rc=${PIPESTATUS[0]}
  # Summary lines of cargo and nextest.
  p=$(sed -nE 's/^test result: .* ([0-9]+) passed; .*/\1/p; s/^ *Summary .* ([0-9]+) passed.*/\1/p' "$out/log" | paste -sd+ | sum)
  f=$(sed -nE 's/^test result: .*; ([0-9]+) failed; .*/\1/p; s/^ *Summary .* ([0-9]+) (failed|timed out).*/\1/p' "$out/log" | paste -sd+ | sum)
  [ "$rc" = 0 ] || [ "$f" != 0 ] || f=1
  [ "$rc" != 0 ] || [ "$p" != 0 ] || p=1
  passed=$((passed + p)) failed=$((failed + f))
  [ "$rc" = 0 ] || broken="$broken '$name'"
  echo "== $name: $([ "$rc" = 0 ] && echo ok || echo FAILED) ($((SECONDS - began)) s)"
}
# The value of "1+2+3"; 0 for nothing.
sum() { local terms; read -r terms || true; echo $((${terms:-0})); }

step "fetch" cargo fetch --locked
step "format" cargo fmt --all --check
step "lints" cargo clippy --locked --workspace --all-targets -- -D warnings
# Tests that need a desktop or a device are ignored here, so that no skipped test counts as passed; they run by name, below.
if command -v cargo-nextest >/dev/null 2>&1; then
  step "tests" cargo nextest run --locked --workspace --no-fail-fast --status-level fail --final-status-level fail
else
  step "tests" cargo test --locked --workspace --no-fail-fast --lib --bins --tests --examples
fi
step "scripts" sh -c 'for f in transcript apron; do python3 "scripts/faults/$f.py" || exit 1; done'
step "documentation's examples" cargo test --locked --workspace --doc
step "documentation" env RUSTDOCFLAGS=-Dwarnings cargo doc --locked --workspace --no-deps --lib
if [ -n "$desktop" ]; then
  step "desktop" scripts/desktop-test.sh
  step "sound devices" scripts/audio-test.sh
fi
if [ -f tests/cases/score.py ]; then
  step "examples" scripts/score.sh
fi

echo
[ -z "$broken" ] || echo "failed:$broken"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
