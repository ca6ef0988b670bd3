#!/bin/sh
# Compares the taxi routes of `stratus airports taxi` with an independent computation (Bellman and Ford, in Python, on
# the rows of the file themselves) at three airports of FlightGear's apt.dat: from every parking place to every runway.
# usage: scripts/taxi-routes.sh [APT.DAT.GZ] [ICAO ...]       STRATUS names the program, else target/debug/stratus
set -eu
cd "$(dirname "$0")/.."
file=${1:-/usr/share/games/flightgear/Airports/apt.dat.gz}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- LZIB KBFI KFCM
stratus=${STRATUS:-target/debug/stratus}
[ -r "$file" ] || { echo "no $file: install FlightGear's data, or name an apt.dat.gz" >&2; exit 1; }
[ -x "$stratus" ] || { echo "no $stratus: cargo build, or name the program by STRATUS" >&2; exit 1; }
exec python3 - "$file" "$stratus" "$@" <<'PYTHON'
import gzip, json, math, os, subprocess, sys, tempfile

CROSSING, INTERSECTION, FULL, PARKING = 4000.0, 40000.0, 600.0, 1500.0


def feet(a, b):
    """Along a great circle of the mean sphere, by vectors."""
    def unit(p):
        lat, lon = map(math.radians, p)
        return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    chord = math.dist(unit(a), unit(b))
    return 2 * math.asin(min(1.0, chord / 2)) * 6371008.8 / 0.3048


def excerpt(file, code):
    rows, inside = [], False
    with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            f = line.split()
            if f and f[0] in ("1", "16", "17", "99"):
                if inside:
                    return rows
                inside = f[0] == "1" and f[4] == code
            if inside:
                rows.append(line)
    return rows


def read(rows):
    starts, nodes, edges, parking = {}, {}, [], []
    for f in (r.split() for r in rows):
        if not f:
            continue
        if f[0] == "100":
            for i in (8, 17):
                starts[f[i].upper().lstrip("0")] = (float(f[i + 1]), float(f[i + 2]))
        elif f[0] == "1201":
            nodes[int(f[4])] = (float(f[1]), float(f[2]))
        elif f[0] == "1202":
            edges.append([int(f[1]), int(f[2]), f[4] == "runway", set()])
        elif f[0] == "1204":
            edges[-1][3].update(r.upper().lstrip("0") for r in f[2].split(","))
        elif f[0] == "1300":
            parking.append((" ".join(f[6:]), (float(f[1]), float(f[2]))))
    return starts, nodes, [e for e in edges if e[0] in nodes and e[1] in nodes], parking


def goals(runway, starts, nodes, edges):
    """The holding points of a runway with what each costs more."""
    free = {n for a, b, on, zone in edges if not on and not zone for n in (a, b)}
    holds = {}
    for a, b, _, zone in edges:
        for n in (a, b):
            if zone and n in free:
                holds.setdefault(n, set()).update(zone & starts.keys())

    def full(n, r):
        nearest = min(feet(nodes[m], starts[r]) for m in holds if r in holds[m])
        return feet(nodes[n], starts[r]) <= nearest + FULL

    found = {}
    for n, ends in holds.items():
        if runway in ends and full(n, runway):
            found[n] = 0.0
        elif runway in ends and not any(full(n, r) for r in ends):
            found[n] = INTERSECTION
    return free, found


def relax(source, nodes, edges):
    """Bellman and Ford: every edge again and again until nothing becomes shorter. Cost and length by node."""
    best = {n: (math.inf, math.inf) for n in nodes}
    best[source] = (0.0, 0.0)
    changed = True
    while changed:
        changed = False
        for a, b, cost, length in edges:
            for x, y in ((a, b), (b, a)):
                c = best[x][0] + cost
                if c < best[y][0] - 1e-9:
                    best[y] = (c, best[x][1] + length)
                    changed = True
    return best


def main():
    file, stratus, codes = sys.argv[1], sys.argv[2], sys.argv[3:]
    wrong = 0
    for code in codes:
        rows = excerpt(file, code)
        starts, nodes, edges, parking = read(rows)
        weighed = []
        for a, b, on, zone in edges:
            d = feet(nodes[a], nodes[b])
            weighed.append((a, b, d + (CROSSING if on or zone else 0.0), d))
        routes = same = none = 0
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "apt.dat")
            with open(path, "w", encoding="utf-8") as out:
                out.writelines(["I\n", "1000 excerpt\n", *rows, "99\n"])
            seen = set()
            for name, at in parking:
                if not name or name.lower() in seen:
                    continue
                for runway in sorted(starts):
                    free, ends = goals(runway, starts, nodes, edges)
                    d, near = min((feet(at, nodes[n]), n) for n in free)
                    if d > PARKING:
                        continue
                    seen.add(name.lower())
                    best = relax(near, nodes, weighed)
                    _, length = min(((best[n][0] + extra, best[n][1]) for n, extra in ends.items()), default=(math.inf, 0.0))
                    run = subprocess.run([stratus, "airports", "taxi", code, name, runway, "--apt-dat", path, "--json"],
                                         capture_output=True, text=True)
                    told = json.loads(run.stdout)["length_ft"] if run.returncode == 0 else None
                    cheapest = min((best[n][0] + extra for n, extra in ends.items()), default=math.inf)
                    wanted = None if math.isinf(cheapest) else length + d
                    routes += 1
                    none += wanted is None and told is None
                    if wanted is None and told is None or None not in (wanted, told) and abs(wanted - told) <= 1:
                        same += 1
                    else:
                        print(f"{code} {name} to {runway}: {told} ft, independently {wanted}", run.stderr.strip()[:200])
        print(f"{code}: {len(nodes)} points, {len(edges)} pieces, {routes} routes, {same} equal ({none} of them: no way)")
        wrong += routes - same + (routes == 0)
    sys.exit(1 if wrong else 0)


main()
PYTHON
