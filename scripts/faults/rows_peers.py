"""Faults of external parts: a simulator, Ollama, a model file, a download server."""

import os
import signal
import subprocess
import time

from peers import Hub, Ollama, XPlane
from run import group
from tray import BASE, MODEL, PLAIN, RULES, STATED, Shim, Tray, ears, until


def following(port):
    return BASE + ears() + RULES + f'[sim]\nlink = "xplane"\nhost = "127.0.0.1"\nxplane_port = {port}\nxplane_web_port = 9\n'


@group
def simulator(run):
    peer = XPlane()
    port = peer.port
    tray = Tray(following(port)).start()
    assert until(20, tray.answers), "no call is answered on the simulator's frequency"
    base = tray.warm()
    state = {"peer": peer, "port": port}
    try:
        for name, body in zip(simulator.names, (paused, lying, flooding, silent, restarted, gone)):
            run(name, body, tray, state, base)
    finally:
        tray.close()
        state["peer"].close()


simulator.names = ["simulator paused", "simulator sends false data (not numbers, off the earth, noise)", "simulator floods (500 reports a second)",
                   "simulator stops answering for 6 s", "simulator ends and is started again", "simulator ends during a call"]


def paused(row, tray, state, base):
    state["peer"].mode = "paused"
    time.sleep(1.5)
    row.recovered(tray.answers(), "a call is not answered while paused")
    row.sees("the usual answer; nothing is said unasked")
    state["peer"].mode = "flying"
    row.check(tray, base)


def lying(row, tray, state, base):
    tray.mark()
    state["peer"].mode = "lying"
    time.sleep(3)
    row.need(tray.say("Radio check, two sierra papa", 10) is not None and tray.here(), "the program does not answer while it gets false data")
    state["peer"].mode = "flying"
    begun = time.monotonic()
    row.need(tray.answers(), "a call is not answered afterwards")
    row.recovered(time.monotonic() - begun)
    row.sees(tray.toasts()[:1] or "nothing: what cannot be is dropped")
    row.check(tray, base)


def flooding(row, tray, state, base):
    sent = state["peer"].sent
    state["peer"].mode = "flood"
    row.recovered(tray.answers(), "a call is not answered in the flood")
    time.sleep(3)
    row.need(tray.answers() is not None, "a call is not answered in the flood")
    row.sees(f"the usual answer ({state['peer'].sent - sent} packets)")
    state["peer"].mode = "flying"
    row.check(tray, base)


def silent(row, tray, state, base):
    tray.mark()
    state["peer"].mode = "silent"
    time.sleep(6)
    row.need(tray.here(), "the program does not answer")
    tray.say()
    row.sees(tray.toasts()[-1:] or "the tray shows that the simulator is away")
    state["peer"].mode = "flying"
    begun = time.monotonic()
    row.need(tray.answers(), "a call is not answered afterwards")
    row.recovered(time.monotonic() - begun)
    row.check(tray, base)


def restarted(row, tray, state, base):
    state["peer"].close()
    time.sleep(5)
    row.need(tray.here(), "the program does not answer without a simulator")
    state["peer"] = XPlane(state["port"])
    begun = time.monotonic()
    row.need(until(15, lambda: state["peer"].asked), "the simulator is not found again")
    row.need(tray.answers(), "a call is not answered")
    row.recovered(time.monotonic() - begun)
    row.sees("the tray: no simulator; then as before")
    row.check(tray, base)


def gone(row, tray, state, base):
    tray.ask({"ptt": "down"})
    time.sleep(0.5)
    state["peer"].close()
    time.sleep(4)
    tray.ask({"ptt": "up"})
    row.need(tray.here(), "the program does not answer")
    state["peer"] = XPlane(state["port"])
    begun = time.monotonic()
    row.need(tray.answers(), "a call is not answered")
    row.recovered(time.monotonic() - begun)
    row.sees("the call ends; the simulator is found again")
    row.check(tray, base)


