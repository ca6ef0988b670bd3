"""Computes taxi routes from the files alone, and compares them with Stratus's: see taxi-routes.sh."""
import glob
import gzip
import json
import math
import os
import re
import subprocess
import sys
import tempfile

# The rule of docs/airports.md, in feet and degrees.
CROSSING, ON_RUNWAY, INTERSECTION, FULL, PARKING = 4000.0, 3.0, 40000.0, 600.0, 1500.0
CHANGE, TURN, TIGHT = 500.0, (45.0, 200.0), (120.0, 2000.0)
HOLD_WITHIN, ASIDE = 600.0, 150.0


def unit(p):
    lat, lon = map(math.radians, p)
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def feet(a, b):
    """Along a great circle of the mean sphere, by vectors."""
    return 2 * math.asin(min(1.0, math.dist(unit(a), unit(b)) / 2)) * 6371008.8 / 0.3048


def course(a, b):
    """Degrees from north at `a`, by the directions east and north of its tangent plane."""
    lat, lon = map(math.radians, a)
    d = [y - x for x, y in zip(unit(a), unit(b))]
    east = (-math.sin(lon), math.cos(lon), 0.0)
    north = (-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat))
    return math.degrees(math.atan2(sum(x * y for x, y in zip(d, east)), sum(x * y for x, y in zip(d, north))))


def off(a, b):
    """Degrees between two courses."""
    return abs((b - a + 180.0) % 360.0 - 180.0)


class Strip:
    def __init__(self, f):
        self.names = [f[8].upper().lstrip("0"), f[17].upper().lstrip("0")]
        self.ends = [(float(f[9]), float(f[10])), (float(f[18]), float(f[19]))]
        self.half = round(float(f[1]) / 0.3048) / 2
        self.length = feet(*self.ends)
        self.course = course(*self.ends)

    def place(self, at):
        """Feet along the centre line, and right of it."""
        d, angle = feet(self.ends[0], at), math.radians(course(self.ends[0], at) - self.course)
        return d * math.cos(angle), d * math.sin(angle)

    def crossed(self, a, b):
        (ax, ay), (bx, by) = self.place(a), self.place(b)
        if 0 <= (ax + bx) / 2 <= self.length and abs((ay + by) / 2) <= self.half:
            return True
        return ay * by < 0 and 0 <= ax + (bx - ax) * ay / (ay - by) <= self.length


