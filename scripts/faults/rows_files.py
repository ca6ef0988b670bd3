"""Faults of files, disk, clock and power: configuration, transcript, log; full, read-only, truncated; suspended."""

import errno
import os
import shutil
import signal
import subprocess
import tempfile
import time

from run import Absent, group
from tray import CALL, PLAIN, Tray, until


@group
def configuration(run):
    tray = Tray(PLAIN).start()
    base = tray.warm()
    try:
        for name, broken in zip(configuration.names, ("[audio]\nvolume_percent = treu\n", b"\xff\xfe\x00[audio]", None, "folder", "pipe", "x" * 3_000_000)):
            run(name, saved_broken, tray, base, broken)
    finally:
        tray.close()
    for name, broken in zip(configuration.names[6:], ("[audio\n", "folder", "nobody", "pipe")):
        run(name, started_broken, broken)


configuration.names = ["configuration saved with a mistake", "configuration saved as noise", "configuration deleted", "configuration is a folder",
                       "configuration is a pipe without a writer", "configuration of 3 MB",
                       "configuration broken at start-up", "configuration is a folder at start-up",
                       "configuration unreadable at start-up", "configuration is a pipe at start-up"]


def put(path, what):
    if os.path.isdir(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.unlink(path)
    if what == "folder":
        os.mkdir(path)
    elif what == "pipe":
        os.mkfifo(path)
    elif what is not None:
        with open(path, "wb") as f:
            f.write(what.encode() if isinstance(what, str) else what)


def saved_broken(row, tray, base, broken):
    tray.mark()
    put(tray.config, broken)
    row.need(tray.told("configuration", 10), "it is not reported")
    row.sees(tray.toasts()[:1])
    row.recovered(tray.answers(), "a call is not answered with the active settings")
    tray.mark()
    put(tray.config, None)
    with open(tray.config, "w") as f:
        f.write(PLAIN)
    time.sleep(1.2)
    row.keeps("the active settings")
    row.check(tray, base, spoken=True)


def started_broken(row, broken):
    tray = Tray(PLAIN)
    begun = time.monotonic()
    try:
        if broken == "nobody":
            os.chmod(tray.config, 0)
            if os.geteuid() == 0:
                # Root can read everything, so the program runs under another account.
                subprocess.run(["chown", "-R", "nobody", tray.folder], check=True)
                wrapper = f"{tray.folder}/as-nobody"
                with open(wrapper, "w") as f:
                    f.write(f'#!/bin/sh\nexec setpriv --reuid=nobody --clear-groups --reset-env env XDG_RUNTIME_DIR={tray.folder}/run '
                            f'XDG_CONFIG_HOME={tray.folder}/config XDG_DATA_HOME={tray.folder}/data XDG_STATE_HOME={tray.folder}/state '
                            f'HOME={tray.folder} {Tray.program} "$@"\n')
                os.chmod(wrapper, 0o755)
                if subprocess.run(["setpriv", "--reuid=nobody", "--clear-groups", "test", "-x", Tray.program]).returncode:
                    raise Absent("nobody may not run the program from this folder")
                # Its socket admits only its own account, and this test runs under another: only the log can be read.
                p = subprocess.Popen([wrapper, "--config", tray.config, "run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                told = until(10, lambda: "toast" in tray.log() and "configuration" in tray.log())
                row.need(told, "it is not reported: " + tray.log()[-200:])
                row.recovered(time.monotonic() - begun)
                tray.read = 0
                row.sees([t for t in tray.toasts() if "configuration" in t][:1])
                os.kill(p.pid, signal.SIGTERM)
                row.need(p.wait(10) == 0, "it does not end well")
                row.keeps("the file is as it was")
                return
        else:
            put(tray.config, broken)
        tray.mark()
        tray.start()
        row.need(tray.told("configuration", 10), "it is not reported")
        row.sees(tray.toasts()[:1])
        # The defaults have no airport, so any answer to the call counts.
        row.need("note" in tray.ask({"say": CALL}), "a call is not answered")
        tray.configure(PLAIN) if broken != "folder" else put(tray.config, PLAIN)
        mended = time.monotonic()
        row.need(tray.answers(), "the corrected file is not used")
        row.recovered(time.monotonic() - mended)
        row.check(tray, spoken=True)
    finally:
        tray.close()


@group
def disk(run):
    for name, fault, path in disk.table:
        run(name, failing, fault, path)
    run("disk full, for real (a small tmpfs under every folder)", small_disk)
    run("first start on a full disk", first_start)
    run("folders for log and data cannot be created", no_folders)


disk.table = [("disk full: transcript", errno.ENOSPC, "transcript.jsonl"), ("disk full: log", errno.ENOSPC, "stratus.log"),
              ("disk broken (I/O error): transcript and log", errno.EIO, "stratus"), ("data folder read-only", errno.EROFS, "/data/"),
              ("log folder read-only", errno.EROFS, "/state/"), ("configuration on a full disk: a setting is changed", errno.ENOSPC, "stratus.toml")]
disk.names = [t[0] for t in disk.table] + ["disk full, for real (a small tmpfs under every folder)", "first start on a full disk",
                                           "folders for log and data cannot be created"]


def failing(row, fault, path):
    tray = Tray(shim=True).start()
    try:
        base = tray.warm()
        lines = len(tray.lines())
        before = open(tray.config).read()
        tray.mark()
        tray.shim.set(fault=fault, path=path)
        row.recovered(tray.answers(), "a call is not answered while the disk fails")
        if path == "stratus.toml":
            out = tray.command("setup", "--yes", "--key", "F9", "--skip-model", "--skip-microphone", "--skip-speaker", "--skip-sim", "--skip-brain",
                               env=tray.shim.environment())
            row.need(out.returncode != 0 and "hint:" in out.stderr, f"setup says {out.stdout[-200:]!r} {out.stderr!r}")
            row.need(open(tray.config).read() == before, "the configuration changed")
            row.sees(" ".join((out.stderr or out.stdout).split("hint:")[0].split())[-150:])
        elif "state" not in path and path != "stratus.log":
            row.need(tray.told("cannot write", 10) or "stratus" == path, "it is not reported")
            row.sees(tray.toasts()[:1] or "the controller as usual")
        else:
            row.sees("the controller as usual; the log has a gap")
        # Conversation continues, too. The transcript cannot show it, but the answer to a typed call does.
        row.need(tray.answers() is not None, "a call is not answered")
        tray.shim.set()
        row.need(tray.answers() is not None, "a call is not answered afterwards")
        row.need(until(5, lambda: len(tray.lines()) > lines), "the transcript does not go on")
        row.check(tray, base, spoken=True)
    finally:
        tray.close()


def small_disk(row):
    at = tempfile.mkdtemp(prefix="stratus-small.")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", at], stderr=subprocess.DEVNULL).returncode:
        os.rmdir(at)
        raise Absent("mounting is refused")
    tray = None
    try:
        tray = Tray(folder=at).start()
        base = tray.warm()
        tray.mark()
        with open(f"{at}/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(512))
            except OSError:
                pass
        for _ in range(30):
            tray.say()
        row.recovered(tray.answers(), "a call is not answered on a full disk")
        os.unlink(f"{at}/filler")
        row.sees("“cannot write …: No space left on device; free some space”")
        row.need(tray.answers() is not None, "a call is not answered afterwards")
        broken = [line for line in tray.lines() if line["from"] == "broken"]
        row.need(len(broken) <= 1, f"{len(broken)} lines of the transcript are broken")
        row.need(tray.alive() and tray.hears(), "a spoken call is not answered afterwards")
        leaks = tray.leaks(base)
        row.need(not leaks, ", ".join(leaks))
        row.keeps("configuration, what was written before")
    finally:
        if tray:
            tray.end()
        subprocess.run(["umount", "-l", at])
        shutil.rmtree(at, ignore_errors=True)


def first_start(row):
    at = tempfile.mkdtemp(prefix="stratus-small.")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", at], stderr=subprocess.DEVNULL).returncode:
        os.rmdir(at)
        raise Absent("mounting is refused")
    tray = None
    try:
        tray = Tray(folder=at, write=False)
        with open(f"{at}/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(512))
            except OSError:
                pass
        begun = time.monotonic()
        tray.start()
        row.need("note" in tray.ask({"say": CALL}), "a call is not answered")
        row.recovered(time.monotonic() - begun)
        row.need(not os.path.exists(tray.config) or os.path.getsize(tray.config) == 0 or "[log]" in open(tray.config).read(), "half a configuration is left")
        row.sees("“cannot create the configuration: No space left on device; Stratus runs on its defaults”")
        os.unlink(f"{at}/filler")
        row.need(tray.end(), "it does not end")
        tray.start()
        row.need(os.path.exists(tray.config) and "[log]" in open(tray.config).read(), "the next start does not write the configuration")
        row.keeps("nothing was there")
    finally:
        if tray:
            tray.end()
        subprocess.run(["umount", "-l", at])
        shutil.rmtree(at, ignore_errors=True)


def no_folders(row):
    tray = Tray(PLAIN)
    for name in ("data", "state"):
        shutil.rmtree(f"{tray.folder}/{name}")
        with open(f"{tray.folder}/{name}", "w"):
            pass
    begun = time.monotonic()
    tray.start()
    try:
        row.need(tray.answers() is not None, "a call is not answered")
        row.recovered(time.monotonic() - begun)
        row.sees("“cannot write the log”, “cannot write …/transcript.jsonl”, with what to do")
        row.keeps("nothing was there")
    finally:
        row.need(tray.close(), "it does not end in time")


@group
def power(run):
    for name, what in power.table:
        run(name, cut_off, what)
    run("kill -9 while idle, and started again", killed)
    run("kill -9 at 20 random moments during set-up", chance_kills)


power.table = [("kill -9 while the transcript is being written", "transcript.jsonl"), ("kill -9 while the log is being written", "stratus.log"),
               ("kill -9 while the run marker is being written", "logs/running"),
               ("kill -9 while a setting is being written", "stratus.toml"), ("kill -9 while the first configuration is being written", "config/.stratus.toml"),
               ("kill -9 while a sound file is being written", "said.wav")]
power.names = [t[0] for t in power.table] + ["kill -9 while idle, and started again", "kill -9 at 20 random moments during set-up"]
SETUP = ["setup", "--yes", "--skip-model", "--skip-microphone", "--skip-speaker", "--skip-sim", "--skip-brain", "--key"]


def cut_off(row, path):
    first = "first" in row.name
    tray = Tray(PLAIN, shim=True)
    try:
        if first:
            os.unlink(tray.config)
        if path == "said.wav":
            tray.shim.set(fault=-1, path=path)
            file = f"{tray.folder}/said.wav"
            out = tray.command("speak", "wind calm", "--out", file, env=tray.shim.environment())
            row.need(out.returncode == -signal.SIGKILL, f"it lived: {out.returncode}")
            tray.shim.set()
            out = tray.command("speak", "wind calm", "--out", file)
            row.need(out.returncode == 0 and os.path.getsize(file) > 10_000, f"not written again: {out.stderr}")
            row.sees("the command is run again")
            tray.start()
        elif path == "stratus.toml" and not first:
            before = open(tray.config).read()
            tray.shim.set(fault=-1, path=path)
            out = tray.command(*SETUP, "F9", env=tray.shim.environment())
            row.need(out.returncode == -signal.SIGKILL, f"it lived: {out.returncode} {out.stderr}")
            tray.shim.set()
            row.need(open(tray.config).read() == before, "the configuration is half written")
            row.keeps("the setting before")
            row.need(tray.command("config", "check").returncode == 0, "the configuration is broken")
            row.sees("the old setting; the set-up is done again")
            tray.start()
        else:
            if not first and path != "logs/running":
                tray.start()
                row.need(tray.answers() is not None, "no call is answered before")
                tray.shim.set(fault=-1, path=path)
                lines = len(tray.lines())
                tray.say(timeout=5)
                if path == "stratus.log":
                    tray.configure(PLAIN.replace("preload = true", "preload = false"))
                    until(5, lambda: not tray.alive())
                    tray.configure(PLAIN)
                row.need(until(10, lambda: not tray.alive()), "it lived")
            else:
                lines = 0
                tray.shim.set(fault=-1, path=path)
                tray.process = subprocess.Popen([Tray.program, "--config", tray.config, "run"], env=tray.environment, stderr=subprocess.DEVNULL)
                row.need(until(10, lambda: not tray.alive()), "it lived")
            tray.shim.set()
            tray.mark()
            begun = time.monotonic()
            tray.start()
            row.need("note" in tray.ask({"say": CALL}), "a call is not answered")
            row.recovered(time.monotonic() - begun)
            told = tray.told("failed last time", 5)
            row.need(told or path == "logs/running" or first, "the crash is not reported")
            row.sees(tray.toasts()[:1] or "nothing: it had not begun")
            if first:
                row.need("[log]" in open(tray.config).read(), f"half a configuration stays ({os.path.getsize(tray.config)} bytes)")
                tray.configure(PLAIN)
            row.need(tray.answers(), "a call is not answered")
            good = [line for line in tray.lines() if line["from"] != "broken"]
            row.need(len(good) >= lines, f"{lines} lines of the transcript became {len(good)}")
            row.need(len([line for line in tray.lines() if line["from"] == "broken"]) <= 1, "more than the line under way is broken")
            out = tray.command("log", "--last", "5")
            row.need(out.returncode == 0, f"`stratus log` fails: {out.stderr}")
            row.keeps("every earlier line, and each later one")
            row.need(tray.hears(), "a spoken call is not answered")
            return
        row.recovered(tray.answers())
        row.check(tray)
    finally:
        tray.close()


def killed(row):
    tray = Tray(PLAIN).start()
    try:
        row.need(tray.hears(), "no spoken call is answered before")
        lines = len(tray.lines())
        tray.kill()
        tray.mark()
        begun = time.monotonic()
        tray.start()
        row.need(tray.answers(), "a call is not answered")
        row.recovered(time.monotonic() - begun)
        row.need(tray.told("failed last time", 5), "the crash is not reported")
        row.sees(tray.toasts()[:1])
        row.need(len(tray.lines()) > lines, "the transcript is lost")
        row.check(tray, spoken=True)
    finally:
        tray.close()


def chance_kills(row):
    import random
    chance, tray = random.Random(5), Tray(PLAIN)
    try:
        half = 0
        for n in range(20):
            p = subprocess.Popen([Tray.program, "--config", tray.config, *SETUP, f"F{n % 12 + 1}"], env=tray.environment,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.002, 0.08))
            p.kill()
            half += p.wait() == -signal.SIGKILL
            row.need(tray.command("config", "check").returncode == 0, f"the configuration is broken after kill {n}")
        row.sees(f"{half} of 20 were cut off; each left the setting before or the one after")
        begun = time.monotonic()
        row.need(tray.command(*SETUP, "none").returncode == 0, "the set-up cannot be done again")
        tray.start()
        row.need(tray.answers(), "a call is not answered")
        row.recovered(time.monotonic() - begun)
        row.keeps("every other key")
        row.need('callsign = "N172SP"' in open(tray.config).read(), "a key is lost")
        row.check(tray)
    finally:
        tray.close()


@group
def clock(run):
    tray = Tray(shim=True).start()
    base = tray.warm()
    day = 86_400
    try:
        for name, wall in clock.table:
            run(name, jumps, tray, base, wall * day)
        run(clock.names[3], asleep, tray, base)
    finally:
        tray.close()


clock.table = [("the clock jumps a year ahead", 365), ("the clock jumps 20 years back", -7300), ("the clock jumps back by a second, again and again", 0)]
clock.names = [t[0] for t in clock.table] + ["suspended for 8 s and resumed (with sound server)"]


def jumps(row, tray, base, wall):
    if "again" in row.name:
        for n in range(50):
            tray.shim.set(wall=-n)
            time.sleep(0.02)
    tray.shim.set(wall=int(wall))
    row.recovered(tray.answers(), "a call is not answered")
    row.sees("nothing")
    row.check(tray, base, spoken=True)


def asleep(row, tray, base):
    from rows_desk import desk_pid
    sound = desk_pid("pulseaudio")
    tray.mark()
    for pid in (tray.pid, sound):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(8)
    for pid in (sound, tray.pid):
        os.kill(pid, signal.SIGCONT)
    row.recovered(tray.answers(), "a call is not answered after the sleep")
    row.sees(tray.toasts()[:1] or "nothing")
    row.check(tray, base, spoken=True)
