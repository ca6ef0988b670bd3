"""The program under test from outside: starts it, talks to it, listens to it, and measures its memory."""

import glob
import json
import mmap
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import transcript

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODEL = os.path.join(ROOT, "assets/demo/stratus-demo-en-q5_0.bin")
CALL = "Hilo Ground, Skyhawk one seven two sierra papa, radio check"
SPOKEN = "Heelow Ground, Skyhawk one seven two sierra papa, radio check."
BASE = '[pilot]\ncallsign = "N172SP"\naircraft_type = "C172"\n[ptt]\nkey = "none"\n'
STATED = '[sim]\nlink = "none"\nairport = "PHTO"\ncom1 = "121.9"\n'
RULES = '[brain]\nmode = "rules"\n'


def ears(model=MODEL, more=""):
    return f"[speech]\nmodel = {json.dumps(model)}\npreload = true\n{more}"


PLAIN = BASE + ears() + RULES + STATED


def until(seconds, probe, every=0.01):
    """The first true value of `probe`, or None at the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value or time.monotonic() > end:
            return value or None
        time.sleep(every)


class Shim:
    """Control of the program's clock and disk."""

    library = None

    def __init__(self, folder):
        self.path = os.path.join(folder, "orders")
        with open(self.path, "wb") as f:
            f.write(bytes(256))
        with open(self.path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 256)

    def set(self, wall=0, fault=0, path=""):
        self.map[:] = struct.pack("<qq240s", wall, fault, path.encode())

    def environment(self):
        return {"LD_PRELOAD": Shim.library, "STRATUS_SHIM": self.path}


class Tray:
    """One `stratus run` in a separate home."""

    program = None
    panicking = None
    recording = None

    def __init__(self, config=PLAIN, environment=None, shim=False, program=None, folder=None, write=True):
        self.own = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="stratus-fault.")
        self.program = program or Tray.program
        for name in ("run", "config", "data", "state", "cache"):
            os.makedirs(f"{self.folder}/{name}", exist_ok=True)
        os.chmod(f"{self.folder}/run", 0o700)
        self.config = f"{self.folder}/config/stratus.toml"
        if write:
            self.configure(config)
        self.shim = Shim(self.folder) if shim else None
        self.environment = {**os.environ, **{f"XDG_{k.upper()}_HOME": f"{self.folder}/{k}" for k in ("config", "data", "state", "cache")}}
        self.environment["XDG_RUNTIME_DIR"] = f"{self.folder}/run"
        self.environment.update(environment or {})
        if self.shim:
            self.environment.update(self.shim.environment())
        self.process = None
        # More arguments of `stratus run`.
        self.arguments = []
        self.read = 0
        # When the key was last released.
        self.released = 0.0

    def configure(self, text):
        """Saves like an editor: beside the file, then renamed over it."""
        with open(self.config + "~", "w") as f:
            f.write(text)
        os.replace(self.config + "~", self.config)

    def command(self, *arguments, **more):
        return subprocess.run([self.program, "--config", self.config, *arguments], env={**self.environment, **more.pop("env", {})},
                              capture_output=True, text=True, timeout=more.pop("timeout", 120), **more)

    def start(self, within=20):
        self.stderr = open(f"{self.folder}/stderr", "ab")
        self.process = subprocess.Popen([self.program, "--config", self.config, "run", *self.arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=self.stderr, stderr=self.stderr)
        if not until(within, self.here):
            raise AssertionError("it did not start: " + open(f"{self.folder}/stderr").read()[-300:])
        return self

    def here(self):
        try:
            return self.ask({"ping": True}, 2).get("pid") == self.process.pid
        except (OSError, ValueError):
            return False

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def ask(self, request, timeout=10):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout)
            s.connect(f"{self.environment['XDG_RUNTIME_DIR']}/stratus/stratus.sock")
            s.sendall(json.dumps(request).encode() + b"\n")
            line = b""
            while not line.endswith(b"\n"):
                piece = s.recv(65536)
                if not piece:
                    break
                line += piece
            return json.loads(line)

    def say(self, words=CALL, timeout=10):
        """The answer to a typed call; empty if there is none."""
        try:
            return self.ask({"say": words}, timeout).get("text", "")
        except (OSError, ValueError):
            return ""

    def answers(self, within=20):
        """Waits until a typed call is answered correctly: the seconds it took, or None."""
        begun = time.monotonic()
        ok = until(within, lambda: "read" in self.say(timeout=within).lower(), 0.05)
        return time.monotonic() - begun if ok else None

    def lines(self):
        return transcript.read(f"{self.folder}/data")

    def replies(self):
        return len([line for line in self.lines() if line["from"] == "atc"])

    def speak(self, device="virtmic", within=25):
        """One spoken call through the virtual microphone; returns whether it was answered."""
        known = self.replies()
        try:
            self.ask({"ptt": "down"})
            play(self, device)
            self.ask({"ptt": "up"})
            self.released = time.monotonic()
        except (OSError, ValueError):
            return False
        return bool(until(within, lambda: self.replies() > known, 0.03))

    def hears(self, device="virtmic", tries=4):
        """Repeats a spoken call until it is answered; returns whether it was, within this many attempts."""
        return any(self.speak(device, 8 if n + 1 < tries else 20) for n in range(tries))

    def log(self):
        text = ""
        for path in glob.glob(f"{self.folder}/state/**/stratus.log", recursive=True):
            with open(path, errors="replace") as f:
                text += f.read()
        return text

    def mark(self):
        """The starting point for `toasts`."""
        self.read = len(self.log())

    def toasts(self):
        """The toasts since `mark`."""
        return re.findall(r"toast: (.*)", self.log()[self.read:])

    def told(self, words, within=20):
        """Waits for a toast that matches this pattern: the seconds it took, or None."""
        begun = time.monotonic()
        ok = until(within, lambda: any(re.search(words, t, re.I) for t in self.toasts()))
        return time.monotonic() - begun if ok else None

    def vitals(self):
        with open(f"/proc/{self.pid}/status") as f:
            status = dict(line.split(":", 1) for line in f)
        return {"rss": int(status["RssAnon"].split()[0]), "threads": int(status["Threads"]), "files": len(os.listdir(f"/proc/{self.pid}/fd"))}

    def warm(self, device="virtmic"):
        """Makes calls until everything is loaded; then returns the peak usage over some seconds."""
        if not self.hears(device):
            raise AssertionError("no spoken call is answered before the fault")
        self.speak(device)
        self.answers()
        base = self.vitals()
        for _ in range(20):
            time.sleep(0.1)
            base = {k: max(v, base[k]) for k, v in self.vitals().items()}
        return base

    def leaks(self, base, within=12):
        """Increases over the initial usage once it is stable; empty if there are none. A thread, a connection to the sound
        server and a recognition in progress are tolerated."""
        def over():
            now = self.vitals()
            limit = {"rss": base["rss"] + 12288, "threads": base["threads"] + 1, "files": base["files"] + 3}
            return [f"{k} {base[k]} -> {now[k]}" for k in limit if now[k] > limit[k]]
        until(within, lambda: not over(), 0.1)
        return over()

    def signal(self, number):
        os.kill(self.pid, number)

    def end(self):
        """Quits as from its menu; returns whether it ended in time, and its exit code."""
        if self.process and self.alive():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                return False
        return self.process is None or self.process.returncode == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        ended = self.end()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)
        return ended


def play(tray, device):
    subprocess.run(["paplay", "-d", device, Tray.recording], env=tray.environment, stderr=subprocess.DEVNULL, timeout=20)
