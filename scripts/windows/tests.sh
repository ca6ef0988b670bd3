#!/bin/bash
# Runs test programs under Wine. Started by scripts/windows.sh inside a desktop of scripts/desk.sh.
# One at a time: there is one pipe of the name that MSFS gives it.
# Usage: tests.sh FOLDER PROGRAM… (with bcryptprimitives.dll in the folder)
set -u
OUT=$(cd "${1:?the folder of the build}" && pwd); shift
cd "$(dirname "$0")/../.." || exit 1
. scripts/windows/wine.sh
trap end_wine EXIT
prepare_wine
for program in "$@"; do
  say "$(basename "$program")"
  timeout 240 "$wine" "$program" --test-threads 1 2>&1 </dev/null | tr -d '\r' >"$STRATUS_DESK/tests.log"
  grep -E '^test .* FAILED|panicked at|^test result|^failures:' "$STRATUS_DESK/tests.log"
  grep -q '^test result: ok' "$STRATUS_DESK/tests.log" || { failed=$((failed + 1)); tail -n 60 "$STRATUS_DESK/tests.log"; }
done
exit $((failed > 0))
