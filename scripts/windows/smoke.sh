#!/bin/bash
# Runs stratus.exe under Wine and checks it from outside. Started by scripts/windows.sh inside a desktop of
# scripts/desk.sh. Usage: smoke.sh FOLDER (with stratus/ and bcryptprimitives.dll in it)
set -u
OUT=$(cd "${1:?the folder of the build}" && pwd)
cd "$(dirname "$0")/../.." || exit 1
. scripts/windows/wine.sh
trap end_wine EXIT
prepare_wine
exe=$OUT/stratus/stratus.exe
wexe=$(windows_path "$exe")
config=$roaming/config/stratus.toml
log=$local_data/data/logs/stratus.log
transcript=$local_data/data/transcript.jsonl

# A command's output, as on a terminal.
stratus() { timeout 60 "$wine" "$exe" "$@" 2>&1 </dev/null | tr -d '\r'; }
# In Wine's own desktop, which provides focus and a notification area.
in_desktop() { "$wine" explorer /desktop=stratus,1024x700 "$@" >/dev/null 2>&1 </dev/null & }
logged() { grep -q -- "$1" "$log" 2>/dev/null; }
count() { grep -c -- "$1" "$log" 2>/dev/null || true; }
more_than() { [ "$(count "$1")" -gt "$2" ]; }
only_one() { [ "$(stratus_pids | wc -l)" = 1 ]; }
gone() { [ -z "$(stratus_pids)" ]; }
start() {
  in_desktop "$wexe" run "$@"
  until_ok 30 logged "ready in"
}
# As the task manager does: ask every window to close. Windows find each other on one desktop only.
quit() { timeout 20 "$wine" explorer /desktop=stratus,1024x700 'C:\windows\system32\taskkill.exe' /im stratus.exe >/dev/null 2>&1; until_ok 10 gone; }

say "commands in a terminal"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
check "--version answers" test "$(stratus --version)" = "stratus $version"
check "a wrong command is told" grep -q "unrecognized subcommand" <(stratus sing)
mkdir -p "$WINEPREFIX/drive_c/models"
cp assets/demo/stratus-demo-en-q5_0.bin "$WINEPREFIX/drive_c/models/demo.bin"
wav=tests/fixtures/heldout/004-pico-us.wav

say "the first start: nothing is there, and nothing is asked for"
in_desktop notepad
start || bad "it starts without a configuration"
check "settings are in the roaming folder" test -f "$config"
check "the log is in the local folder" test -f "$log"
check "no SimConnect.dll is there or asked for" test -z "$(find "$OUT/stratus" "$WINEPREFIX/drive_c" -iname '*simconnect*' | head -n 1)"
check "toasts have a name in the registry" grep -q "Stratus" <("$wine" reg query 'HKCU\Software\Classes\AppUserModelId\Stratus.Stratus' /v DisplayName 2>/dev/null)
until_ok 15 logged "notifications cannot be shown"
check "a system without toasts is told once" test "$(count 'notifications cannot be shown')" = 1
check "it ends when it is asked to" quit
check "no mark of a crash is left" test ! -e "$local_data/data/logs/running"

say "a configured start, with a recorded flight"
python3 - "$config" <<'PY'
import re, sys
path = sys.argv[1]
text = open(path, encoding="utf-8").read()
def put(table, key, value):
    global text
    head = text.index(f"[{table}]")
    at = text.index(f"# {key} = ", head)
    end = text.index("\n", at)
    text = text[:at] + f"{key} = {value}" + text[end:]
put("speech", "model", "'C:\\models\\demo.bin'")
put("ptt", "key", '"RightCtrl"')
put("brain", "mode", '"rules"')
# Wine has no Windows voices, so Stratus's own speaks as the fallback.
put("speech", "voice", '"windows:Microsoft David"')
put("log", "level", '"debug"')
open(path, "w", encoding="utf-8").write(text)
PY
: >"$log"
flight=$(windows_path "$OUT/stratus/demo/flights/phto-circuit-jsbsim.jsonl.gz")
start --sim "replay:$flight" || bad "it starts with a configuration"
ready=$(sed -n 's/.*ready in \([0-9]*\) ms.*/\1/p' "$log" | tail -n 1)
until_ok 20 logged "microphone:"

