#!/bin/bash
# Runs test programs under Wine. Started by scripts/windows.sh inside a desktop of scripts/desk.sh.
# One at a time, because there is only one pipe with MSFS's name.
# Usage: tests.sh FOLDER PROGRAM… (with bcryptprimitives.dll in the folder)
set -u
OUT=$(cd "${1:?the folder of the build}" && pwd); shift
cd "$(dirname "$0")/../.." || exit 1
. scripts/windows/wine.sh
trap end_wine EXIT
prepare_wine
# Microsoft's library, in the SDK's default place: in this prefix, which is deleted with the desktop's folder.
dll=$(ls -d "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/simconnect-sys-0.24.3/sdk/lib/SimConnect.dll 2>/dev/null | head -n 1)
sdk="$WINEPREFIX/drive_c/MSFS SDK/SimConnect SDK/lib"
mkdir -p "$sdk" && [ -n "$dll" ] && cp "$dll" "$sdk/" || echo "SKIPPED: Microsoft's SimConnect.dll is not in cargo's registry"
for program in "$@"; do
  say "$(basename "$program")"
  timeout 240 "$wine" "$program" --test-threads 1 --show-output 2>&1 </dev/null | tr -d '\r' >"$STRATUS_DESK/tests.log"
  grep -E '^test .* FAILED|SKIPPED|^test result' "$STRATUS_DESK/tests.log"
  grep -q '^test result: ok' "$STRATUS_DESK/tests.log" || { failed=$((failed + 1)); tail -n 60 "$STRATUS_DESK/tests.log"; }
done
exit $((failed > 0))
