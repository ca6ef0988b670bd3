"""Half an hour of Stratus while everything around it fails: soak.py PROGRAM MINUTES SEED VIRTUAL.LOG OUT.svg.

A spoken or typed call every few seconds; between them a random fault of simulator, Ollama, sound, notifications,
configuration or socket, fixed some seconds later. Samples of memory, threads, handles and latency; verdicts; a plot."""

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from peers import Ollama, Sound, XPlane
from rows_desk import desk_pid
from tray import BASE, SPOKEN, Tray, ears, until

MARGINS = {"memory, MB": 4.0, "threads": 1.0, "file handles": 2.0, "first sound, ms": 120.0, "typed answer, ms": 30.0}


class World:
    """The environment of the program: how each part fails and recovers."""

    def __init__(self):
        self.sound, self.peer, self.ollama = Sound(), XPlane(), Ollama()
        self.sound.start()
        self.port = self.peer.port
        self.config = (BASE + ears() + f'[brain]\nmode = "llm"\nmodel = "m"\nollama_url = "http://127.0.0.1:{self.ollama.port}"\ndeadline_ms = 1000\n'
                       f'[sim]\nlink = "xplane"\nhost = "127.0.0.1"\nxplane_port = {self.port}\nxplane_web_port = 9\n'
                       '[audio]\nmicrophone = "pulseaudio:headset"\n')
        self.sound.headset()
        self.tray = Tray(self.config, self.sound.environment).start()
        self.faults = [self.simulator, self.simulator_gone, self.model, self.headset, self.server, self.notifications, self.broken, self.second, self.noise]

    def simulator(self, chance):
        self.peer.mode = chance.choice(["paused", "lying", "silent", "flood"])
        return lambda: setattr(self.peer, "mode", "flying")

    def simulator_gone(self, _):
        self.peer.close()

        def mend():
            self.peer = XPlane(self.port)
        return mend

    def model(self, chance):
        self.ollama.mode = chance.choice(["slow", "hung", "cut", "lying", "noise", "refusing", "endless"])
        return lambda: setattr(self.ollama, "mode", "right")

    def headset(self, _):
        self.sound.unplug("source_name=headset")
        return self.sound.headset

    def server(self, _):
        self.sound.kill()

        def mend():
            self.sound.start()
            self.sound.headset()
        return mend

    def notifications(self, _):
        os.kill(desk_pid("dunst"), signal.SIGSTOP)
        return lambda: os.kill(desk_pid("dunst"), signal.SIGCONT)

    def broken(self, _):
        self.tray.configure(self.config + "[audio\n")
        return lambda: self.tray.configure(self.config)

    def second(self, _):
        self.tray.command("run", timeout=30)
        return lambda: None

    def noise(self, chance):
        import socket
        for _ in range(12):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(1)
                try:
                    s.connect(f"{self.tray.folder}/run/stratus/stratus.sock")
                    s.sendall(chance.randbytes(2000))
                except OSError:
                    pass
        return lambda: None

    def close(self):
        ended = self.tray.close()
        self.sound.kill()
        self.ollama.close()
        self.peer.close()
        return ended


def soak(minutes, seed):
    chance, world = random.Random(seed), World()
    tray, samples, faults, calls, unanswered, lost = world.tray, [], 0, 0, 0, 0
    assert until(30, tray.answers), "no call is answered to begin with"
    tray.warm()
    begun = time.monotonic()
    last_sound = None
    while time.monotonic() - begun < minutes * 60 and tray.alive():
        fault = chance.choice(world.faults)
        mend = fault(chance)
        faults += 1
        time.sleep(chance.uniform(0.2, 4))
        tray.say("Hilo Ground, radio check" if chance.random() < 0.5 else "request something that nobody understands", 20)
        lost += not tray.here()
        mend()
        until(20, lambda: "read" in tray.say(timeout=20).lower(), 0.2)
        for _ in range(2):
            calls += 1
            known = tray.replies()
            if tray.speak(within=12):
                lines = [line for line in tray.lines() if line["from"] == "atc" and line.get("latency_ms", {}).get("recognise")]
                if lines and tray.replies() > known:
                    last_sound = lines[-1]["latency_ms"]["first_audio"]
            else:
                unanswered += 1
        typed = time.monotonic()
        tray.say(timeout=20)
        typed = (time.monotonic() - typed) * 1e3
        now = tray.vitals() if tray.alive() else {"rss": 0, "threads": 0, "files": 0}
        samples.append((time.monotonic() - begun, now["rss"] / 1024, now["threads"], now["files"], last_sound, typed))
        print(f"{samples[-1][0]:6.0f} s  {fault.__name__:<15} {now['rss']} kB, {now['threads']} threads, {now['files']} handles, "
              f"first sound {last_sound} ms, typed {typed:.0f} ms", flush=True)
    alive = tray.alive()
    ended = world.close()
    return samples, faults, calls, unanswered, lost, alive and ended


