"""Measures every figure of docs/performance.md in one run: run.py PROGRAM PYTHON OUT SPEECH [SYMBOLS]. Called by scripts/bench.sh in a headless desktop.

PYTHON has PySide6, or is empty; SPEECH is the output of scripts/bench-speech.sh, or empty; SYMBOLS is the same program before it was
stripped. Each line of the table ends with a verdict if it has a target. Some targets have a limit above them: the run fails if a limit
is exceeded, or a target that has none is missed. Plots go to docs/."""

import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "faults")]
import page  # noqa: E402
import plots  # noqa: E402
import size  # noqa: E402
import speech  # noqa: E402
from latency import Flight  # noqa: E402
from speech import ms  # noqa: E402
from vitals import NOBODY, Other, Rest, Stratus, proportional, resident  # noqa: E402

IDLE = float(os.environ.get("IDLE", 600))
CALLS = int(os.environ.get("CALLS", 40))
THINK_MS = 300
# Published figures of the previous client: "start 1.5 to 3 s", "80 to 150 MB", "more than 200 MB on disk".
BEFORE = {"start": "1500 to 3000 ms", "memory": "80 to 150 MB", "installed": "more than 200 MB"}
rows, missed = [], 0


def row(what, measured, target="", met=None, against=""):
    """One line; `met` says whether the target is met, or is the verdict."""
    global missed
    verdict = met if isinstance(met, str) else "" if met is None else "met" if met else "MISSED"
    missed += met is False
    rows.append((what, target, measured, against, verdict))
    print(f"{what:<58} | {target:<16} | {measured:<64} | {against:<60} | {verdict}", flush=True)


def bounded(what, measured, value, target, limit, unit, against=""):
    """A line whose value should reach a target, and must keep a limit."""
    row(what, measured, f"{target:,} {unit}, limit {limit:,}", "within the limit" if target < value <= limit else value <= limit, against)


def sizes(program, symbols):
    stripped = os.path.getsize(program)
    world, runtime = size.airports(), size.voice(symbols)
    voices = sum(f.stat().st_size for f in pathlib.Path("assets/voices").rglob("*") if f.is_file())
    apart = stripped - world - (runtime or 0)
    row("program, stripped", f"{stripped / 1e6:.1f} MB; {apart / 1e6:.1f} MB without the {world / 1e6:.1f} MB of airports"
        + (f" and the {runtime / 1e6:.1f} MB of the voice's runtime" if runtime else ""), "15 MB, airports and the voice's runtime apart", apart <= 15e6)
    if runtime:
        row("of it the voice's runtime, by its symbols", f"{runtime / 1e6:.1f} MB", "3.2 MB", runtime <= 3.2e6)
    return stripped + voices, f"{(stripped + voices) / 1e6:.1f} MB with the voices ({voices / 1e6:.1f} MB), a speech model apart"


def starts(program, python, symbols):
    """Start, idle load and size of Stratus and of an empty PySide6 tray program, alternating on the same desktop."""
    stratus, took, theirs = Stratus(program), [], []
    other = Other(python, str(HERE / "tray.py")) if python else None
    for n in range(21):
        ms = stratus.start()
        stratus.end()
        took += [ms] if n else []  # The first one reads the program from the disk.
        if other and n < 8:
            ms = other.start()
            if ms is None:
                print("SKIPPED the comparison with PySide6: it does not start on this machine", flush=True)
                other = None
                continue
            theirs += [ms] if n else []
            other.end()
    against = f"PySide6 {statistics.median(theirs):.0f} ms ({statistics.median(theirs) / statistics.median(took):.0f} times); " if theirs else ""
    bounded("start to ready (tray, key and socket), 20 starts", f"median {statistics.median(took):.0f} ms, {min(took):.0f} to {max(took):.0f}",
            statistics.median(took), 10, 40, "ms", f"{against}previous client {BEFORE['start']}")
    installed, words = sizes(program, symbols)
    if other:
        other.start()
        time.sleep(15)
        rest = Rest(other.child.pid)
        rest.watch(30)
        woken, _, cpu = rest.over()
        pid = other.child.pid
        theirs = {"rss": resident(pid), "pss": proportional(pid), "threads": len(os.listdir(f"/proc/{pid}/task")), "woken": woken, "cpu": cpu}
        other.end()
        where = subprocess.run([python, "-c", "import PySide6, shiboken6; print(PySide6.__path__[0], shiboken6.__path__[0])"], capture_output=True, text=True)
        size = sum(int(line.split()[0]) for line in subprocess.run(["du", "-sb", *where.stdout.split()], capture_output=True, text=True).stdout.splitlines())
        row("installed", words, "", None, f"PySide6-Essentials {size / 1e6:.0f} MB ({size / installed:.0f} times), Python apart; previous client {BEFORE['installed']}")
    else:
        theirs = None
        row("installed", words, "", None, f"previous client {BEFORE['installed']}")
    stratus.close()
    return theirs