@group
def ollama(run):
    peer = Ollama()
    mode = '[brain]\nmode = "llm"\nollama_url = "http://127.0.0.1:%d"\nmodel = "m"\ndeadline_ms = 1500\n' % peer.port
    tray = Tray(BASE + ears() + mode + STATED).start()
    base = tray.warm()
    assert peer.asked > 0, "the language model is not asked"
    state = {"peer": peer, "port": peer.port}
    try:
        for name, how in zip(ollama.names, ("slow", "hung", "cut", "noise", "refusing", "endless", "lying", None)):
            run(name, model_fails, tray, state, base, how)
    finally:
        tray.close()
        state["peer"].close()


ollama.names = ["Ollama slow (3 s)", "Ollama hangs", "Ollama's answer is cut off", "Ollama answers with noise", "Ollama refuses (error 500)",
                "Ollama answers with 3 MB", "Ollama lies (runway 99, a landing clearance)", "Ollama stopped, and started again"]


def model_fails(row, tray, state, base, how):
    tray.mark()
    if how:
        state["peer"].mode = how
    else:
        state["peer"].close()
    begun = time.monotonic()
    said = tray.say(timeout=20)
    took = time.monotonic() - begun
    row.need("read" in said.lower(), f"the answer is {said!r}")
    row.need("99" not in said and "niner niner" not in said.lower() and "cleared" not in said.lower() and "7500" not in said, f"a lie passed: {said!r}")
    row.need(took < 4, f"the answer took {took:.1f} s")
    row.recovered(took)
    row.sees([t for t in tray.toasts() if "model" in t][:1] or "the controller's usual answer, by the rules")
    if how:
        state["peer"].over.set()
        state["peer"].over.clear()
        state["peer"].mode = "right"
    else:
        state["peer"] = Ollama(state["port"])
    asked = state["peer"].asked
    row.need(tray.answers() is not None and until(10, lambda: state["peer"].asked > asked or (tray.answers(), 0)[1], 0.2),
             "the language model is not asked again")
    row.check(tray, base)


