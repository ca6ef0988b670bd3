#!/bin/bash
# Retakes the screenshots in docs/ on a headless desktop from a clean state: scripts/shots.sh PROGRAM [FOLDER]
# Needs what scripts/desk.sh needs, and xterm. The pictures of Windows come from scripts/windows.sh, the icons from scripts/icons.sh, those of
# the page from scripts/page-test.sh.
set -eu
cd "$(dirname "$0")/.."
if [ "${3:-}" != inside ]; then
  command -v xterm >/dev/null 2>&1 || { echo "missing: xterm (apt-get install xterm)" >&2; exit 1; }
  exec scripts/desk.sh run "$0" "$(realpath "${1:?the program}")" "$(realpath "${2:-docs}")" inside
fi
program=$1 out=$2
# The desktop's home is new, so the state is clean.
mkdir -p "$HOME/.config/stratus" "$HOME/bin" "$HOME/models"
ln -s "$program" "$HOME/bin/stratus"; export PATH=$HOME/bin:$PATH
config=$HOME/.config/stratus/stratus.toml
# The demo's model replaces a downloaded one, under the name of the recommended one.
model=$HOME/models/ggml-base.en.bin
cp assets/demo/stratus-demo-en-q5_0.bin "$model"
place='[brain]\nmode = "rules"\n[airports]\nimport = false\n[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n'
sum=$(sha256sum "$model" | cut -d ' ' -f 1)
xsetroot -solid '#3b4252' 2>/dev/null || true
picture() { import -window root -crop "$2" +repage -strip +dither -colors 200 "PNG8:$out/$1.png"; }
# Text appears on the screen after an unpredictable delay.
rest() { sleep "$1"; }
start() {
  stratus run & pid=$!
  for _ in $(seq 200); do [ -S "$XDG_RUNTIME_DIR/stratus/stratus.sock" ] && break; sleep 0.05; done
  rest 1
}
quiet() { for _ in $(seq 150); do pactl list short sink-inputs | grep -q STRATUS || break; rest 0.2; done; }
menu() { xdotool mousemove 12 16 click 1; rest 2; picture "$1" "$2"; xdotool key Escape; rest 1; }

# The first start: nothing is set up.
printf "$place" >"$config"
start
menu first-run 332x297+0+0
kill $pid; wait $pid || true
# Its toast disappears.
rest 9

# A pilot who is set up.
rm -rf "$HOME/.local"
printf "[pilot]\ncallsign = \"N172SP\"\naircraft_type = \"C172\"\n[speech]\nmodel = \"$model\"\nmodel_sha256 = \"$sum\"\n$place" >"$config"
start
stratus say "Hilo Ground, Skyhawk 172SP, at the ramp, request taxi" >/dev/null; rest 1
picture toast 340x170+935+22
quiet; rest 14
xdotool mousemove 12 16; stratus ptt down; rest 3; picture tray 340x104+0+0; stratus ptt up; rest 2
# The message about the empty press disappears first.
rest 9
menu menu 270x297+0+0
# A separate terminal for a command; "$2" is its number of lines.
terminal() {
  local name=$1 lines=$2; shift 2
  xterm -fa "DejaVu Sans Mono" -fs "${FONT:-10}" -geometry "${COLUMNS_OF:-100}x$lines+20+60" -bg '#20242c' -fg '#e5e9f0' +sb -b 10 -T "$name" \
    -e bash -c "$*; echo; touch '$HOME/over'; sleep 100" & local xterm=$!
  # On a busy machine a command may be slow, so wait until it ends.
  for _ in $(seq 240); do [ -e "$HOME/over" ] && break; rest 0.5; done
  rm "$HOME/over"
  rest 1
  import -window "$(xdotool search --name "^$name\$" | tail -n 1)" -strip +dither -colors 48 "PNG8:$out/$name.png"
  kill $xterm; wait $xterm 2>/dev/null || true
}
cd "$HOME"; xdotool mousemove 900 700; rest 1
terminal doctor 25 "COLUMNS=100 stratus doctor"
kill $pid; wait $pid || true

# The five steps in the terminal, by a pilot who speaks and presses when asked.
rm -rf "$HOME/.local"; printf "$place" >"$config"
stratus speak "Skyhawk one seven two sierra papa, radio check." --voice en-GB --out "$HOME/check.wav" >/dev/null
stratus speak "Heelow Ground, Skyhawk one seven two sierra papa, radio check." --voice en-GB --out "$HOME/call.wav" >/dev/null
said=$HOME/said
until_said() { for _ in $(seq 600); do grep -q "$1" "$said" 2>/dev/null && return 0; sleep 0.1; done; echo "shots: no \"$1\" in the set-up" >&2; }
(
  until_said 'radio check" now'; paplay -d virtmic --volume 30000 "$HOME/check.wav"
  until_said "release it"; rest 1; xdotool key Scroll_Lock
  until_said "and say:"; rest 1
  xdotool keydown Scroll_Lock; rest 1; paplay -d virtmic "$HOME/call.wav"; xdotool keyup Scroll_Lock
) & pilot=$!
# Messages that apply only to the demo's model are left out.
FONT=9 terminal setup 47 "printf '\\n\\ny\\n\\ny\\nN172SP\\ny\\n' | COLUMNS=100 stratus setup --skip-sim --skip-brain --model models/ggml-base.en.bin 2>&1 | grep --line-buffered -v -e 'does not understand people' -e 'Measuring how fast' | tee $said"
wait $pilot || true
stratus ptt up >/dev/null 2>&1 || true
# The tray that the setup started.
python3 -c 'import os, socket; s = socket.socket(socket.AF_UNIX); s.connect(os.environ["XDG_RUNTIME_DIR"] + "/stratus/stratus.sock"); s.sendall(b"{\"quit\":true}\n"); s.recv(99)' || true
ls -l "$out"/{first-run,toast,tray,menu,doctor,setup}.png
