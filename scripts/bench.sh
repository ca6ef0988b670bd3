#!/bin/bash
# The figures of docs/performance.md, on this machine: scripts/bench.sh
# Builds what is shipped (profile `release`; PROFILE=ci is built faster), then measures in a headless desktop of its own.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
if [ "${1:-}" != inside ]; then
  need_packages build test desktop
  need_cargo
  cargo build --profile "${PROFILE:-release}" --locked --bin stratus
  exec scripts/desk.sh run "$0" inside
fi
profile=${PROFILE:-release}
bin=${CARGO_TARGET_DIR:-target}/$profile/stratus
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data

echo "binary: $(stat -c %s "$bin") bytes (profile $profile)"
for flag in --version --help; do
  python3 - "$bin" $flag <<'P'
import subprocess, sys, time, statistics
t = []
for _ in range(30):
    a = time.perf_counter(); subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); t.append((time.perf_counter() - a) * 1000)
print(f"{sys.argv[2]}: median {statistics.median(t):.1f} ms, worst {max(t):.1f} ms of 30")
P
done

python3 - "$bin" <<'P'
import json, subprocess, sys, time
state = {"airport": "KPAO", "region": "FAA", "facility": "ground", "callsign": "N739HW", "aircraft_type": "C172", "on_ground": True, "position": "west ramp",
         "phase": "parked", "tuned": "125.0", "towered": True, "frequencies": {"ground": "125.0", "tower": "118.6"}, "active_runway": "31", "atis": "K",
         "wind_dir": 310, "wind_kt": 8, "altimeter_inhg": 30.05, "visibility_sm": 10, "traffic": "none"}
n = 20000
text = "\n".join(json.dumps({"id": i, "kind": "respond", "state": state, "text": "palo alto ground cessna seven three niner hotel whiskey west ramp ready to taxi with kilo"}) for i in range(n)) + "\n"
a = time.perf_counter(); subprocess.run([sys.argv[1], "batch"], input=text.encode(), stdout=subprocess.DEVNULL, check=True); b = time.perf_counter() - a
print(f"engine, a call heard to its reply, JSON in and out included: {b / n * 1e6:.0f} us ({n} calls)")
P

# Memory over a million lines of every kind; the figure after the first tenth is what it settles at.
python3 scripts/batch-memory.py "$bin" "${LINES_OF_BATCH:-1000000}"

python3 scripts/idle.py "$bin" 20

# Through real devices: a recording into the virtual microphone while the key is held, the answer out of the virtual speaker.
export XDG_CONFIG_HOME=$work/config2 XDG_STATE_HOME=$work/state2 XDG_DATA_HOME=$work/data2
mkdir -p "$work/config2/stratus"
cat > "$work/config2/stratus/stratus.toml" <<T
[pilot]
callsign = "N172SP"
aircraft_type = "C172"
[speech]
model = "$PWD/assets/demo/stratus-demo-en-q5_0.bin"
[sim]
link = "none"
airport = "PHTO"
com1 = "121.9"
[airports]
import = false
T
"$bin" run & pid=$!
lines() { cat "$work"/data2/stratus/transcript.jsonl 2>/dev/null | grep -c '"atc"' || true; }
sleep 3
for wav in $(ls tests/fixtures/heldout/*.wav | head -24); do
  n=$(lines)
  "$bin" ptt down; paplay -d virtmic "$wav"; "$bin" ptt up
  for _ in $(seq 40); do [ "$(lines)" -gt "$n" ] && break; sleep 0.1; done
  sleep 1.5
done
kill $pid; wait $pid || true
python3 - "$work"/data2/stratus/transcript.jsonl <<'P'
import json, statistics, sys
l = [x["latency_ms"] for x in map(json.loads, open(sys.argv[1])) if x["from"] == "atc" and x.get("latency_ms", {}).get("recognise")]
for name, f in (("first sound after the end of the take", lambda x: x["first_audio"]), ("of it recognition", lambda x: x["recognise"]),
                ("of it the first phrase's synthesis", lambda x: x["synthesise"]), ("of it the capture's end", lambda x: x["capture"]),
                ("of it Stratus's own part, capture's end included", lambda x: x["first_audio"] - x["recognise"] - x["synthesise"])):
    v = [f(x) for x in l]
    print(f"devices, {name}: median {statistics.median(v):.0f} ms, worst {max(v)} ms of {len(v)}")
P

export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data
"$bin" demo --fast --seed 1 --out "$work/demo" >/dev/null
python3 - "$work/demo/latency.json" <<'P'
import json, statistics, sys
l = json.load(open(sys.argv[1]))
own = [x["first_audio"] - x["recognise"] - x["synthesise"] for x in l]
for name, v in (("first sound after the end of the take", [x["first_audio"] for x in l]), ("of it recognition (demo model)", [x["recognise"] for x in l]),
                ("of it the first phrase's synthesis", [x["synthesise"] for x in l]), ("of it Stratus's own part, without devices", own)):
    print(f"demo, {name}: median {statistics.median(v):.0f} ms, worst {max(v)} ms of {len(v)}")
P
