#!/usr/bin/env python3
"""Compares two files of the world's airports, section by section: scripts/world-compare.py FILE FILE

Either may be crates/stratus-airports/data/world.bin or what `stratus airports update` keeps (ourairports.bin in the data folder under
airports). The tiles' records are compared unpacked, because two deflaters may compress the same bytes differently.
"""
import struct, sys, zlib
from pathlib import Path


def world(path):
    data = Path(path).read_bytes()
    if data.startswith(b"SOURAIR\x01"):
        head = struct.unpack_from("<I", data, 8)[0]
        data = data[12 + head : -32]
    magic, version, tiles, airports, codes, names, stations, places = struct.unpack_from("<4sHHIIIII", data)
    assert (magic, version) == (b"SWLD", 1), "not such a file"
    at, parts = 28, {"counts": (tiles, airports, codes, names, stations)}
    for name, length in (("places", places), ("heads", tiles * 20), ("points", airports * 4), ("codes", codes * 4 + 1028),
                         ("names", names * 4 + 1028), ("stations", stations * 4)):
        parts[name] = data[at : at + length]
        at += length
    heads, blocks = parts.pop("heads"), data[at:]
    # The position of a tile's packed record depends on the deflater.
    parts["tiles"] = [(h[:4], h[6:]) for h in struct.iter_unpack("<4hIHHHH", heads)]
    parts["records"] = [zlib.decompress(blocks[h[4] : h[4] + h[5]], -15) for h in struct.iter_unpack("<4hIHHHH", heads)]
    return parts, len(data)


(a, a_size), (b, b_size) = (world(p) for p in sys.argv[1:3])
different = [name for name in a if a[name] != b[name]]
for name in different:
    pairs = [i for i, (x, y) in enumerate(zip(a[name], b[name])) if x != y]
    print(f"{name}: {len(pairs)} of {len(a[name])} differ (and {len(a[name])} against {len(b[name])}), the first at {pairs[:1]}")
    if name == "records" and "-v" in sys.argv:
        for i in pairs[:20]:
            x, y = a[name][i], b[name][i]
            d = next((k for k in range(min(len(x), len(y))) if x[k] != y[k]), 0)
            print("  ", x[max(0, d - 40) : d + 30], y[max(0, d - 40) : d + 30])
print(f"{a['counts'][1]} airports in {a['counts'][0]} tiles; {a_size} and {b_size} bytes: {'different' if different else 'the same airports'}")
sys.exit(bool(different))