@group
def models(run):
    with open(MODEL, "rb") as f:
        good = f.read()
    for name, damage in zip(models.names, (good[: len(good) // 2], b"", bytes(len(good)), good[:64] + os.urandom(len(good) - 64),
                                           good[:200_000] + b"\xff" * 5000 + good[205_000:], "folder", None)):
        run(name, damaged, damage)


models.names = ["speech model truncated", "speech model empty", "speech model all zeros", "speech model noise after its header",
                "speech model damaged in the middle", "speech model is a folder", "speech model missing"]


def damaged(row, damage):
    tray = Tray(write=False)
    file = f"{tray.folder}/damaged.bin"
    if damage == "folder":
        os.mkdir(file)
    elif damage is not None:
        with open(file, "wb") as f:
            f.write(damage)
    tray.configure(BASE + ears(file) + RULES + STATED)
    tray.start()
    try:
        tray.mark()
        row.need(tray.answers() is not None, "typed calls are not answered")
        tray.speak(within=6)
        told = [t for t in tray.toasts() if "model" in t.lower()]
        answered = tray.replies()
        # Without its checksum, a model with damaged weights looks like a bad model: it must only not crash.
        row.need(told or answered or tray.toasts(), "it is not reported")
        row.sees((told or tray.toasts())[:1])
        tray.configure(PLAIN)
        begun = time.monotonic()
        row.need(tray.hears(), "a spoken call is not answered with a whole model")
        row.recovered(max(time.monotonic() - begun - 4.4, 0))
        row.check(tray)
    finally:
        tray.close()


@group
def downloads(run):
    with open(MODEL, "rb") as f:
        hub = Hub(f.read())
    try:
        for name, mode, good in downloads.table:
            run(name, download, hub, mode, good)
        run("download: kill -9 during it, then started again", cut_down, hub)
        run("download: disk full during it, then started again", no_room, hub)
    finally:
        hub.close()


downloads.table = [
    ("download: connection cut again and again", lambda n: "cut" if n < 6 else "right", True),
    ("download: server cannot resume", lambda n: "cut" if n % 2 else "no ranges", True),
    ("download: a different range than requested", lambda n: ["cut", "wrong range", "right"][min(n % 4, 2)], True),
    ("download: a different file than published", "other", False),
    ("download: longer than published", "long", False),
    ("download: shorter than published", "short", False),
    ("download: file missing", "missing", False),
    ("download: server busy, then available", lambda n: "busy" if n % 3 else "right", True),
    ("download: endless redirects", "round", False),
    ("download: noise as the answer", lambda n: "noise" if n % 3 else "right", True),
    ("download: a log-in page instead of the file", "page", False),
]
downloads.names = [t[0] for t in downloads.table] + ["download: kill -9 during it, then started again", "download: disk full during it, then started again"]


def fetcher(hub):
    return Tray(BASE + ears(model="", more=f'mirror = "http://127.0.0.1:{hub.port}"\n') + RULES + STATED)


def there(tray):
    return [os.path.join(d, f) for d, _, files in os.walk(f"{tray.folder}/data") for f in files if f == "club.bin"]


def words(stderr):
    """The text of a problem, without the progress before it and the hint after it."""
    return " ".join(stderr[max(stderr.find("error: "), 0):].replace("error: ", "").replace("caused by: ", "").split("hint:")[0].split())


def whole(row, tray, hub):
    found = there(tray)
    if row.need(len(found) == 1, "the model is not there"):
        with open(found[0], "rb") as f:
            row.need(f.read() == hub.model, "the model differs")
        row.keeps("the file is the published one")


def download(row, hub, mode, good):
    tray = fetcher(hub)
    hub.mode, hub.asked = mode, 0
    try:
        begun = time.monotonic()
        out = tray.command("models", "get", "club.en", timeout=100)
        if good:
            row.need(out.returncode == 0, out.stderr)
            row.recovered(time.monotonic() - begun)
            whole(row, tray, hub)
            row.sees("progress, and the model is ready")
        else:
            row.need(out.returncode == 1 and "hint:" in out.stderr, f"{out.returncode}: {out.stderr!r}")
            row.need(not there(tray), "a file that is not the published one is there")
            row.sees(words(out.stderr))
            hub.mode = "right"
            begun = time.monotonic()
            again = tray.command("models", "get", "club.en")
            row.need(again.returncode == 0, again.stderr)
            row.recovered(time.monotonic() - begun)
            whole(row, tray, hub)
    finally:
        tray.close()


def cut_down(row, hub):
    tray = fetcher(hub)
    hub.mode, hub.asked = "trickle", 0
    try:
        process = subprocess.Popen([Tray.program, "--config", tray.config, "models", "get", "club.en"], env=tray.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        part = lambda: [os.path.join(d, f) for d, _, files in os.walk(f"{tray.folder}/data") for f in files if f.endswith(".part")]  # noqa: E731
        row.need(until(20, lambda: part() and os.path.getsize(part()[0]) > 500_000), "nothing arrives")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kept = os.path.getsize(part()[0])
        hub.mode = "right"
        begun = time.monotonic()
        again = tray.command("models", "get", "club.en")
        row.need(again.returncode == 0, again.stderr)
        row.recovered(time.monotonic() - begun)
        row.sees(f"begun again, it goes on after the {kept // 1000} kB that were there")
        whole(row, tray, hub)
    finally:
        tray.close()


def no_room(row, hub):
    import errno
    tray = fetcher(hub)
    tray.shim = Shim(tray.folder)
    hub.mode, hub.asked = "right", 0
    try:
        tray.shim.set(fault=errno.ENOSPC, path="club.bin")
        out = tray.command("models", "get", "club.en", env=tray.shim.environment())
        row.need(out.returncode == 1 and "hint:" in out.stderr and "room" in out.stderr, f"{out.returncode}: {out.stderr!r}")
        row.sees(words(out.stderr))
        tray.shim.set()
        begun = time.monotonic()
        again = tray.command("models", "get", "club.en")
        row.need(again.returncode == 0, again.stderr)
        row.recovered(time.monotonic() - begun)
        whole(row, tray, hub)
    finally:
        tray.close()