say "a typed call"
heard=$STRATUS_DESK/spk.raw
parec --device=spk.monitor --format=s16le --rate=48000 --channels=1 >"$heard" 2>/dev/null & recorder=$!
answer=$(stratus say "Hilo Ground, Skyhawk one seven two sierra papa, radio check")
echo "         $answer"
check "the engine's words come back" grep -qi "loud and clear" <<<"$answer"
check "they are the tray's own" until_ok 20 grep -q "radio check" "$transcript"
sleep 8
kill $recorder 2>/dev/null
peak=$(python3 - "$heard" <<'PY'
import array, sys
data = open(sys.argv[1], "rb").read()
samples = array.array("h", data[: len(data) // 2 * 2])
print(max(map(abs, samples), default=0))
PY
)
echo "         peak at the speaker: $peak of 32767"
check "the answer is heard at the speaker" test "$peak" -gt 1500
check "a voice of Windows's that is not there is told once" test "$(count "toast: Windows")" = 1
check "the doctor tells it too" grep -q "voice  *Windows" <(stratus doctor)

say "the key, with a notepad in front"
key() { xdotool "$1" "$2"; }
xdotool search --name Notepad windowfocus >/dev/null 2>&1; xdotool mousemove 200 200 click 1; sleep 1
downs=$(count "key Down") ups=$(count "key Up")
key keydown Control_R; until_ok 5 more_than "key Down" "$downs"; check "a bare modifier goes down" more_than "key Down" "$downs"
sleep 0.6
key keyup Control_R; until_ok 5 more_than "key Up" "$ups"; check "and comes up" more_than "key Up" "$ups"
downs=$(count "key Down")
key key a; sleep 0.5
check "another key is not the key" test "$(count 'key Down')" = "$downs"

say "a spoken call"
lines=$(wc -l <"$transcript" 2>/dev/null || echo 0)
key keydown Control_R; sleep 0.4
paplay --device=virtmic "$wav" 2>/dev/null
sleep 0.5
key keyup Control_R
until_ok 20 eval '[ "$(wc -l <"$transcript")" -gt "$lines" ]'
spoken=$(tail -n 3 "$transcript" | grep -o '"\(heard\|text\|pilot\)":"[^"]*"' | tail -n 2)
echo "         $spoken"
check "what was said into the microphone is in the transcript" grep -qi "traffic" <<<"$(tail -n 3 "$transcript")"
shot windows-answer

say "recognition by the fixture's model"
here=""
for bin in target/ci/stratus target/debug/stratus target/release/stratus; do [ -x "$bin" ] && here=$bin && break; done
there=$(stratus transcribe "$(windows_path "$PWD/$wav")" --model 'C:\models\demo.bin')
echo "         $there"
if [ -n "$here" ]; then
  linux=$("$here" transcribe "$wav" --model assets/demo/stratus-demo-en-q5_0.bin 2>/dev/null)
  check "the same text as on Linux" test "$there" = "$linux"
else
  check "the text of the recording" grep -qi "looking for traffic" <<<"$there"
fi

say "one Stratus, and its memory"
main=$(stratus_pids | head -n 1)
rss=$(awk '/VmRSS/ {print $2}' "/proc/$main/status")
in_desktop "$wexe" run
check "a second start is told in a window of its own" until_ok 10 xdotool search --onlyvisible --name '^Stratus$'
sleep 0.5
shot windows-second
xdotool key Return
check "and ends" until_ok 10 only_one
check "the first one lives" grep -q "loud and clear" <(stratus say "Hilo Ground, Skyhawk one seven two sierra papa, radio check")

say "a grabbed key"
sed -i 's/^# grab = false/grab = true/; s/^key = "RightCtrl"/key = "F9"/' "$config"
sleep 3
downs=$(count "key Down") ups=$(count "key Up")
xdotool mousemove 200 200 click 1; sleep 0.5
key keydown F9; until_ok 5 more_than "key Down" "$downs"; check "it goes down" more_than "key Down" "$downs"
sleep 0.6
key keyup F9; until_ok 5 more_than "key Up" "$ups"; check "and comes up" more_than "key Up" "$ups"

say "the icon under the mouse"
# Wine 8 lacks Shell_NotifyIconGetRect, without which the tray library opens no menu, so check the tooltip.
xdotool mousemove --window "$(xdotool search --name 'Wine desktop' | head -n 1)" 1014 690; sleep 1.5
shot windows-tray

say "the end"
check "it ends when it is asked to" quit
check "it ended in order" grep -q ended <(tail -n 1 "$log")
check "no mark of a crash is left" test ! -e "$local_data/data/logs/running"
check "nothing panicked" test "$(count panic)" = 0
check "the pilot's settings are as they were written" grep -q '^grab = true' "$config"
echo "         ready after $ready ms; resident memory after the calls $rss kB"
[ $failed = 0 ] && echo "Windows smoke test: all held" || { echo "Windows smoke test: $failed failed"; tail -n 40 "$log"; }
exit $((failed > 0))
