"""Faults of Stratus itself: a panic in each of its threads, in a program built with the feature `faults`.

In each loop of each thread, such a program looks for a file with the thread's name in the folder STRATUS_FAULTS, removes
it and panics. The released program contains none of this."""

import os
import subprocess
import threading
import time

from peers import Ollama, XPlane
from run import Absent, group
from tray import BASE, RULES, STATED, Tray, ears, until

# The thread, what wakes it, and whether the pilot is notified.
THREADS = [("owner", "typed"), ("capture", ""), ("play", "spoken"), ("recognise", "spoken"), ("synthesise", "typed"), ("record", "typed"),
           ("config watch", "saved"), ("microphone", ""), ("speaker", "spoken"), ("toast", "typed"), ("devices", "plugged"), ("llm", "typed"),
           ("sim", ""), ("ipc peer", "typed"), ("tray", "spoken"), ("key", "key")]


@group
def panics(run):
    for thread, wake in THREADS:
        run(f"panic in the thread “{thread}”", panic, thread, wake)


panics.names = [f"panic in the thread “{t}”" for t, _ in THREADS]


def panic(row, thread, wake):
    if not Tray.panicking or not os.path.exists(Tray.panicking):
        raise Absent("there is no program with the feature `faults`")
    config, peer = BASE.replace('"none"', '"ScrollLock"') + ears() + RULES + STATED, None
    if thread == "llm":
        peer = Ollama()
        config = config.replace(RULES, f'[brain]\nmode = "llm"\nmodel = "m"\nollama_url = "http://127.0.0.1:{peer.port}"\n')
    if thread == "sim":
        peer = XPlane()
        config = config.replace(STATED, f'[sim]\nlink = "xplane"\nhost = "127.0.0.1"\nxplane_port = {peer.port}\nxplane_web_port = 9\n')
    tray = Tray(config, program=Tray.panicking)
    faults = f"{tray.folder}/faults"
    os.mkdir(faults)
    tray.environment["STRATUS_FAULTS"] = faults
    tray.start()
    try:
        base = tray.warm()
        # The report contains function names, which are read from the program once and cached.
        base["rss"] += 40_000
        tray.mark()
        with open(f"{faults}/{thread}", "w"):
            pass
        # Recovery time counts from the panic, which removes the file; the thread has to be woken first.
        fell = []
        threading.Thread(target=lambda: until(40, lambda: not os.path.exists(f"{faults}/{thread}"), 0.005) and fell.append(time.monotonic()), daemon=True).start()
        for n in range(3):
            if wake == "saved":
                tray.configure(config + f"# saved {n}\n")
            if wake == "plugged":
                plugged = subprocess.run(["pactl", "load-module", "module-null-sink", f"sink_name=yoke{n}"], env=tray.environment, capture_output=True, text=True)
                subprocess.run(["pactl", "unload-module", plugged.stdout.strip()], env=tray.environment, capture_output=True)
            if wake == "typed":
                tray.say(timeout=5)
            if wake == "spoken":
                tray.speak(within=3)
            if wake == "key":
                for _ in range(2):
                    subprocess.run(["xdotool", "key", "Scroll_Lock"])
                    time.sleep(0.4)
            if until(2, lambda: not os.path.exists(f"{faults}/{thread}")):
                break
        row.need(not os.path.exists(f"{faults}/{thread}"), "the thread did not come by")
        row.need(until(5, lambda: f"panic in {thread}" in tray.log()), "the panic is not in the log")
        row.need(tray.answers(), "a call is not answered")
        until(1, lambda: fell)
        # While the pilot is speaking, no answer is expected.
        row.recovered(time.monotonic() - max(fell[0], tray.released if wake == "spoken" else 0) if fell else None)
        row.sees([t for t in tray.toasts() if "Hilo" not in t][:1] or "nothing; the report is in crash.txt")
        if thread == "config watch":
            tray.configure(config + "[audio]\nvolume_percent = treu\n")
            row.need(tray.told("configuration", 10), "the configuration is not watched any more")
            tray.configure(config)
        row.need(until(15, lambda: os.path.exists(f"{tray.folder}/state/stratus/logs/crash.txt")), "there is no report")
        row.check(tray, base, spoken=True)
        row.need(tray.end(), "it does not end in time")
        tray.mark()
        tray.start()
        row.need(tray.told("failed last time", 8), "the next start does not report it")
    finally:
        tray.close()
        if peer:
            peer.close()
