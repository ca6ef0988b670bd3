#!/bin/bash
# The desktop test: builds, starts a headless desktop (scripts/desk.sh), makes one call through `stratus run` and checks it
# from outside. Usage: scripts/desktop-test.sh [N] runs it N times in a row (default 1); SHOTS=DIR keeps screenshots.
set -eu
cd "$(dirname "$0")/.."
lacking=$(scripts/desk.sh missing)
if [ -n "$lacking" ]; then
  echo "missing packages: $lacking (apt-get install them; scripts/test.sh does)" >&2
  exit 1
fi
if [ -n "${SHOTS:-}" ]; then mkdir -p "$SHOTS"; STRATUS_SHOTS=$(cd "$SHOTS" && pwd); export STRATUS_SHOTS; fi
tests="--test desktop_portal --test desktop_parts --test desktop --test desktop_menu"
cargo test ${PROFILE:+--profile "$PROFILE"} $tests --no-run
for i in $(seq "${1:-1}"); do
  [ "${1:-1}" = 1 ] || echo "desktop test, run $i of $1"
  # By name, because they are ignored elsewhere; without those that another test starts in a modified environment.
  scripts/desk.sh run cargo test ${PROFILE:+--profile "$PROFILE"} $tests -- --ignored --skip as_a_child_
done
