#!/usr/bin/env python3
"""Creates an installation of the size of X-Plane 12 and times its import: scripts/import-speed.py [PROGRAM [AIRPORTS [CIFP FILES]]]

PROGRAM is target/release/stratus if none is named. The files are made up, in a temporary folder: an apt.dat of
36,000 airports, of which one in twelve has a taxi network, and 13,000 CIFP files. The import runs on one core at the lowest priority. It
runs three times: from scratch, with nothing changed, and with one changed procedures file.
"""
import os, random, shutil, subprocess, sys, tempfile, time
from pathlib import Path

program = Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/stratus").absolute()
airports = int(sys.argv[2]) if len(sys.argv) > 2 else 36_000
procedures = int(sys.argv[3]) if len(sys.argv) > 3 else 13_000
dice = random.Random(23)


def code(n):
    return "X" + "".join(chr(65 + n // 26**k % 26) for k in (3, 2, 1, 0))


def airport(n):
    """The rows of an airport: a runway, stations, and at a large one taxiways, parking places and pavement, which most rows describe."""
    lat, lon = dice.uniform(-60, 70), dice.uniform(-179, 179)
    large = n % 12 == 0
    yield f"1 {dice.randrange(4000)} 1 0 {code(n)} Made Up Field {n}"
    yield f"1302 city Place {n}"
    yield f"1302 icao_code {code(n)}"
    yield f"1302 transition_alt {dice.choice((5000, 6000, 18000))}"
    yield f"100 45.0 1 0 0.25 1 2 1 09 {lat:.8f} {lon:.8f} 0 0 3 0 0 1 27 {lat:.8f} {lon + 0.03:.8f} 0 0 3 0 0 1"
    yield f"1050 {dice.randrange(118000, 137000, 25)} ATIS"
    yield f"1054 {dice.randrange(118000, 137000, 25)} TOWER"
    for _ in range(1500 if large else 90):
        yield f"111 {lat + dice.uniform(0, 0.02):.8f} {lon + dice.uniform(0, 0.03):.8f}"
    if large:
        for k in range(300):
            yield f"1201 {lat + k % 20 / 1000:.8f} {lon + k // 20 / 1000:.8f} both {k} point {k}"
        for k in range(299):
            yield f"1202 {k} {k + 1} twoway taxiway_E {chr(65 + k // 20)}"
        for k in range(40):
            yield f"1300 {lat + 0.001 + k / 5000:.8f} {lon:.8f} 90.0 gate jets|props Gate {k}"


def charts(n):
    """The rows of a CIFP file: departures and arrivals with their transitions, and approaches; some 250 rows as most have."""
    leg = "{row}:{seq:03},{kind},{name},{part},FIX{fix:02},K{area},E,A,E   , ,   ,TF, , , , , ,      ,    ,    ,0900,0123,+,05000,     ,18000, ,   ,    ,   , , , , , , ,J,S;"
    for k in range(8):
        for row, kind, name in (("SID", "4", f"DEP{k}{k}A"), ("STAR", "5", f"ARR{k}{k}B")):
            for part in ("RW09", "ALL", "TRANS"):
                for seq in range(10, 60, 10):
                    yield leg.format(row=row, seq=seq, kind=kind, name=name, part=part, fix=(n + seq) % 100, area=k)
    for name, kind in (("I09", "I"), ("R27", "R")):
        for seq in range(10, 90, 10):
            yield leg.format(row="APPCH", seq=seq, kind=kind, name=name, part=" ", fix=seq, area=7)


def make(root):
    data, cifp = root / "Global Scenery/Global Airports/Earth nav data", root / "Custom Data/CIFP"
    data.mkdir(parents=True)
    cifp.mkdir(parents=True)
    with open(data / "apt.dat", "w") as out:
        out.write("I\n1200 Version - made up\n\n")
        for n in range(airports):
            out.write("\n".join(airport(n)) + "\n\n")
        out.write("99\n")
    for n in range(procedures):
        (cifp / f"{code(n)}.dat").write_text("\n".join(charts(n)) + "\n")
    size = (data / "apt.dat").stat().st_size, sum(f.stat().st_size for f in cifp.iterdir())
    print(f"made: apt.dat {size[0] / 1e6:.0f} MB, {airports} airports; {procedures} CIFP files, {size[1] / 1e6:.0f} MB")


def run(what, root, home):
    command = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    command += ["nice", "-n", "19", str(program), "airports", "import", "--xplane", str(root)]
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    began = time.monotonic()
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    last = [line for line in said.replace("\r", "\n").splitlines() if line.strip()][-1]
    print(f"{what}: {time.monotonic() - began:.1f} s, of which {used.ru_utime + used.ru_stime:.1f} s on the core; at most {used.ru_maxrss / 1024:.0f} MB; {last}")
    return status


with tempfile.TemporaryDirectory() as folder:
    root, home = Path(folder) / "X-Plane 12", Path(folder) / "home"
    home.mkdir()
    make(root)
    failed = run("anew", root, home) or run("nothing changed", root, home)
    with open(root / f"Custom Data/CIFP/{code(7)}.dat", "a") as out:
        out.write("\n".join(charts(1)) + "\n")
    failed = failed or run("one file changed", root, home)
    index = sum(f.stat().st_size for f in home.rglob("*") if f.is_file())
    print(f"the index has {index / 1e6:.1f} MB")
    sys.exit(1 if failed else 0)
