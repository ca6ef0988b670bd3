#!/usr/bin/env python3
"""Measures start-up and idle load of Stratus from outside. In a headless desktop:

    scripts/desk.sh run python3 scripts/idle.py PROGRAM [STARTS [SECONDS]]

Starts it STARTS times (20) with the defaults and prints the time from exec until tray, key and socket were ready; then
leaves the last one idle, without a simulator, and measures its wake-ups, processor time and memory for SECONDS (30).
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench"))
from vitals import Rest, Stratus, proportional, resident  # noqa: E402

program, starts, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20, float(sys.argv[3]) if len(sys.argv) > 3 else 30
SETTLE = 75

stratus = Stratus(program)
took = []
for n in range(starts + 1):
    ms = stratus.start()
    if n > 0:  # The first one reads the program from the disk.
        took.append(ms)
    if n < starts:
        stratus.end()
if took:
    print(f"ready, from exec: median {statistics.median(took):.0f} ms, {min(took):.0f} to {max(took):.0f} ms in {starts} starts")
time.sleep(SETTLE)
rest = Rest(stratus.child.pid)
curve = rest.watch(seconds)
woken, busiest, cpu = rest.over()
pid = stratus.child.pid
print(f"idle: {woken:.2f} wake-ups a second ({busiest}); {cpu:.3f} % of a core in {seconds:.0f} s")
print(f"idle: {resident(pid)} kB resident ({min(k for _, k in curve)} to {max(k for _, k in curve)}), {proportional(pid)} kB proportional, "
      f"{len(os.listdir(f'/proc/{pid}/task'))} threads{stratus.disturbed()}")
stratus.close()
