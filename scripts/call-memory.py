"""Resident memory over many complete calls in one process: call-memory.py PROGRAM CALLS [MODEL [PLOT.svg]].
Each call is a recording that is recognised, answered, spoken and passed through the radio effect (`stratus run --headless`).
MODEL is a file, or tiny.en, base.en or small.en: the latter generates a model with random weights of those dimensions,
which uses as much memory as a real one and recognises the same word in each call. Fails if the last tenth is more than 2 % and a megabyte above the second."""

import glob
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench"))

program, total = sys.argv[1], int(sys.argv[2])
model = sys.argv[3] if len(sys.argv) > 3 else "assets/demo/stratus-demo-en-q5_0.bin"
recordings = [os.path.abspath(f) for f in sorted(glob.glob("tests/fixtures/heldout/*.wav"))]


def seconds(path):
    with wave.open(path) as w:
        return w.getnframes() / w.getframerate()


with tempfile.TemporaryDirectory() as work:
    named, more = os.path.basename(model), ""
    if not os.path.exists(model):
        subprocess.run(["cargo", "bench", "--quiet", "--profile", os.environ.get("PROFILE", "ci"), "--locked", "--bench", "recognise", "--", "write", model, f"{work}/model.bin"], check=True)
        model = f"{work}/model.bin"
        with open(model, "rb") as f:
            more = f'model_sha256 = "{hashlib.file_digest(f, "sha256").hexdigest()}"\n'
        # Memory is the same for each, and a short call is faster to compute.
        recordings = sorted(recordings, key=seconds)[:8]
    config, script = f"{work}/stratus.toml", f"{work}/script"
    with open(config, "w") as f:
        f.write(f'[pilot]\ncallsign = "N172SP"\naircraft_type = "C172"\n[speech]\nmodel = "{os.path.abspath(model)}"\n{more}')
        f.write('[brain]\nmode = "rules"\n[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n')
    with open(script, "w") as f:
        f.writelines(f"wav {r}\n" for r in itertools.islice(itertools.cycle(recordings), total))
    began = time.monotonic()
    p = subprocess.Popen([program, "--config", config, "run", "--headless", script], stdout=subprocess.PIPE)
    called, answered, rss, curve = 0, 0, [], []
    for line in p.stdout:
        called += b'"from":"pilot"' in line or b'"title"' in line
        answered += b'"from":"atc"' in line
        if called and called % max(total // 100, 1) == 0 and (not curve or curve[-1][0] < called):
            status = open(f"/proc/{p.pid}/status").read()
            curve.append((called, int(next(l for l in status.splitlines() if l.startswith("VmRSS")).split()[1])))
            if called % max(total // 10, 1) == 0:
                rss.append(curve[-1][1])
                print(f"{called} calls: {rss[-1]} kB", file=sys.stderr, flush=True)
    assert p.wait() == 0
took = time.monotonic() - began
print(f"memory over {called} calls with {named} ({answered} answers): {' '.join(map(str, rss))} kB after each tenth ({took / max(called, 1) * 1e3:.0f} ms a call)")
if len(sys.argv) > 4:
    import plots
    plots.curves(sys.argv[4], f"Resident memory over calls, {named}", [("stratus run --headless", [(n, kb / 1024) for n, kb in curve])], "calls", "MB")
if len(rss) > 2 and rss[-1] > rss[1] * 1.02 + 1024:
    sys.exit("it grows")