def flat(name, values, margin):
    """Whether the last quarter's median is at most slightly above the first's."""
    quarter = max(len(values) // 4, 1)
    first, last = statistics.median(values[:quarter]), statistics.median(values[-quarter:])
    good = last <= first + margin
    print(f"{name}: first quarter {first:.1f}, last quarter {last:.1f}, most {max(values):.1f}: {'flat' if good else 'GROWS'}")
    return good


def plot(panels, path):
    """One curve per panel, as an SVG file."""
    width, height, left = 860, 130, 130
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * len(panels) + 20}" font-family="sans-serif" font-size="12">',
             '<rect width="100%" height="100%" fill="white"/>']
    for n, (name, xs, ys, unit) in enumerate(panels):
        top, most, end = n * height + 24, max(ys) * 1.1 or 1, max(xs) or 1
        points = " ".join(f"{left + x / end * (width - left - 20):.1f},{top + 84 - y / most * 84:.1f}" for x, y in zip(xs, ys))
        parts += [f'<text x="8" y="{top + 40}">{name}</text>', f'<text x="{left - 8}" y="{top + 4}" text-anchor="end">{most:.0f}</text>',
                  f'<text x="{left - 8}" y="{top + 88}" text-anchor="end">0</text>',
                  f'<path d="M{left} {top}V{top + 84}H{width - 20}" fill="none" stroke="#999"/>',
                  f'<polyline points="{points}" fill="none" stroke="#1f5fa8" stroke-width="1.4"/>',
                  f'<text x="{width - 20}" y="{top + 98}" text-anchor="end" fill="#555">{end:.0f} {unit}</text>']
    with open(path, "w") as f:
        f.write("\n".join([*parts, "</svg>"]) + "\n")


def main():
    program, minutes, seed, virtual, out = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
    Tray.program = program
    work = tempfile.mkdtemp(prefix="stratus-soak.")
    Tray.recording = f"{work}/call.wav"
    subprocess.run([program, "speak", SPOKEN, "--voice", "en-GB", "--out", Tray.recording], check=True, stdout=subprocess.DEVNULL)
    with open(virtual) as f:
        rows = [[float(x) for x in line.split()[-3:]] for line in f if line.startswith("soak ")]
    samples, faults, calls, unanswered, lost, well = soak(minutes, seed)
    print()
    good = flat("virtual time: memory, MB", [r[1] / 1024 for r in rows], 4.0) if rows else False
    names = list(MARGINS)
    panels = [("virtual: MB", [r[0] / 3600 for r in rows], [r[1] / 1024 for r in rows], "h virtual")] if rows else []
    for n, name in enumerate(names, 1):
        pairs = [(s[0] / 60, s[n]) for s in samples if s[n] is not None]
        good &= flat(f"real time: {name}", [p[1] for p in pairs], MARGINS[name])
        panels.append((name, [p[0] for p in pairs], [p[1] for p in pairs], "min real"))
    plot(panels, out)
    print(f"{faults} faults in {minutes:.0f} min, {calls} spoken calls, {unanswered} unanswered within 12 s, the program unreachable {lost} times, "
          f"{'ended as it should' if well else 'IT ENDED BADLY'}; {out}")
    good &= well and lost == 0 and unanswered <= calls // 20
    print("soak: passed" if good else "soak: FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
