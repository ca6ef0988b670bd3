#!/usr/bin/env python3
"""A circuit at Hilo in a live FlightGear, with Stratus as the controller: typed transmissions at the right moments, COM1
and the transponder set by Stratus, and finally a comparison of the phases that Stratus detected with those flown.

    circuit.py STRATUS GROUNDNET RECORDING TRANSCRIPT.md

STRATUS is the program; its tray is already running and records into RECORDING. Exit 1 if anything is wrong."""

import json
import re
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
from pathlib import Path

from autopilot import Aircraft, Autopilot, Taxiways

FLIGHTGEAR = "http://127.0.0.1:5500"
ROOT = Path(__file__).resolve().parents[2]
# Tolerance in seconds at the start of a leg: the pilot's leg starts with an intention, the controller's with the aircraft's movement.
TOLERANCE = 6.0
GROUND, TOWER = 121.9, 118.1
ME = "Skyhawk one seven two sierra papa"


def prop(path):
    """A property's value; retries, because a busy FlightGear answers late."""
    for attempt in range(6):
        try:
            with urllib.request.urlopen(f"{FLIGHTGEAR}/json{path}", timeout=10) as answer:
                return json.load(answer)["value"]
        except OSError:
            if attempt == 5:
                raise
            time.sleep(1)


def nasal(script):
    body = json.dumps({"name": "", "children": [{"name": "script", "value": script}]}).encode()
    urllib.request.urlopen(f"{FLIGHTGEAR}/run.cgi?value=nasal", body, timeout=60).read()


def wait_for(what, holds, seconds=60):
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise SystemExit(f"FAILED  {what} never came")
        time.sleep(0.1)


def start_engine():
    """Uses the aircraft's own procedure, which controls the aircraft for some seconds."""
    for _ in range(4):
        nasal("c172p.autostart();")
        steady, until = 0, time.monotonic() + 40
        while time.monotonic() < until:
            time.sleep(1)
            steady = steady + 1 if prop("/engines/active-engine/running") and prop("/engines/active-engine/rpm") > 650 else 0
            if steady == 8:
                return
    raise SystemExit("FAILED  the engine does not start")


