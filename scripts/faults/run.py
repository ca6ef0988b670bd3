"""The fault matrix against a running Stratus: run.py PROGRAM PANICKING SHIM OUT [WORDS]. Called by scripts/faults.sh.

Each row provokes one fault, and records the message to the pilot, the time until a call is answered again, and that nothing is
lost or leaked: transcript and configuration are intact, and memory, threads and file handles are as before."""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

import tray as module
from tray import ROOT, SPOKEN, Shim, Tray

GROUPS = []


class Absent(Exception):
    """The fault needs something that this machine lacks."""


class Row:
    """The result of one fault."""

    def __init__(self, name):
        self.name, self.seen, self.time, self.kept, self.wrong = name, "", None, [], []
        self.took = 0.0

    def sees(self, words):
        """What the pilot sees."""
        self.seen = words if isinstance(words, str) else "; ".join(dict.fromkeys(words))

    def recovered(self, seconds, what="a call is not answered again"):
        """Seconds until it worked again; None: it did not."""
        self.need(seconds is not None, what)
        self.time = seconds if self.time is None or seconds is None else max(self.time, seconds)

    def need(self, holds, words):
        """A condition that must hold."""
        if not holds:
            self.wrong.append(words)
        return holds

    def keeps(self, words):
        """Something that was checked and is not lost."""
        self.kept.append(words)

    def check(self, tray, base=None, spoken=False):
        """After the fault: it is running, it answers, its files are intact, and nothing leaks."""
        if not self.need(tray.alive(), f"the program ended with {tray.process.returncode}"):
            return
        if self.time is None:
            self.recovered(tray.answers())
        else:
            self.need(tray.answers() is not None, "a typed call is not answered")
        if spoken:
            self.need(tray.hears(), "a spoken call is not answered")
        broken = [line for line in tray.lines() if line["from"] == "broken"]
        if self.need(not broken, f"broken lines in the transcript: {broken[:1]}"):
            self.keeps("transcript")
        if base:
            leaks = tray.leaks(base)
            if self.need(not leaks, "kept after it: " + ", ".join(leaks)):
                self.keeps("memory, threads, handles as before")


def group(f):
    """A function that receives `row`, with which it tests one fault after another."""
    GROUPS.append(f)
    return f


def main():
    program, panicking, shim, out = sys.argv[1:5]
    words = sys.argv[5:]
    Tray.program, Tray.panicking, Shim.library = program, panicking, shim
    work = tempfile.mkdtemp(prefix="stratus-faults.")
    Tray.recording = f"{work}/call.wav"
    subprocess.run([program, "speak", SPOKEN, "--voice", "en-GB", "--out", Tray.recording], check=True, stdout=subprocess.DEVNULL)
    import rows_desk, rows_files, rows_page, rows_peers, rows_radio, rows_sound, rows_within  # noqa: F401 - each adds its groups
    rows, skipped, began = [], [], time.monotonic()

    def run(name, body, *arguments):
        if words and not any(w in name for w in words) and body is not failed:
            return
        row = Row(name)
        at = time.monotonic()
        try:
            body(row, *arguments)
        except Absent as e:
            skipped.append((name, str(e)))
            print(f"SKIPPED {name}: {e}", flush=True)
            return
        except Exception as e:  # noqa: BLE001 - a failed row is a result, not the end
            row.wrong.append(f"{type(e).__name__}: {e}")
            traceback.print_exc()
        row.took = time.monotonic() - at
        rows.append(row)
        print(line(row), flush=True)

    for g in GROUPS:
        if not words or any(any(w in n for w in words) for n in g.names):
            try:
                g(run)
            except Exception as e:  # noqa: BLE001 - the setup of a group failed
                run(f"the beginning of “{g.names[0]}” and those after it", failed, e)
    report(rows, skipped, time.monotonic() - began, out)
    return 1 if any(r.wrong for r in rows) or not rows else 0


def failed(_, error):
    raise error


def seconds(value):
    return "-" if value is None else f"{value:.2f} s"


def line(row):
    verdict = "survived" if not row.wrong else "FAILED: " + "; ".join(row.wrong)
    return f"{row.name:<58} | {row.seen[:90]:<90} | {seconds(row.time):>8} | {', '.join(dict.fromkeys(row.kept))} | {verdict} ({row.took:.0f} s)"


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def report(rows, skipped, took, out):
    times = [r.time for r in rows if r.time is not None]
    good = sum(not r.wrong for r in rows)
    total = f"{len(rows)} faults tried, {good} survived, {len(skipped)} skipped"
    recovery = f"recovery p50 {statistics.median(times):.2f} s, p95 {percentile(times, 0.95):.2f} s, worst {max(times):.2f} s" if times else ""
    print(f"\n{total}; {recovery}; {took / 60:.1f} min", flush=True)
    with open(out, "w") as f:
        f.write("| fault | what the pilot sees | recovery | nothing lost | verdict |\n|---|---|---|---|---|\n")
        for r in rows:
            seen = re.sub(re.escape(tempfile.gettempdir()) + "/[^/ ]+/", "…/", r.seen.replace("|", "\\|")).replace(module.ROOT, "…")[:160]
            f.write(f"| {r.name} | {seen} | {seconds(r.time)} | {', '.join(dict.fromkeys(r.kept))} | {'survived' if not r.wrong else 'FAILED: ' + '; '.join(r.wrong)} |\n")
        for name, why in skipped:
            f.write(f"| {name} | | | | skipped: {why} |\n")
        f.write(f"\n{total}; {recovery}; the whole run {took / 60:.1f} minutes.\n")


if __name__ == "__main__":
    sys.modules["run"] = sys.modules["__main__"]
    random.seed(1)
    sys.exit(main())
