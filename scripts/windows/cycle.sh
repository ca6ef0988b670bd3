#!/bin/bash
# Installs Stratus under Wine, runs it, upgrades it while it runs, and uninstalls it. Started by scripts/windows.sh inside
# a desktop of scripts/desk.sh. Usage: cycle.sh FOLDER (with the installer and bcryptprimitives.dll in it)
set -u
OUT=$(cd "${1:?the folder of the build}" && pwd)
cd "$(dirname "$0")/../.." || exit 1
. scripts/windows/wine.sh
trap end_wine EXIT
prepare_wine
setup=$(ls "$OUT"/stratus-*-windows-x64.exe | tail -n 1)
home="$WINEPREFIX/drive_c/users/$user/AppData/Local/Programs/Stratus"
shortcut="$WINEPREFIX/drive_c/users/$user/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Stratus.lnk"
log=$local_data/data/logs/stratus.log
value() { local all; all=$("$wine" reg query "$1" /v "$2" 2>/dev/null) && tr -d '\r' <<<"$all"; }
RUN='HKCU\Software\Microsoft\Windows\CurrentVersion\Run'
UNINSTALL='HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Stratus'
# Everything in one Wine desktop, because windows find each other only there.
in_desktop() { timeout 120 "$wine" explorer /desktop=stratus,1024x700 "$@" >/dev/null 2>&1 </dev/null; }
gone() { [ -z "$(stratus_pids)" ]; }
# explorer returns as soon as it has started the installer, which continues after Stratus has ended.
installed() { ! pgrep -f 'windows-x64.exe' >/dev/null; }
wsetup=$(windows_path "$setup")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
"$wine" explorer /desktop=stratus,1024x700 notepad >/dev/null 2>&1 </dev/null &
sleep 2

say "the pages of the installer"
"$wine" explorer /desktop=stratus,1024x700 "$wsetup" >/dev/null 2>&1 </dev/null &
until_ok 20 xdotool search --name 'Stratus Setup'
sleep 2
shot windows-installer
xdotool search --name 'Stratus Setup' windowfocus 2>/dev/null; xdotool key Escape; sleep 1; xdotool key Return
until_ok 10 installed
pkill -f 'windows-x64.exe' 2>/dev/null
check "leaving it installs nothing" test ! -e "$home"

say "a silent installation"
"$wine" "$setup" /S >/dev/null 2>&1
check "the program is there" test -f "$home/stratus.exe"
check "with voices, licences and the demo" test -f "$home/voices/pico/en-US_ta.bin" -a -f "$home/NOTICE.txt" -a -f "$home/demo/stratus-demo-en-q5_0.bin"
check "never Microsoft's DLL" test -z "$(find "$home" -iname '*simconnect*')"
check "an entry in the start menu" test -f "$shortcut"
check "an entry among the installed programs" grep -q "$version" <(value "$UNINSTALL" DisplayVersion)
check "no start with Windows unasked" test -z "$(value "$RUN" Stratus)"

say "a folder that is somebody's"
mkdir -p "$WINEPREFIX/drive_c/own/docs"; echo "mine" >"$WINEPREFIX/drive_c/own/docs/letter.txt"
"$wine" "$setup" /S '/D=C:\own' >/dev/null 2>&1
check "the program goes there" test -f "$WINEPREFIX/drive_c/own/stratus.exe"
check "and nothing of theirs goes" test -f "$WINEPREFIX/drive_c/own/docs/letter.txt"
"$wine" "$WINEPREFIX/drive_c/own/uninstall.exe" /S '_?=C:\own' >/dev/null 2>&1
check "it goes from there, and theirs stays" test ! -e "$WINEPREFIX/drive_c/own/stratus.exe" -a ! -e "$WINEPREFIX/drive_c/own/voices" -a -f "$WINEPREFIX/drive_c/own/docs/letter.txt"
"$wine" "$setup" /S "/D=$(windows_path "$home")" >/dev/null 2>&1

say "it runs from there"
exe='C:\users\'$user'\AppData\Local\Programs\Stratus\stratus.exe'
check "the demonstration flight" grep -q "transmissions, .* recognised word for word" <(timeout 300 "$wine" "$home/stratus.exe" demo --fast --seed 1 2>&1 </dev/null)
"$wine" explorer /desktop=stratus,1024x700 "$exe" run >/dev/null 2>&1 </dev/null &
check "the tray" until_ok 30 grep -q "ready in" "$log"
mkdir -p "$local_data/data/models" "$roaming/config"
echo "model" >"$local_data/data/models/kept.bin"
cp "$roaming/config/stratus.toml" "$STRATUS_DESK/settings"
echo "left behind" >"$home/voices/pico/old.bin"

say "an upgrade while it runs"
in_desktop "$wsetup" /S /AUTOSTART
check "the running one is closed politely" until_ok 15 gone
check "the upgrade comes to its end" until_ok 180 installed
check "it ended in order" grep -q "ended" "$log"
check "no mark of a crash is left" test ! -e "$local_data/data/logs/running"
check "the new one is there" test -f "$home/stratus.exe"
check "what the old one had alone is gone" test ! -e "$home/voices/pico/old.bin"
check "settings are kept" cmp -s "$roaming/config/stratus.toml" "$STRATUS_DESK/settings"
check "models are kept" test -f "$local_data/data/models/kept.bin"
check "start with Windows, as it was asked for" grep -q 'stratus.exe' <(value "$RUN" Stratus)

say "uninstalling"
"$wine" "$home/uninstall.exe" /S "_?=$(windows_path "$home")" >/dev/null 2>&1
check "the program is gone" test ! -e "$home/stratus.exe" -a ! -e "$home/voices"
check "its entries are gone" test -z "$(value "$RUN" Stratus)$(value "$UNINSTALL" DisplayVersion)" -a ! -e "$shortcut"
check "the pilot's files are kept" test -f "$local_data/data/models/kept.bin" -a -f "$roaming/config/stratus.toml"
"$wine" "$setup" /S >/dev/null 2>&1
"$wine" "$home/uninstall.exe" /S /FILES "_?=$(windows_path "$home")" >/dev/null 2>&1
check "and deleted when that is asked for" test ! -e "$local_data" -a ! -e "$roaming"
[ $failed = 0 ] && echo "installer cycle: all held" || echo "installer cycle: $failed failed"
exit $((failed > 0))
