"""A recorded flight at a busy airport: the pilot stands at Palo Alto on the ground frequency, and other aircraft leave their stands one
after the other. `stratus run --sim replay:FILE` plays it; with `speech.chatter`, those aircraft are heard."""

import json
import math

# Runway 31, from crates/stratus-airports/data/first.toml.
START, END = (37.458509, -122.112399), (37.463790, -122.117597)
ELEVATION_FT = 4
FT_PER_DEGREE = 364_567.0
CALL = "Palo Alto Ground, Skyhawk one seven two sierra papa, radio check."
# An aircraft stands for ten seconds, taxis at fifteen knots, and disappears after a minute.
STANDS_S, TAXI_KT, GONE_S = 10, 15, 60


def narrow(lat):
    return math.cos(math.radians(lat))


HEADING = math.degrees(math.atan2((END[1] - START[1]) * narrow(START[0]), END[0] - START[0])) % 360
LENGTH_FT = math.hypot((END[1] - START[1]) * narrow(START[0]), END[0] - START[0]) * FT_PER_DEGREE


def ahead(at, heading, feet):
    """The place that many feet away."""
    north, east = (f(math.radians(heading)) * feet / FT_PER_DEGREE for f in (math.cos, math.sin))
    return at[0] + north, at[1] + east / narrow(at[0])


def place(at):
    return {"lat": round(at[0], 7), "lon": round(at[1], 7)}


def others(t, every):
    """The other aircraft at this moment, a new one every so many seconds."""
    found = []
    for n in range(max(int((t - GONE_S) / every), 0), int(t / every) + 1):
        stood = t - n * every
        if not 0 <= stood < GONE_S:
            continue
        feet = max(stood - STANDS_S, 0) * TAXI_KT * 6076 / 3600
        at = ahead(ahead(START, HEADING, 0.9 * LENGTH_FT - feet), HEADING - 90, 900)
        found.append({"callsign": f"N{100 + n % 900}AB", "aircraft_type": "C172", "position": place(at), "altitude_ft": ELEVATION_FT,
                      "heading_true": (HEADING + 180) % 360, "ground_speed_kt": TAXI_KT if feet else 0, "on_ground": True})
    return found


def write(path, seconds, every=5.0):
    """Writes the flight as a session that Stratus could have recorded; one report a second."""
    own = ahead(ahead(START, HEADING, 1000), HEADING + 90, 1200)
    pilot = {"callsign": "N172SP", "aircraft_type": "C172", "mode": "standard", "training": False}
    with open(path, "w") as f:
        def line(entry):
            f.write(json.dumps(entry) + "\n")
        line({"t": 0.0, "session": {"stratus": "0.1.0", "began_ms": 1_764_000_000_000, "pilot": pilot, "airport": None, "com1": None}})
        for t in range(seconds):
            line({"t": float(t), "report": {
                "state": "flying", "position": place(own), "altitude_ft": ELEVATION_FT, "on_ground": True, "heading_true": HEADING,
                "heading_mag": (HEADING - 12.9) % 360, "callsign": "N172SP", "aircraft_type": "C172", "com1": "125.0",
                "weather": {"wind_dir": 310.0, "wind_kt": 9.0}, "others": others(t, every)}})


if __name__ == "__main__":
    assert 300 < HEADING < 325 and 2400 < LENGTH_FT < 2500, (HEADING, LENGTH_FT)
    assert len(others(100, 5)) == 12 and not others(0, 5)[0]["ground_speed_kt"] and others(20, 5)[0]["ground_speed_kt"]
    print(f"runway heading {HEADING:.0f} true, {LENGTH_FT:.0f} ft")
