"""Resident memory over many whole calls in one process: call-memory.py PROGRAM CALLS [MODEL].
Each call is a recording that is recognised, answered, spoken and put through the radio (`stratus run --headless`)."""

import glob
import itertools
import os
import subprocess
import sys
import tempfile
import time

program, total = sys.argv[1], int(sys.argv[2])
model = os.path.abspath(sys.argv[3] if len(sys.argv) > 3 else "assets/demo/stratus-demo-en-q5_0.bin")
recordings = [os.path.abspath(f) for f in sorted(glob.glob("tests/fixtures/heldout/*.wav"))]
with tempfile.TemporaryDirectory() as work:
    config, script = f"{work}/stratus.toml", f"{work}/script"
    with open(config, "w") as f:
        f.write(f'[pilot]\ncallsign = "N172SP"\naircraft_type = "C172"\n[speech]\nmodel = "{model}"\n')
        f.write('[brain]\nmode = "rules"\n[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n')
    with open(script, "w") as f:
        f.writelines(f"wav {r}\n" for r in itertools.islice(itertools.cycle(recordings), total))
    began = time.monotonic()
    p = subprocess.Popen([program, "--config", config, "run", "--headless", script], stdout=subprocess.PIPE)
    called, answered, rss = 0, 0, []
    for line in p.stdout:
        called += b'"from":"pilot"' in line or b'"title"' in line
        answered += b'"from":"atc"' in line
        if called and called % max(total // 10, 1) == 0 and called // max(total // 10, 1) > len(rss):
            status = open(f"/proc/{p.pid}/status").read()
            rss.append(int(next(l for l in status.splitlines() if l.startswith("VmRSS")).split()[1]))
    assert p.wait() == 0
took = time.monotonic() - began
print(f"memory over {called} calls ({answered} answers): {' '.join(map(str, rss))} kB after each tenth ({took / max(called, 1) * 1e3:.0f} ms a call)")