def idle(program, theirs):
    stratus = Stratus(program)
    stratus.start()
    # Memory from start-up is returned after a minute.
    time.sleep(min(IDLE, 75))
    rest, pid = Rest(stratus.child.pid), stratus.child.pid
    curve = rest.watch(IDLE)
    woken, busiest, cpu = rest.over()
    rss, pss, threads = max(k for _, k in curve), proportional(pid), len(os.listdir(f"/proc/{pid}/task"))
    disturbed = stratus.disturbed()
    stratus.close()
    say = lambda mine, key, form: f"PySide6 {form(theirs[key])}" + (f" ({theirs[key] / mine:.1f} times)" if mine else "") if theirs else ""
    bounded(f"idle, no simulator: resident memory, {IDLE / 60:.0f} min", f"{rss:,} kB at most, {curve[-1][1]:,} at the end{disturbed}", rss, 8_192, 10_240, "kB",
            "; ".join(filter(None, [say(rss, "rss", lambda v: f"{v:,} kB"), f"previous client {BEFORE['memory']}"])))
    row("idle: proportional memory", f"{pss:,} kB", "", None, say(pss, "pss", lambda v: f"{v:,} kB"))
    row("idle: threads", f"{threads}", "", None, f"PySide6 {theirs['threads']}" if theirs else "")
    row("idle: wake-ups a second", f"{woken:.2f} ({busiest})", "0.5", woken <= 0.5, say(0, "woken", lambda v: f"{v:.2f}"))
    row("idle: processor, of one core", f"{cpu:.3f} %", "0.2 %", cpu <= 0.2, say(0, "cpu", lambda v: f"{v:.3f} %"))
    return curve