class Airport:
    """Points, edges (from, to, name, strip, one-way), parking places and holding points from the files."""

    def __init__(self, rows):
        self.strips, self.nodes, self.pieces, self.parking, self.holds, self.at = [], {}, [], [], {}, {}
        for f in (r.split() for r in rows):
            if f and f[0] == "100":
                self.strips.append(Strip(f))
        self.starts = {n: e for s in self.strips for n, e in zip(s.names, s.ends)}

    def strip(self, name):
        return next((s for s in self.strips if name in s.names), None)

    def cross(self):
        """Edges across a runway that are not marked as such."""
        for p in self.pieces:
            if p[3] is None:
                p[3] = next((s for s in self.strips if s.crossed(self.nodes[p[0]], self.nodes[p[1]])), None)

    def from_rows(self, rows):
        zones = []
        for f in (r.split() for r in rows):
            if not f:
                continue
            if f[0] == "1201":
                self.nodes[int(f[4])] = (float(f[1]), float(f[2]))
            elif f[0] == "1202":
                name = "" if f[4] == "runway" else " ".join(f[5:])
                on = self.strip(f[5].split("/")[0].upper().lstrip("0")) if f[4] == "runway" else None
                self.pieces.append([int(f[1]), int(f[2]), name, on, f[3] == "oneway"])
                zones.append(set())
            elif f[0] == "1204":
                zones[-1].update(r.upper().lstrip("0") for r in f[2].split(","))
            elif f[0] == "1300":
                self.parking.append((" ".join(f[6:]), (float(f[1]), float(f[2]))))
        for p, z in zip(self.pieces, zones):
            if p[3] is None and z:
                p[3] = self.strip(min(z))
        both = [(p, z) for p, z in zip(self.pieces, zones) if p[0] in self.nodes and p[1] in self.nodes]
        self.pieces = [p for p, _ in both]
        free = {n for p in self.pieces if p[3] is None for n in p[:2]}
        for p, z in both:
            for n in p[:2]:
                if z and n in free:
                    self.holds.setdefault(n, set()).update(z & self.starts.keys())
        # A parking place is joined to the nearest point that is not on a runway.
        joined = []
        for name, at in self.parking:
            d, near = min((feet(at, self.nodes[n]), n) for n in free)
            if d <= PARKING:
                n = max(self.nodes) + 1
                self.nodes[n] = at
                self.at.setdefault(name.lower(), n)
                joined.append([near, n, "", None, False])
        self.pieces += joined
        self.cross()

    def from_net(self, text):
        def degrees(v):
            if v[0] not in "NSEW":
                return float(v)
            whole, minutes = v[1:].split()
            return (float(whole) + float(minutes) / 60) * (-1 if v[0] in "SW" else 1)

        on_runway, normal, parking, arcs = set(), set(), {}, {}
        for kind, tag in re.findall(r"<(Parking|node|arc)\b([^>]*)>", text):
            a = dict(re.findall(r'([A-Za-z]+)="([^"]*)"', tag))
            if kind == "arc":
                x, y = int(a["begin"]), int(a["end"])
                name = re.sub("[- ]", "", a.get("name", "")).upper()
                name = name if re.fullmatch(r"[A-Z]{1,2}\d{0,2}", name) else ""
                if x != y:
                    arc = arcs.setdefault((min(x, y), max(x, y)), ["", set()])
                    arc[0] = arc[0] or name
                    arc[1] |= {(x, y), (y, x)} if a.get("isPushBackRoute") == "1" else {(x, y)}
                continue
            n = int(a["index"])
            self.nodes[n] = (degrees(a["lat"]), degrees(a["lon"]))
            if kind == "Parking":
                parking[n] = (a.get("name", "").replace("_", " ") + " " + a.get("number", "")).strip()
            if a.get("isOnRunway") == "1":
                on_runway.add(n)
            if a.get("holdPointType") == "normal":
                normal.add(n)
        arcs = {k: v for k, v in arcs.items() if k[0] in self.nodes and k[1] in self.nodes}
        beside = {}
        for x, y in arcs:
            beside.setdefault(x, set()).add(y)
            beside.setdefault(y, set()).add(x)

        def under(at):
            fits = []
            for s in self.strips:
                along, right = s.place(at)
                if abs(right) <= s.half + ASIDE and -ASIDE <= along <= round(s.length) + ASIDE:
                    fits.append((abs(right), s))
            return min(fits, key=lambda f: f[0])[1] if fits else None

        on = {n: s for n in on_runway if (s := under(self.nodes[n]))}
        for (x, y), (name, ways) in arcs.items():
            strip = on.get(x) or on.get(y)
            first = next(iter(ways)) if len(ways) == 1 else (x, y)
            self.pieces.append([*first, name, strip, len(ways) == 1])
        for r, strip in on.items():
            for first in beside.get(r, set()) - on.keys():
                found, seen, todo = set(), {r, first}, [(first, feet(self.nodes[r], self.nodes[first]))]
                while todo:
                    n, d = todo.pop()
                    if d > HOLD_WITHIN or n in parking:
                        continue
                    if n in normal:
                        found.add(n)
                        continue
                    for m in beside[n] - on.keys() - seen:
                        seen.add(m)
                        todo.append((m, d + feet(self.nodes[n], self.nodes[m])))
                for n in found or {first}:
                    self.holds.setdefault(n, set()).update(strip.names)
        # A point without a connection cannot be a start.
        self.nodes = {n: p for n, p in self.nodes.items() if n in beside}
        self.parking = [(name, self.nodes[n]) for n, name in parking.items() if n in self.nodes]
        for n, name in parking.items():
            if n in self.nodes:
                self.at.setdefault(name.lower(), n)
        self.cross()

    def goals(self, runway):
        """The holding points of a runway with their extra cost."""
        def full(n, r):
            nearest = min(feet(self.nodes[m], self.starts[r]) for m, ends in self.holds.items() if r in ends and m in self.nodes)
            return feet(self.nodes[n], self.starts[r]) <= nearest + FULL

        found = {}
        for n, ends in self.holds.items():
            if n not in self.nodes or runway not in ends:
                continue
            if full(n, runway):
                found[n] = 0.0
            elif not any(full(n, r) for r in ends):
                found[n] = INTERSECTION
        return found

    def steps(self, one_way):
        """Every edge in each allowed direction: from, to, name, strip, feet, course."""
        out = []
        for a, b, name, strip, single in self.pieces:
            for x, y, along in ((a, b, True), (b, a, False)):
                if along or not (single and one_way):
                    p, q = self.nodes[x], self.nodes[y]
                    out.append((x, y, name, strip, feet(p, q), course(p, q)))
        return out


