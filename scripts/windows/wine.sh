#!/bin/bash
# Shared code of the tests under Wine. Sourced inside a desktop of scripts/desk.sh, with OUT the folder of the build.
# All of Wine's files are in a separate prefix below the desktop's folder.

export WINEPREFIX=$STRATUS_DESK/wine WINEDEBUG=${WINEDEBUG:--all} WINEARCH=win64
export WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d"
wine=$(command -v wine64 || command -v wine || ls /usr/lib/wine/wine64)
failed=0
shots=${SHOTS:-}

say() { echo "-- $*"; }
ok() { echo "ok       $1"; }
bad() { echo "FAILED   $1"; failed=$((failed + 1)); }
# check WORDS COMMAND…: one line for one requirement.
check() { local what=$1; shift; if "$@"; then ok "$what"; else bad "$what"; fi; }
# until_ok SECONDS COMMAND…: polls.
until_ok() { local n=$(($1 * 10)); shift; while [ "$n" -gt 0 ]; do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; n=$((n - 1)); done; return 1; }
# A path in Windows notation.
windows_path() { "$wine" winepath -w "$1" 2>/dev/null | tr -d '\r'; }
unix_path() { "$wine" winepath -u "$1" 2>/dev/null | tr -d '\r'; }
shot() { import -window root "$STRATUS_DESK/$1.png" 2>/dev/null; [ -z "$shots" ] || { mkdir -p "$shots"; cp "$STRATUS_DESK/$1.png" "$shots/"; }; }

prepare_wine() {
  say "a new Wine prefix"
  "$wine" wineboot -i >"$STRATUS_DESK/wineboot.log" 2>&1
  cp "$OUT/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
  user=$(ls "$WINEPREFIX/drive_c/users" | grep -v Public | head -n 1)
  roaming="$WINEPREFIX/drive_c/users/$user/AppData/Roaming/stratus"
  local_data="$WINEPREFIX/drive_c/users/$user/AppData/Local/stratus"
}

end_wine() {
  "$wine" wineboot -k >/dev/null 2>&1
  wineserver -k >/dev/null 2>&1 || /usr/lib/wine/wineserver64 -k >/dev/null 2>&1
  wineserver -w >/dev/null 2>&1 || true
}

# The process ids of the program.
stratus_pids() { pgrep -f 'stratus\.exe' | while read -r p; do grep -qa 'stratus.exe' "/proc/$p/cmdline" && ! grep -qaE 'explorer|start' "/proc/$p/cmdline" && echo "$p"; done; }
