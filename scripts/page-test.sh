#!/bin/bash
# Tests the page in a real browser, and takes its pictures: scripts/page-test.sh [PROGRAM] [FOLDER]
# Starts Stratus with a recorded flight in a separate home folder, opens the page in headless Chromium, and uses it: a call by a press, by
# keyboard, by touch, a lost and a new connection, a hostile page on the same machine, accessibility. Needs Chromium (apt-get install
# chromium), Python, and what scripts/desk.sh needs. With FOLDER, the pictures are written there (docs/ has them). It takes about 20 s and
# is run by hand.
set -eu
cd "$(dirname "$0")/.."
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$browser" ] || { echo "missing: chromium (apt-get install chromium)" >&2; exit 1; }
program=${1:-target/debug/stratus}
[ -x "$program" ] || { echo "missing: $program (cargo build --bin stratus, or name the program)" >&2; exit 1; }
lacking=$(scripts/desk.sh missing)
[ -z "$lacking" ] || { echo "missing packages: $lacking" >&2; exit 1; }
exec scripts/desk.sh run python3 scripts/page-test.py "$(realpath "$program")" "$browser" ${2:+"$(realpath "$2")"}
