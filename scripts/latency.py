"""Measures the latency of answers from outside: latency.py PROGRAM CALLS [THINK_MS], inside a desktop of scripts/desk.sh.

A spoken call goes into the virtual microphone while the key is held; the virtual speaker is recorded. The latency is the time
from the key's release, without the tail, to the first sample of the answer in the recording. Subtracted are the computation of
the models (recognition, language model, first phrase), from the transcript, and the delay of the recorder according to the
sound server. The round trip of a click through the same server is printed for comparison.
With THINK_MS a fake language model is queried each time, which takes this long."""

import array
import hashlib
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

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "faults"))
import transcript  # noqa: E402

CALL = "Hilo Ground, Skyhawk one seven two sierra papa, radio check."
RATE = 48_000
LOUD = 250
# Longer silences within an answer are drop-outs, because the carrier's noise never stops during a transmission.
GAP_S = 0.004


class Recorder:
    """Samples of the speaker's monitor, each with its time of arrival."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["parec", "--latency-msec=5", "-d", "spk.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1", "--raw"],
            stdout=subprocess.PIPE, bufsize=0)
        self.onset, self.last, self.waiting = None, 0.0, None
        # Every sample, while a recording is requested.
        self.kept = None
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        rest = b""
        while data := self.process.stdout.read(4096):
            now, data = time.monotonic(), rest + data
            rest = data[len(data) // 2 * 2:]
            samples = array.array("h", data[: len(data) // 2 * 2])
            if self.kept is not None:
                self.kept.extend(samples)
            for n, sample in enumerate(samples):
                if abs(sample) > LOUD:
                    self.last = now
                    if self.waiting is not None and self.onset is None:
                        at = now - (len(samples) - n) / RATE
                        if at > self.waiting:
                            self.onset = at
                    break

    def late(self):
        """The delay of this recording according to PulseAudio, seconds."""
        text = subprocess.run(["pactl", "list", "source-outputs"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
        mine = [part for part in text.split("Source Output #") if "parec" in part]
        found = [float(u) for u in re.findall(r"Latency: (\d+) usec", mine[0])] if mine else []
        return sum(found) / 1e6

    def click(self):
        """The round trip of a click through the speaker, seconds: the sound server's share in both directions."""
        player = subprocess.Popen(["pacat", "--latency-msec=5", "-d", "spk", "--format=s16le", f"--rate={RATE}", "--channels=1", "--raw"],
                                  stdin=subprocess.PIPE, bufsize=0)
        silence, due = bytes(RATE // 100 * 2), time.monotonic()
        for n in range(60):
            due += 0.01
            time.sleep(max(due - time.monotonic(), 0))
            if n == 50:
                self.onset, self.waiting = None, time.monotonic()
                player.stdin.write(array.array("h", [20_000] * (RATE // 100)).tobytes())
                begun = self.waiting
            else:
                player.stdin.write(silence)
        until = time.monotonic() + 2
        while self.onset is None and time.monotonic() < until:
            time.sleep(0.01)
        player.kill()
        player.wait()
        self.waiting = None
        return None if self.onset is None else self.onset - begun

    def end(self):
        self.process.kill()
        self.process.wait()


def gaps(samples):
    """Silences within the playback, in seconds; an intact transmission has none."""
    found, run, begun, last = [], 0, False, 0
    for n, sample in enumerate(samples):
        if sample == 0:
            run += 1
            continue
        # There is also silence between two transmissions, but a long one.
        if begun and GAP_S * RATE < run < 0.8 * RATE:
            found.append(run / RATE)
        begun, run, last = True, 0, n
    return found


def ask(path, request):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        sent = time.monotonic()
        s.sendall(json.dumps(request).encode() + b"\n")
        s.recv(1000)
        return sent


def answers(folder):
    return [line for line in transcript.read(folder) if line["from"] == "atc" and line.get("latency_ms") and not line.get("overheard")]


DEMO = os.path.abspath("assets/demo/stratus-demo-en-q5_0.bin")


def checksum(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


class Flight:
    """A Stratus with a speech model (the demo's), its microphone input, and its recorded output. `speech`: more lines of [speech];
    `arguments`: of `stratus run`."""

    def __init__(self, program, think_ms=None, sim='[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n', call=CALL, model=DEMO, speech="", arguments=()):
        self.folder = tempfile.TemporaryDirectory()
        work = self.folder.name
        self.wav, config, self.peer = f"{work}/call.wav", f"{work}/stratus.toml", None
        brain = '[brain]\nmode = "rules"\n'
        if think_ms is not None:
            from peers import Ollama
            self.peer = Ollama(delay=think_ms / 1e3)
            brain = f'[brain]\nmode = "llm"\nmodel = "m"\nollama_url = "http://127.0.0.1:{self.peer.port}"\ndeadline_ms = {think_ms + 5000}\n'
        subprocess.run([program, "speak", call, "--voice", "en-GB", "--out", self.wav], check=True, stdout=subprocess.DEVNULL)
        with open(config, "w") as f:
            f.write(f'[pilot]\ncallsign = "N172SP"\naircraft_type = "C172"\n[ptt]\nkey = "none"\n{brain}')
            # A model that is not published is used only with its checksum.
            f.write(f'[speech]\nmodel = "{model}"\nmodel_sha256 = "{checksum(model)}"\npreload = true\nrate_percent = 160\n{speech}')
            f.write(sim + "[airports]\nimport = false\n")
        # A separate socket, because another Stratus may be running.
        os.mkdir(f"{work}/run", 0o700)
        environment = {**os.environ, **{f"XDG_{k}_HOME": f"{work}/{k}" for k in ("CONFIG", "DATA", "STATE")}, "XDG_RUNTIME_DIR": f"{work}/run"}
        # The first run would keep other aircraft silent.
        os.makedirs(f"{work}/DATA/stratus")
        with open(f"{work}/DATA/stratus/first-run", "w") as f:
            f.write("over\n")
        self.stratus = subprocess.Popen([program, "--config", config, "run", *arguments], env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.path = f"{work}/run/stratus/stratus.sock"
        self.recorder = Recorder()
        for _ in range(200):
            try:
                ask(self.path, {"ping": True})
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(3)

    def call(self):
        """One call: its latencies in milliseconds, including `whole` (end of the take to the first sample); None without an answer."""
        known = len(answers(self.folder.name))
        ask(self.path, {"ptt": "down"})
        # The key click or the end of the last answer is over by the time of the call.
        subprocess.run(["paplay", "-d", "virtmic", self.wav], check=True)
        if self.recorder.kept is not None:
            # Only the answer counts, and not what was heard before the press.
            self.recorder.kept = []
        self.recorder.onset, self.recorder.waiting = None, time.monotonic()
        released = ask(self.path, {"ptt": "up"})
        late = self.recorder.late()
        until = time.monotonic() + 15
        while time.monotonic() < until and (
            self.recorder.onset is None or len(answers(self.folder.name)) == known or time.monotonic() - self.recorder.last < 0.7
        ):
            time.sleep(0.05)
        self.recorder.waiting = None
        told = answers(self.folder.name)
        if self.recorder.onset is None or len(told) == known:
            return None
        t = told[-1]["latency_ms"]
        whole = (self.recorder.onset - released - late) * 1e3 - t["tail"]
        return {**t, "late": late * 1e3, "whole": whole, "own": whole - t["recognise"] - t["consult"] - t["synthesise"], "text": told[-1]["text"]}

    def overheard(self):
        """The number of lines of other aircraft and to them."""
        return len([line for line in transcript.read(self.folder.name) if line.get("overheard")])

    def close(self):
        self.stratus.terminate()
        self.stratus.wait()
        self.recorder.end()
        if self.peer:
            self.peer.close()
        self.folder.cleanup()


def spread(values):
    """Median, ninetieth percentile, maximum."""
    values = sorted(values)
    return statistics.median(values), values[min(len(values) * 9 // 10, len(values) - 1)], values[-1]


def line(name, values):
    middle, most, worst = spread(values)
    print(f"{name}: median {middle:.0f} ms, nine of ten within {most:.0f}, worst {worst:.0f}")


def main():
    program, total = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    flight = Flight(program, int(sys.argv[3]) if len(sys.argv) > 3 else None)
    clicks = [c * 1e3 for c in (flight.recorder.click() for _ in range(5)) if c is not None]
    calls = [flight.call() for _ in range(total)]
    flight.close()
    good = [c for c in calls if c]
    print(f"{len(good)} answers of {total} calls, the recorder late by {statistics.median(c['late'] for c in good):.1f} ms by the sound server's word; "
          f"a click takes {statistics.median(clicks) if clicks else float('nan'):.0f} ms into the speaker and back")
    line("from the take's end to the first sample at the speaker", [c["whole"] for c in good])
    line("of it Stratus's own part, without the models' compute", [c["own"] for c in good])
    for name in ("recognise", "consult", "synthesise", "capture"):
        line(f"of it {name}" if name != "capture" else "within Stratus's own part, the capture's end", [c[name] for c in good])
    line("before it, the tail after the key's release", [c["tail"] for c in good])


if __name__ == "__main__":
    main()
