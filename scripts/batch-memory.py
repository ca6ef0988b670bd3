"""Resident memory of `stratus batch` over many lines: batch-memory.py PROGRAM LINES. The lines are the project's own cases."""

import glob
import itertools
import json
import subprocess
import sys
import threading
import time

program, total = sys.argv[1], int(sys.argv[2])
lines = []
for file in sorted(glob.glob("tests/cases/**/*.jsonl", recursive=True)):
    kind = next((k for k in ("understand", "readback", "respond", "adversarial") if k in file), None)
    for case in map(json.loads, filter(str.strip, open(file))):
        question = {k: v for k, v in case.items() if k not in ("expect", "must_match", "must_not_match", "source", "why", "category")}
        question["kind"] = "respond" if kind == "adversarial" else kind
        lines.append((json.dumps(question) + "\n").encode())
p = subprocess.Popen([program, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
answered, rss, peak = 0, [], 0


def read():
    global answered
    for line in p.stdout:
        assert b'"id"' in line
        answered += 1


def resident():
    return int(next(l for l in open(f"/proc/{p.pid}/status") if l.startswith("VmRSS")).split()[1])


reader = threading.Thread(target=read)
reader.start()
began = time.monotonic()
for n, line in enumerate(itertools.islice(itertools.cycle(lines), total)):
    p.stdin.write(line)
    if n % (total // 10) == total // 10 - 1:
        p.stdin.flush()
        rss.append(resident())
p.stdin.close()
reader.join()
p.wait()
took = time.monotonic() - began
assert answered == total, f"{answered} answers to {total} lines"
print(f"memory over {total} lines of batch: {' '.join(map(str, rss))} kB after each tenth ({took / total * 1e6:.0f} us a line)")
