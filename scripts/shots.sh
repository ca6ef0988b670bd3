#!/bin/bash
# The pictures in docs/, taken anew on a headless desktop: scripts/shots.sh PROGRAM [FOLDER]
# Needs what scripts/desk.sh needs, and xterm.
set -eu
cd "$(dirname "$0")/.."
if [ "${3:-}" != inside ]; then exec scripts/desk.sh run "$0" "$(realpath "${1:?the program}")" "$(realpath "${2:-docs}")" inside; fi
program=$1 out=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/config/stratus" "$work/bin"
ln -s "$program" "$work/bin/stratus"; export PATH=$work/bin:$PATH
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data
cp assets/demo/stratus-demo-en-q5_0.bin "$work/demo.bin"
printf '[speech]\nmodel = "%s"\n[brain]\nmode = "rules"\n[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n' "$work/demo.bin" \
  >"$work/config/stratus/stratus.toml"
xsetroot -solid '#3b4252' 2>/dev/null || true
picture() { import -window root -crop "$2" +repage -strip +dither -colors 200 "PNG8:$out/$1.png"; }
# Words on the screen take a moment that nobody tells of.
rest() { sleep "$1"; }

stratus run & pid=$!
for _ in $(seq 200); do [ -S "$XDG_RUNTIME_DIR/stratus/stratus.sock" ] && break; sleep 0.05; done
stratus say "Hilo Ground, Skyhawk 172SP, radio check" >/dev/null; rest 1
picture toast 340x130+940+40
for _ in $(seq 100); do pactl list short sink-inputs | grep -q . || break; rest 0.2; done; rest 4
stratus ptt down; rest 1; picture tray 480x99+0+0; stratus ptt up; rest 2
xdotool mousemove 12 16 click 1; rest 2
picture menu 290x300+0+0
xdotool key Escape
# A terminal of its own for a command; "$2" is typed into it, line by line.
terminal() {
  local name=$1 lines=$2; shift 2
  xterm -fa "DejaVu Sans Mono" -fs 10 -geometry "${COLUMNS_OF:-132}x$lines+20+60" -bg '#20242c' -fg '#e5e9f0' +sb -b 10 -T "$name" \
    -e bash -c "$*; echo; sleep 100" & local xterm=$!
  rest "${PATIENCE:-12}"
  import -window "$(xdotool search --name "^$name\$" | tail -n 1)" -strip +dither -colors 48 "PNG8:$out/$name.png"
  kill $xterm; wait $xterm 2>/dev/null || true
}
terminal doctor 24 "stratus doctor"
kill $pid; wait $pid || true
rm "$work/config/stratus/stratus.toml"
stratus speak "Heelow Ground, Skyhawk one seven two sierra papa, radio check." --voice en-GB --out "$work/pilot.wav" >/dev/null
# The pilot: answers by a pipe, a voice into the virtual microphone.
(for _ in 1 2 3 4; do paplay -d virtmic --volume 30000 "$work/pilot.wav"; done) & voice=$!
PATIENCE=25 terminal setup 36 "printf '\\ny\\n\\ny\\nScrollLock\\nn\\n' | stratus setup --skip-sim --skip-brain --model $work/demo.bin"
wait $voice || true
ls -l "$out"/{toast,tray,menu,doctor,setup}.png