class Flight:
    """What was flown and said, and which errors were found."""

    def __init__(self, stratus, recording):
        self.stratus = stratus
        self.recording = recording
        self.legs = []
        self.said = []
        self.faults = []
        self.clearances = set()

    def told(self, leg):
        if self.legs and self.legs[-1][1] == leg:
            return
        self.legs.append((time.time(), leg))
        print(f"        -- {leg}", flush=True)

    def await_leg(self, leg, seconds=900):
        wait_for(f"the leg {leg}", lambda: any(name == leg for _, name in self.legs), seconds)

    def check(self, what, holds):
        print(f"{'ok' if holds else 'FAILED':7} {what}", flush=True)
        if not holds:
            self.faults.append(what)

    def heard(self, answer):
        """Whether an answer was heard to its end, according to Stratus's recording; None while it is playing."""
        # The last line may be incomplete.
        lines = [json.loads(line) for line in self.recording.read_text().split("\n")[:-1] if '"played"' in line or '"atc"' in line]
        said = [n for n, line in enumerate(lines) if line.get("line", {}).get("text") == answer]
        over = [line["played"]["complete"] for line in lines[said[-1] :] if "played" in line] if said else []
        return over[0] if over else None

    def say(self, words, expected):
        """A typed transmission; the answer must match (None: a controller says nothing). Returns when the controller's
        voice has ended, because a pilot reads back what was heard."""
        begun = time.time()
        done = subprocess.run([self.stratus, "say", "--json", words], capture_output=True, text=True, timeout=60)
        try:
            answer = json.loads(done.stdout)["text"]
        except (ValueError, KeyError):
            answer = f"{done.stdout}{done.stderr}"
        self.said.append((begun, words, answer))
        print(f"PILOT   {words}\nATC     {answer or '-'}", flush=True)
        right = not answer if expected is None else re.search(expected, answer, re.I) is not None
        self.check(f"answer matches {expected!r}" if expected else "no answer", right)
        if answer and expected is not None:
            wait_for("the end of the controller's voice", lambda: self.heard(answer) is not None, 60)
            self.check("it was heard to its end", self.heard(answer))
        return answer

    def tuned(self, what, mhz):
        wait_for(f"{what} on COM1", lambda: abs(prop("/instrumentation/comm/frequencies/selected-mhz") - mhz) < 0.004, 30)
        self.check(f"Stratus tuned COM1 to {mhz}", True)
        # Its next report informs Stratus.
        time.sleep(1)

    def converse(self):
        """Runs in parallel with the autopilot."""
        try:
            self.conversation()
        except (SystemExit, subprocess.TimeoutExpired, OSError) as e:
            self.check(f"the conversation went to its end ({e})", False)
            self.clearances.update(("taxi", "takeoff"))

    def conversation(self):
        self.await_leg("parked")
        time.sleep(4)
        self.say(f"Hilo Ground, {ME}, at the general aviation ramp, ready to taxi, closed traffic", r"runway 8, taxi")
        self.say(f"Runway eight, taxi, {ME}", None)
        self.clearances.add("taxi")
        self.await_leg("hold_short")
        time.sleep(8)
        self.say(f"Hilo Ground, {ME}, holding short of runway eight, ready for departure", r"contact tower 118\.1")
        self.say(f"Contact tower one one eight point one, {ME}", None)
        self.tuned("the tower", TOWER)
        self.say(
            f"Hilo Tower, {ME}, holding short of runway eight, ready for departure, left closed traffic",
            r"runway 8, cleared for takeoff",
        )
        self.say(f"Runway eight, cleared for takeoff, left closed traffic, {ME}", None)
        self.clearances.add("takeoff")
        self.await_leg("downwind")
        time.sleep(20)
        self.say(f"Hilo Tower, {ME}, midfield left downwind runway eight, full stop", r"runway 8.*(cleared to land|number)")
        self.say(f"Runway eight, cleared to land, {ME}", None)
        self.await_leg("taxi_in")
        # A little beyond the runway's edge.
        time.sleep(15)
        self.say(f"Hilo Tower, {ME}, clear of runway eight", r"contact ground 121\.9")
        self.say(f"Contact ground one two one point niner, {ME}", None)
        self.tuned("ground", GROUND)
        # The way in crosses runway 21, and a pilot does not call on a runway.
        time.sleep(60)
        self.say(f"Hilo Ground, {ME}, clear of runway eight, taxi to parking", r"taxi to parking")
        self.say(f"Taxi to parking, {ME}", None)
        wait_for("parking", lambda: [leg for _, leg in self.legs].count("parked") == 2, 600)
        self.say(f"Hilo Ground, {ME}, request flight following to Kona, four thousand five hundred", r"squawk \d{4}")
        code = re.search(r"squawk (\d{4})", self.said[-1][2], re.I)
        if code:
            spoken = " ".join(code[1])
            wait_for("the code", lambda: int(prop("/instrumentation/transponder/id-code")) == int(code[1]), 30)
            self.check(f"Stratus set the code {code[1]}", True)
            self.say(f"Squawk {spoken}, {ME}", None)

    def phases(self, recording):
        """Compares the phases in Stratus's recording with the legs flown."""
        # The last line may be incomplete.
        lines = [json.loads(line) for line in recording.read_text().split("\n")[:-1]]
        zero = lines[0]["session"]["began_ms"] / 1000
        seen = [(zero + line["t"], line["phase"]) for line in lines if "phase" in line]
        words = tomllib.loads((ROOT / "assets/demo/flights/phto-circuit.toml").read_text())["phases"]
        changes = [t for t, _ in self.legs] + [time.time()]
        wrong, checked = [], 0
        for n, (begun, leg) in enumerate(self.legs):
            allowed = {w for w in re.findall(r"[a-z_]+", words[leg])}
            if "landing" in allowed:
                allowed.add("landing_roll")
            t = begun + TOLERANCE
            while t < changes[n + 1] - TOLERANCE:
                phase = [p for at, p in seen if at <= t][-1:]
                checked += 1
                if phase and phase[0] not in allowed:
                    wrong.append(f"{t - zero:.0f} s {leg}: {phase[0]}")
                t += 0.5
        self.check(f"phases right at {checked - len(wrong)} of {checked} moments {wrong[:6] or ''}", checked > 200 and not wrong)
        answers = {answer for _, _, answer in self.said}
        atc = [line["line"] for line in lines if line.get("line", {}).get("from") == "atc"]
        unasked = [f"{line['t']:.0f} s {line['text']}" for line in atc if line["facility"] != "atis" and line["text"] not in answers]
        self.check(f"the controller said nothing out of place {unasked or ''}", not unasked)
        reports = sum("report" in line for line in lines)
        self.check(f"{reports / lines[-1]['t']:.1f} reports a second were recorded", reports / lines[-1]["t"] > 3)
        return zero, seen

    def write(self, path, zero, seen):
        events = [(t, f"*{leg}* (flown)") for t, leg in self.legs]
        events += [(t, f"phase **{phase}** (seen by Stratus)") for t, phase in seen]
        for t, words, answer in self.said:
            events.append((t, f"PILOT: {words}"))
            events.append((t + 0.01, f"ATC: {answer}" if answer else "ATC: (silent)"))
        rows = "\n".join(f"| {t - zero:.0f} | {what} |" for t, what in sorted(events))
        path.write_text(
            "# A circuit in a live FlightGear\n\n"
            "`scripts/flightgear.sh` flew this circuit and wrote this page. It uses FlightGear's own c172p at Hilo (PHTO), an\n"
            "autopilot on its controls and typed transmissions. Stratus sets COM1 and the transponder over the link.\n\n"
            f"Times are in seconds since the start of Stratus.\n\n| s | |\n|---|---|\n{rows}\n"
        )


def main():
    stratus, groundnet, recording, transcript = sys.argv[1:]
    start_engine()
    flight = Flight(stratus, Path(recording))
    # The groundnet has no holding point where taxiway A meets the runway.
    pilot = Autopilot(Aircraft(), Taxiways(groundnet, holds=(59,)), flight.told, flight.clearances.__contains__)
    talk = threading.Thread(target=flight.converse, daemon=True)
    talk.start()
    pilot.fly()
    # The last words are said while it is parked.
    while talk.is_alive():
        pilot.stand(1)
    flight.write(Path(transcript), *flight.phases(Path(recording)))
    print(f"{len(flight.faults)} faults; the transcript is in {transcript}")
    sys.exit(1 if flight.faults else 0)


if __name__ == "__main__":
    main()