def relax(source, steps):
    """Bellman-Ford over steps: relaxes every pair of steps until nothing becomes cheaper. The state is the last step and the
    last named taxiway; its value is cost and length."""
    after = {}
    for i, s in enumerate(steps):
        after.setdefault(s[0], []).append(i)

    def own(s):
        return s[4] + (ON_RUNWAY * s[4] if s[3] else 0.0)

    best = {(i, steps[i][2]): (own(steps[i]) + (CROSSING if steps[i][3] else 0.0), steps[i][4]) for i in after.get(source, [])}
    changed = set(best)
    while changed:
        now, changed = changed, set()
        for i, named in now:
            cost, length = best[i, named]
            before = steps[i]
            for j in after.get(before[1], []):
                s = steps[j]
                c = cost + own(s)
                if s[3] and s[3] is not before[3]:
                    c += CROSSING
                angle = off(before[5], s[5])
                c += TIGHT[1] if angle > TIGHT[0] else TURN[1] if angle > TURN[0] else 0.0
                if named and s[2] and named != s[2]:
                    c += CHANGE
                key = (j, s[2] or named)
                if c < best.get(key, (math.inf,))[0] - 1e-9:
                    best[key] = (c, length + s[4])
                    changed.add(key)
    return best


def cheapest(source, steps, best, goals):
    ends = [(goals[source], 0.0)] if source in goals else []
    ends += [(c + goals[steps[i][1]], length) for (i, _), (c, length) in best.items() if steps[i][1] in goals]
    return min(ends, default=None)


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


def main():
    data, stratus, codes = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
    wrong = 0
    for wanted in codes:
        code = wanted.removeprefix("net:")
        rows = excerpt(os.path.join(data, "Airports/apt.dat.gz"), code)
        airport = Airport(rows)
        with tempfile.TemporaryDirectory() as folder:
            files = [os.path.join(folder, "apt.dat")]
            if wanted.startswith("net:"):
                net = glob.glob(os.path.join(data, f"Scenery/Airports/**/{code}.groundnet.xml"), recursive=True)[0]
                airport.from_net(open(net, encoding="utf-8", errors="replace").read())
                files.append(net)
                rows = [r for r in rows if r.split()[:1] not in (["1201"], ["1202"], ["1204"])]
            else:
                airport.from_rows(rows)
            with open(files[0], "w", encoding="utf-8") as out:
                out.writelines(["I\n", "1000 excerpt\n", *rows, "99\n"])
            place = dict(os.environ, XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder)
            subprocess.run([stratus, "airports", "import", *files], env=place, check=True, stdout=subprocess.DEVNULL)
            kept, free = airport.steps(True), airport.steps(False)
            routes = same = none = against = 0
            for name, source in airport.at.items():
                if not name.strip():
                    continue
                # Of two points in the same place, the lower one is the start.
                source = min(airport.nodes, key=lambda n: (round(feet(airport.nodes[n], airport.nodes[source]), 6), n))
                best, anyhow = relax(source, kept), None
                for runway in sorted(airport.starts):
                    goals = airport.goals(runway)
                    found = cheapest(source, kept, best, goals)
                    if found is None and goals:
                        anyhow = anyhow or relax(source, free)
                        found = cheapest(source, free, anyhow, goals)
                        against += found is not None
                    run = subprocess.run([stratus, "airports", "taxi", code, name, runway, "--json"], env=place, capture_output=True, text=True)
                    told = json.loads(run.stdout) if run.returncode == 0 else None
                    routes += 1
                    none += found is None and told is None
                    if found is None and told is None:
                        same += 1
                    elif found and told and abs(told["cost_ft"] - found[0]) <= 1 and abs(told["length_ft"] - found[1]) <= 1:
                        same += 1
                    else:
                        print(f"{wanted} {name} to {runway}: {told and (told['cost_ft'], told['length_ft'], told['via'])}, independently {found}", run.stderr.strip()[:200])
        print(f"{wanted}: {len(airport.nodes)} points, {len(airport.pieces)} pieces ({sum(p[4] for p in airport.pieces)} one-way), "
              f"{routes} routes, {same} equal ({none} of them: no way; {against} against a one-way)", flush=True)
        wrong += routes - same + (routes == 0)
    sys.exit(1 if wrong else 0)


main()
