"""Figures of the spoken answer: with real weights and the neural voice, under full load, and while other aircraft are heard. Each function
receives `row` of run.py."""

import multiprocessing
import os
import statistics
import tempfile
import time

import apron
from latency import Flight, gaps, spread
from vitals import proportional, resident

# The voice that is part of the package.
VOICE = 'voice = "heart"\n'
# Real weights of whisper base: scripts/real-speech.sh leaves them there.
WEIGHTS = os.path.abspath(os.environ.get("WEIGHTS", "target/real-speech/ggml-base.bin"))
LOADED = 24
BUSY = 12
# The voice and the sentence model are unloaded after an idle minute, and memory returns to the system after another.
SETTLED_S = 150


def ms(values):
    middle, most, worst = spread(values)
    return f"median {middle:.0f} ms, nine of ten within {most:.0f}, worst {worst:.0f}"


def real(program, row, calls):
    """From the key's release to the first sound, with real weights and the neural voice."""
    if not os.path.isfile(WEIGHTS):
        print(f"SKIPPED real weights: {WEIGHTS} is missing (scripts/real-speech.sh makes it; WEIGHTS names another file)", flush=True)
        return
    threads = min(os.cpu_count(), 4)
    flight = Flight(program, model=WEIGHTS, speech=f"{VOICE}threads = {threads}\n")
    good = [c for c in (flight.call() for _ in range(calls)) if c]
    flight.close()
    row(f"{os.path.basename(WEIGHTS)}: spoken calls that were answered", f"{len(good)} of {calls}, {sum('read' in c['text'].lower() for c in good)} understood", "all",
        len(good) == calls)
    if not good:
        return
    waits = [c["whole"] + c["tail"] for c in good]
    row(f"key's release to the first sound, {os.path.basename(WEIGHTS)} and the neural voice, {threads} threads", ms(waits),
        "1,000 ms on 4 threads", statistics.median(waits) <= 1000 if threads == 4 else None)
    for name, words in (("tail", "of it the tail"), ("recognise", "of it recognition"), ("synthesise", "of it the first phrase's voice")):
        row(words, ms([c[name] for c in good]))


def after_speech(row, pid, before):
    """Memory once the voice is unloaded; the speech model stays for half an hour."""
    time.sleep(SETTLED_S)
    row(f"{SETTLED_S / 60:.1f} min after the last answer, the speech model still loaded: memory",
        f"{resident(pid):,} kB resident, {proportional(pid):,} proportional; {before:,} kB resident before the first call")


def burn():
    while True:
        pass


def drop_outs(flight, calls, before=lambda: None):
    """The silences in the answers to these calls, and the number of answers."""
    found, answered = [], 0
    for _ in range(calls):
        before()
        flight.recorder.kept = []
        answered += flight.call() is not None
        time.sleep(0.5)
        found += gaps(flight.recorder.kept)
        flight.recorder.kept = None
    return found, answered


def told(row, name, found, answered, calls, more=""):
    words = f"{len(found)} drop-outs in {answered} answers of {calls}" + (f", the longest {max(found) * 1e3:.0f} ms" if found else "") + more
    row(name, words, "0", not found and answered == calls)


def loaded(program, row):
    """Answers of the neural voice while another program loads every core: drop-outs in a recording of the speaker."""
    flight = Flight(program, speech=VOICE)
    told(row, "sound, neural voice: nothing else runs", *drop_outs(flight, 6), 6)
    others = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count())]
    for o in others:
        o.start()
    try:
        told(row, "sound, neural voice: another program loads every core", *drop_outs(flight, LOADED), LOADED)
    finally:
        for o in others:
            o.terminate()
            o.join()
        flight.close()


def busy(program, row):
    """The controller's answers while other aircraft are heard: each call is made while one of them speaks."""
    with tempfile.TemporaryDirectory() as work:
        path = f"{work}/apron.jsonl"
        apron.write(path, BUSY * 60)
        flight = Flight(program, call=apron.CALL, sim="", speech=f'{VOICE}chatter = "busy"\n', arguments=("--sim", f"replay:{path}"))
        silent = 0

        def another():
            nonlocal silent
            known, until = flight.overheard(), time.monotonic() + 40
            while flight.overheard() == known and time.monotonic() < until:
                time.sleep(0.05)
            silent += flight.overheard() == known

        found, answered = drop_outs(flight, BUSY, another)
        lines = flight.overheard()
        flight.close()
    told(row, "sound, other aircraft busy: the controller's answers", found, answered, BUSY, f"; {lines} lines of others" + (f", none before {silent} of the calls" if silent else ""))
