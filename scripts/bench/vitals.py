"""Statistics of a process from the kernel: memory, threads, wake-ups, processor time; and a timed start."""

import datetime
import os
import pathlib
import select
import subprocess
import tempfile
import time

# Ports that no simulator on this machine uses: searches fail, as on a desk without a simulator. Airports of an
# installed simulator are not imported.
NOBODY = "[airports]\nimport = false\n[sim]\n" + "".join(
    f"{name} = {49990 + n}\n" for n, name in enumerate(("xplane_port", "xplane_web_port", "msfs_port", "flightgear_port"))
)


def switches(pid):
    """Voluntary context switches of each thread, by its id: wake-ups of a sleeping thread."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            words = (task / "status").read_text().split()
            found[task.name] = ((task / "comm").read_text().strip(), int(words[words.index("voluntary_ctxt_switches:") + 1]))
        except (FileNotFoundError, ProcessLookupError):
            pass  # It has ended.
    return found


def field(path, name):
    return int(next(line.split()[1] for line in pathlib.Path(path).read_text().splitlines() if line.startswith(name)))


def ticks(pid):
    """Hundredths of a second of processor time."""
    return sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))


def resident(pid):
    return field(f"/proc/{pid}/status", "VmRSS")


def proportional(pid):
    return field(f"/proc/{pid}/smaps_rollup", "Pss:")


class Rest:
    """An idle process."""

    def __init__(self, pid):
        self.pid, self.before, self.used, self.begun = pid, switches(pid), ticks(pid), time.monotonic()

    def watch(self, seconds, every=5.0):
        """Memory over time: pairs of seconds and kB."""
        curve, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(min(every, max(until - time.monotonic(), 0)))
            curve.append((time.monotonic() - self.begun, resident(self.pid)))
        return curve

    def over(self):
        """Wake-ups a second, the busiest threads in words, and the share of a core in percent."""
        after, passed = switches(self.pid), time.monotonic() - self.begun
        by_name = {}
        for task, (name, count) in after.items():
            by_name[name] = by_name.get(name, 0) + count - self.before.get(task, (name, 0))[1]
        busiest = ", ".join(f"{name} {count / passed:.2f}" for name, count in sorted(by_name.items(), key=lambda e: -e[1])[:4] if count)
        return sum(by_name.values()) / passed, busiest, (ticks(self.pid) - self.used) / passed


class Stratus:
    """One `stratus run` in a separate home, timed from exec until tray, key and socket are ready."""

    def __init__(self, program, config=NOBODY):
        self.home, self.program = tempfile.TemporaryDirectory(), program
        folder = pathlib.Path(self.home.name)
        (folder / "config/stratus").mkdir(parents=True)
        (folder / "run").mkdir(mode=0o700)
        (folder / "config/stratus/stratus.toml").write_text(config)
        self.log = folder / "state/stratus/logs/stratus.log"
        self.env = os.environ | {f"XDG_{n}_HOME": f"{folder}/{n.lower()}" for n in ("CONFIG", "STATE", "DATA")} | {"XDG_RUNTIME_DIR": f"{folder}/run"}
        self.child = None

    def start(self):
        """Milliseconds from exec to ready."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        begun = time.time()
        self.child = subprocess.Popen([self.program, "run"], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            new = self.log.read_bytes()[seen:].decode() if self.log.exists() else ""
            ready = [line for line in new.splitlines() if "ready in" in line]
            if ready:
                # The log's own clock, with microseconds: waiting for the line adds nothing to the figure.
                return (datetime.datetime.fromisoformat(ready[0].split("Z")[0][:26] + "+00:00").timestamp() - begun) * 1000
            if self.child.poll() is not None or time.time() - begun > 20:
                raise SystemExit(f"it did not become ready: {new}")
            time.sleep(0.02)

    def disturbed(self):
        """A message if an unexpected simulator was found on this machine; otherwise empty."""
        return " (DISTURBED: a simulator on this machine was found)" if "simulator found" in self.log.read_text() else ""

    def end(self):
        self.child.terminate()
        self.child.wait()

    def close(self):
        if self.child and self.child.poll() is None:
            self.end()
        self.home.cleanup()


class Other:
    """Another program that prints “ready”, timed from exec until then."""

    def __init__(self, *command):
        self.command, self.child = command, None

    def start(self):
        begun = time.monotonic()
        self.child = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not select.select([self.child.stdout], [], [], 60)[0] or self.child.stdout.readline().strip() != b"ready":
            self.end()
            return None
        return (time.monotonic() - begun) * 1000

    def end(self):
        self.child.kill()
        self.child.wait()
