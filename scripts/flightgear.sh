#!/bin/bash
# Flies a circuit at Hilo in a live FlightGear with Stratus as the controller, and writes docs/flightgear-flight.md.
# Installs FlightGear from Debian first (1.6 GB to download, 4 GB on disk); a run takes about 20 minutes. Exit 1 if an
# answer, a phase of flight, a frequency or the transponder code is wrong.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
program="$(pwd)/${CARGO_TARGET_DIR:-target}/ci/stratus"
case ${CARGO_TARGET_DIR:-} in /*) program="$CARGO_TARGET_DIR/ci/stratus" ;; esac

if [ "${1:-}" != inside ]; then
  need_packages build desktop flightgear
  need_cargo
  cargo build --profile ci --locked --bin stratus
  exec scripts/desk.sh run scripts/flightgear.sh inside
fi

data=/usr/share/games/flightgear
groundnet=$data/Scenery/Airports/P/H/T/PHTO.groundnet.xml
as_root=
[ -w $data/Protocol ] || as_root=sudo
here=$(mktemp -d "${TMPDIR:-/tmp}/stratus-flight.XXXXXX")
simulator='' tray=''
finish() {
  [ -z "$tray" ] || kill "$tray" 2>/dev/null || true
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
  [ -z "$simulator" ] || { for _ in $(seq 100); do kill -0 "$simulator" 2>/dev/null || break; sleep 0.1; done; kill -9 "$simulator" 2>/dev/null || true; }
  wait
  $as_root rm -f $data/Protocol/stratus-out.xml $data/Protocol/stratus-in.xml
  rm -rf "$here"
}
trap finish EXIT
trap 'exit 130' INT TERM

# FlightGear looks for protocols only in its own folder.
$as_root install -m 644 scripts/flightgear/stratus-out.xml scripts/flightgear/stratus-in.xml $data/Protocol/

# Rendering is off: only the flight model and the instruments matter.
LIBGL_ALWAYS_SOFTWARE=1 LP_NUM_THREADS=1 ALSOFT_DRIVERS=null PATH="$PATH:/usr/games" fgfs --aircraft=c172p --callsign=N172SP \
  --lat=19.716951 --lon=-155.060816 --heading=220.4 --altitude=0 --timeofday=noon \
  --httpd=5500 --generic=socket,out,20,127.0.0.1,5502,udp,stratus-out --generic=socket,in,20,127.0.0.1,5503,udp,stratus-in \
  --com1=121.9 --com2=126.4 --disable-sound --disable-terrasync --disable-random-objects --disable-real-weather-fetch \
  --wind=70@3 --geometry=160x120 --fog-disable --prop:/fdm/jsbsim/settings/damage=false --prop:/sim/rendering/multithreading-mode=SingleThreaded --prop:/sim/frame-rate-throttle-hz=20 \
  --prop:/sim/rendering/draw-mask/terrain=false --prop:/sim/rendering/draw-mask/models=false \
  --prop:/sim/rendering/draw-mask/aircraft=false --prop:/sim/rendering/draw-mask/clouds=false >"$here/flightgear.log" 2>&1 &
simulator=$!
echo "FlightGear starts: two minutes at first, while it builds its cache"
for _ in $(seq 600); do
  kill -0 $simulator 2>/dev/null || { tail -n 20 "$here/flightgear.log" >&2; echo "error: FlightGear ended" >&2; exit 1; }
  grep -qs '"value":true' <(python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:5500/json/sim/fdm-initialized", timeout=2).read().decode())' 2>/dev/null) && break
  sleep 0.5
done

cat >"$here/stratus.toml" <<'TOML'
[sim]
link = "flightgear"

# The scripted pilot knows the groundnet, and does not stop at a runway while taxiing in.
[airports]
import = false

[copilot]
tune = true
squawk = true
TOML
"$program" --config "$here/stratus.toml" run --record "$here/session.jsonl" >"$here/stratus.log" 2>&1 &
tray=$!
python3 -c '
import json, socket, subprocess, sys, time
for _ in range(300):
    if subprocess.run([sys.argv[1], "ptt", "up"], capture_output=True).returncode == 0: sys.exit()
    time.sleep(0.1)
sys.exit("error: the tray does not answer")' "$program"

code=0
python3 scripts/flightgear/circuit.py "$program" $groundnet "$here/session.jsonl" docs/flightgear-flight.md || code=$?
[ -z "${KEEP:-}" ] || cp "$here"/*.jsonl "$here"/*.log "$KEEP"
exit $code
