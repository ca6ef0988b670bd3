#!/usr/bin/env python3
"""How Stratus starts and rests, seen from outside. In a headless desktop:

    scripts/desk.sh run python3 scripts/idle.py PROGRAM [STARTS]

Starts it STARTS times (20) on the defaults and prints how long it took from exec until tray, key and socket were
there; then leaves the last one alone, with no simulator, and counts its wake-ups, processor time and memory for 30 s.
"""
import datetime
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

program, starts = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
SETTLE, WATCH = 15, 30


def switches(pid):
    """Voluntary context switches of each thread, by its id: a thread that slept and was woken."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            words = (task / "status").read_text().split()
            found[task.name] = ((task / "comm").read_text().strip(), int(words[words.index("voluntary_ctxt_switches:") + 1]))
        except (FileNotFoundError, ProcessLookupError):
            pass  # It ended meanwhile.
    return found


def field(path, name):
    return next(line.split()[1] for line in pathlib.Path(path).read_text().splitlines() if line.startswith(name))


def ticks(pid):
    return sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))


with tempfile.TemporaryDirectory() as folder:
    env = os.environ | {f"XDG_{n}_HOME": f"{folder}/{n.lower()}" for n in ("CONFIG", "STATE", "DATA")}
    # Ports that no simulator on this machine uses: they are looked for in vain, as on a desk where none runs.
    pathlib.Path(folder, "config/stratus").mkdir(parents=True)
    ports = "".join(f"{name} = {49990 + n}\n" for n, name in enumerate(("xplane_port", "xplane_web_port", "msfs_port", "flightgear_port")))
    pathlib.Path(folder, "config/stratus/stratus.toml").write_text(f"[sim]\n{ports}")
    log = pathlib.Path(folder, "state/stratus/logs/stratus.log")
    took = []
    for n in range(starts + 1):
        seen = log.stat().st_size if log.exists() else 0
        begun = time.time()
        child = subprocess.Popen([program, "run"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            new = log.read_bytes()[seen:].decode() if log.exists() else ""
            ready = [line for line in new.splitlines() if "ready in" in line]
            if ready:
                break
            if child.poll() is not None or time.time() - begun > 20:
                sys.exit(f"it did not become ready: {new}")
            time.sleep(0.02)
        # The log's own clock, to the microsecond: waiting for the line costs nothing of the figure.
        stamp = datetime.datetime.fromisoformat(ready[0].split("Z")[0][:26] + "+00:00").timestamp()
        if n > 0:  # The first one reads the program from the disk.
            took.append((stamp - begun) * 1000)
        if n < starts:
            child.terminate()
            child.wait()
    print(f"ready, from exec: median {statistics.median(took):.0f} ms, {min(took):.0f} to {max(took):.0f} ms in {starts} starts")
    time.sleep(SETTLE)
    before, used, begun = switches(child.pid), ticks(child.pid), time.time()
    time.sleep(WATCH)
    after, passed = switches(child.pid), time.time() - begun
    by_name = {}
    for task, (name, count) in after.items():
        by_name[name] = by_name.get(name, 0) + count - before.get(task, (name, 0))[1]
    busiest = ", ".join(f"{name} {count / passed:.1f}" for name, count in sorted(by_name.items(), key=lambda e: -e[1]) if count)
    print(f"idle: {sum(by_name.values()) / passed:.1f} wake-ups a second ({busiest}); {(ticks(child.pid) - used) * 10} ms of CPU in {passed:.0f} s")
    print(f"idle: {field(f'/proc/{child.pid}/status', 'VmRSS')} kB resident, {field(f'/proc/{child.pid}/smaps_rollup', 'Pss:')} kB proportional, {len(after)} threads")
    child.terminate()
    child.wait()
