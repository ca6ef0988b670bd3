"""The wait for an answer, measured from outside: latency.py PROGRAM CALLS, inside a desktop of scripts/desk.sh.

A spoken call goes into the virtual microphone while the key is held; the virtual speaker is recorded. Timed is from the
key's release, less the tail that follows it, to the first sample of the answer in the recording. Taken off are the model's
compute (recognition, language model, first phrase), as the transcript has it, and what the recorder itself is late by."""

import array
import glob
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

CALL = "Hilo Ground, Skyhawk one seven two sierra papa, radio check."
RATE = 48_000
LOUD = 250

program, total = os.path.abspath(sys.argv[1]), int(sys.argv[2])


class Recorder:
    """Samples of the speaker's monitor, each with the time when it came."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["parec", "--latency-msec=5", "-d", "spk.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1", "--raw"],
            stdout=subprocess.PIPE, bufsize=0)
        self.onset, self.last, self.waiting = None, 0.0, None
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        rest = b""
        while data := self.process.stdout.read(4096):
            now, data = time.monotonic(), rest + data
            rest = data[len(data) // 2 * 2:]
            samples = array.array("h", data[: len(data) // 2 * 2])
            for n, sample in enumerate(samples):
                if abs(sample) > LOUD:
                    self.last = now
                    if self.waiting is not None and self.onset is None:
                        at = now - (len(samples) - n) / RATE
                        if at > self.waiting:
                            self.onset = at
                    break

    def late(self):
        """What PulseAudio says that this recording is late by, seconds."""
        text = subprocess.run(["pactl", "list", "source-outputs"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
        mine = [part for part in text.split("Source Output #") if "parec" in part]
        found = [float(u) for u in re.findall(r"Latency: (\d+) usec", mine[0])] if mine else []
        return sum(found) / 1e6


def ask(path, request):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        sent = time.monotonic()
        s.sendall(json.dumps(request).encode() + b"\n")
        s.recv(1000)
        return sent


def answers(folder):
    lines = []
    for path in glob.glob(f"{folder}/**/transcript.jsonl", recursive=True):
        lines += [json.loads(line) for line in open(path)]
    return [line for line in lines if line["from"] == "atc" and line.get("latency_ms")]


with tempfile.TemporaryDirectory() as work:
    wav, config = f"{work}/call.wav", f"{work}/stratus.toml"
    subprocess.run([program, "speak", CALL, "--voice", "en-GB", "--out", wav], check=True, stdout=subprocess.DEVNULL)
    with open(config, "w") as f:
        f.write('[pilot]\ncallsign = "N172SP"\naircraft_type = "C172"\n[ptt]\nkey = "none"\n[brain]\nmode = "rules"\n')
        f.write(f'[speech]\nmodel = "{os.path.abspath("assets/demo/stratus-demo-en-q5_0.bin")}"\npreload = true\nrate_percent = 160\n')
        f.write('[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n')
    environment = {**os.environ, **{f"XDG_{k}_HOME": f"{work}/{k}" for k in ("CONFIG", "DATA", "STATE")}}
    stratus = subprocess.Popen([program, "--config", config, "run", "--sim", "none"], env=environment, stderr=subprocess.DEVNULL)
    path = os.path.join(os.environ["XDG_RUNTIME_DIR"], "stratus", "stratus.sock")
    recorder = Recorder()
    for _ in range(100):
        try:
            ask(path, {"ping": True})
            break
        except OSError:
            time.sleep(0.1)
    time.sleep(3)
    own, whole, late, missed = [], [], [], 0
    for n in range(total):
        known = len(answers(work))
        ask(path, {"ptt": "down"})
        # The key's click or the last answer's end is over by the time the call is.
        if subprocess.run(["paplay", "-d", "virtmic", wav]).returncode != 0:
            print(f"the sound server ended at call {n + 1}")
            break
        recorder.onset, recorder.waiting = None, time.monotonic()
        released = ask(path, {"ptt": "up"})
        late.append(recorder.late())
        until = time.monotonic() + 15
        while time.monotonic() < until and (recorder.onset is None or len(answers(work)) == known or time.monotonic() - recorder.last < 0.7):
            time.sleep(0.05)
        recorder.waiting = None
        told = answers(work)
        if recorder.onset is None or len(told) == known:
            missed += 1
            continue
        t = told[-1]["latency_ms"]
        wait = (recorder.onset - released - late[-1]) * 1e3 - t["tail"]
        whole.append(wait)
        own.append(wait - t["recognise"] - t["consult"] - t["synthesise"])
    stratus.terminate()
    stratus.wait()
    recorder.process.kill()


def line(name, values):
    values = sorted(values)
    print(f"{name}: median {statistics.median(values):.0f} ms, nine of ten within {values[len(values) * 9 // 10]:.0f}, worst {values[-1]:.0f}")


print(f"{len(own)} answers of {len(own) + missed} calls ({missed} without), the recorder late by {statistics.median(late) * 1e3:.1f} ms")
line("from the take's end to the first sample at the speaker", whole)
line("of it Stratus's own part, without the models' compute", own)