def spoken(program):
    """Latency of answers through real devices, by the rules and with a language model; memory in use."""
    flight = Flight(program)
    clicks = [c * 1e3 for c in (flight.recorder.click() for _ in range(3)) if c is not None]
    pid = flight.stratus.pid
    before = resident(pid)
    calls = [flight.call() for _ in range(CALLS)]
    row("in use, the demo's model loaded: memory", f"{resident(pid):,} kB resident, {proportional(pid):,} proportional, {len(os.listdir(f'/proc/{pid}/task'))} threads")
    speech.after_speech(row, pid, before)
    flight.close()
    good = [c for c in calls if c]
    row("spoken calls that were answered", f"{len(good)} of {CALLS}", "all", len(good) == CALLS)
    if not good:
        return [], []
    row("end of the take to the first sample at the speaker", ms([c["whole"] for c in good]))
    for name, words in (("recognise", "of it recognition (demo's model)"), ("synthesise", "of it the first phrase's voice"), ("decide", "of it the decision")):
        row(words, ms([c[name] for c in good]))
    row("of it Stratus's own part, without the models' compute", ms([c["own"] for c in good]), "50 ms", statistics.median(c["own"] for c in good) <= 50,
        f"nothing taken off for the server's own way ({statistics.median(clicks):.0f} ms there and back)" if clicks else "")
    row("before it: the tail after the key's release", ms([c["tail"] for c in good]))
    flight = Flight(program, THINK_MS)
    asked = [c for c in (flight.call() for _ in range(max(CALLS // 4, 5))) if c]
    flight.close()
    if asked:
        row(f"with a language model that thinks for {THINK_MS} ms: the wait", ms([c["whole"] for c in asked]))
        over = [c["consult"] - THINK_MS for c in asked]
        row("of it asking, beyond the thinking", ms(over), "50 ms", statistics.median(over) <= 50)
    return good, asked


def link(program):
    """The cost of a simulator at 10 Hz compared with a failing search; the microphone stays closed in both, and no scenery is read."""
    from peers import XPlane

    peer, used = XPlane(), {}
    closed = '[audio]\nkeep_open = "on_press"\n'
    flown = f'[airports]\nimport = false\n[sim]\nlink = "xplane"\nhost = "127.0.0.1"\nxplane_port = {peer.port}\nxplane_web_port = 9\n'
    for name, config in (("none", NOBODY + closed), ("10 Hz", flown + closed)):
        stratus = Stratus(program, config)
        stratus.start()
        time.sleep(8)
        sent, rest = peer.sent, Rest(stratus.child.pid)
        rest.watch(45)
        used[name] = (*rest.over(), peer.sent - sent)
        stratus.close()
    peer.close()
    cost = used["10 Hz"][2] - used["none"][2]
    row("a link at 10 Hz (X-Plane, UDP): processor, of one core", f"{cost:.2f} % more, {used['10 Hz'][0]:.0f} wake-ups a second, {used['10 Hz'][3]} packets in 45 s", "1 %", cost <= 1)


def engine(program):
    state = {"airport": "KPAO", "region": "FAA", "facility": "ground", "callsign": "N739HW", "aircraft_type": "C172", "on_ground": True, "position": "west ramp",
             "phase": "parked", "tuned": "125.0", "towered": True, "frequencies": {"ground": "125.0", "tower": "118.6"}, "active_runway": "31", "atis": "K",
             "wind_dir": 310, "wind_kt": 8, "altimeter_inhg": 30.05, "visibility_sm": 10, "traffic": "none"}
    count = 20_000
    text = "".join(json.dumps({"id": i, "kind": "respond", "state": state,
                               "text": "palo alto ground cessna seven three niner hotel whiskey west ramp ready to taxi with kilo"}) + "\n" for i in range(count))
    each = []
    for _ in range(3):
        # Processor time, because other load on the machine must not count.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, "batch"], input=text.encode(), stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        each.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / count * 1e6)
    row(f"engine: a call heard to its reply, JSON included, {count:,} calls thrice", f"{statistics.median(each):.0f} us of processor ({min(each):.0f} to {max(each):.0f}), {1e6 / statistics.median(each):,.0f} a second and core",
        "200 us", statistics.median(each) <= 200)
    told = subprocess.run([sys.executable, str(HERE.parent / "batch-memory.py"), program, "10000"], capture_output=True, text=True, check=True).stdout
    kb = [int(k) for k in re.search(r"batch: ([\d ]+) kB", told)[1].split()]
    row("memory over 10,000 exchanges (stratus batch)", f"{kb[0]:,} kB after the first tenth, {kb[-1]:,} at the end", "flat (+ 512 kB)", kb[-1] <= kb[0] + 512)
    return kb


def commands(program):
    for flag in ("--version", "--help"):
        took = []
        for _ in range(30):
            begun = time.perf_counter()
            subprocess.run([program, flag], stdout=subprocess.DEVNULL)
            took.append((time.perf_counter() - begun) * 1e3)
        row(f"stratus {flag}", f"median {statistics.median(took):.1f} ms, worst {max(took):.1f} of 30", "20 ms", statistics.median(took) <= 20)


def recognition(told):
    """The lines of scripts/bench-speech.sh."""
    model = None
    for line in told.splitlines():
        if head := re.match(r"(\S+): (random weights|its own weights), (\d+) MB, (\d+) threads", line):
            model, took = f"{head[1]} ({head[2]}, {head[4]} thread{'s' * (head[4] != '1')})", {}
        elif model and (way := re.match(r"  (fitted context|whole context|whisper\.cpp's command line) +(\d+) ms", line)):
            took[way[1]] = int(way[2])
            if len(took) == 3:
                fitted, whole, usual = took.values()
                row(f"recognition of 3 to 5 s, {model}", f"{fitted} ms", "3 times faster", whole / fitted >= 3,
                    f"whole context {whole} ms ({whole / fitted:.1f} times), whisper.cpp's defaults {usual} ms ({usual / fitted:.1f} times)")


def main():
    program, python, out = os.path.abspath(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    told = pathlib.Path(sys.argv[4]).read_text() if sys.argv[4] else ""
    begun = time.monotonic()
    commands(program)
    theirs = starts(program, python, sys.argv[5] if len(sys.argv) > 5 else "")
    kb = engine(program)
    link(program)
    good, asked = spoken(program)
    speech.real(program, row, max(CALLS // 4, 5))
    speech.loaded(program, row)
    speech.busy(program, row)
    page.memory(program, row)
    curve = idle(program, theirs)
    recognition(told)
    if good:
        plots.distribution("docs/bench-latency.svg", "End of the take to the first sample at the speaker, demo's model", [
            ("the whole wait, by rules", [c["whole"] for c in good]), ("of it Stratus's own part", [c["own"] for c in good]),
            ("of it recognition", [c["recognise"] for c in good]), (f"the whole wait with a model that thinks {THINK_MS} ms", [c["whole"] for c in asked])], "ms")
    plots.curves("docs/bench-memory.svg", "Resident memory at rest, no simulator", [("stratus run", [(s / 60, k / 1024) for s, k in curve])], "minutes", "MB")
    minutes = (time.monotonic() - begun) / 60
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "a processor without a name")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo")) // 2**20
    last = f"{len(rows)} figures, {missed} missed; {minutes:.0f} minutes on {os.cpu_count()} cores ({cpu}), {memory} GB, load {os.getloadavg()[1]:.1f} in the last five minutes."
    with open(out, "w") as f:
        f.write("| what | target | measured | against | verdict |\n|---|---|---|---|---|\n")
        f.writelines(f"| {' | '.join(r)} |\n" for r in rows)
        f.write(f"\n{last}\n")
    print(f"\n{last}\nthe table: {out}; plots: docs/bench-latency.svg, docs/bench-memory.svg")
    return 1 if missed else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        os.environ["TMPDIR"] = tempfile.tempdir = work
        sys.exit(main())
