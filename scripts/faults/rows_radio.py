"""Faults while other aircraft are heard, faults of the voices' files, and failed downloads of a flight plan."""

import os
import signal
import subprocess
import time

import apron
from peers import SimBrief, Sound
from run import group
from tray import BASE, PLAIN, ROOT, RULES, STATED, Tray, ears, until

VOICES = os.path.join(ROOT, "assets/voices")
SIMBRIEF = os.path.join(ROOT, "tests/fixtures/simbrief/eham-lsgg-v2.json")
BUSY = BASE + ears(more='chatter = "busy"\n') + RULES + "[airports]\nimport = false\n"
FLIGHT_S = 300


class Apron:
    """A Stratus beside a busy airport, with a recording of the pilot's call there."""

    def __init__(self, environment=None, seconds=FLIGHT_S):
        self.tray = Tray(BUSY, environment)
        apron.write(f"{self.tray.folder}/apron.jsonl", seconds)
        # During the first run, nobody else is heard.
        os.makedirs(f"{self.tray.folder}/data/stratus")
        with open(f"{self.tray.folder}/data/stratus/first-run", "w") as f:
            f.write("over\n")
        self.tray.arguments = ["--sim", f"replay:{self.tray.folder}/apron.jsonl"]
        self.call = f"{self.tray.folder}/call.wav"
        subprocess.run([Tray.program, "speak", apron.CALL, "--voice", "en-GB", "--out", self.call], check=True, stdout=subprocess.DEVNULL)
        self.tray.start()

    def others(self):
        return len([line for line in self.tray.lines() if line.get("overheard")])

    def answered(self, within=20):
        """Waits until a typed call is answered: the seconds it took, or None."""
        begun = time.monotonic()
        return time.monotonic() - begun if until(within, lambda: "read" in self.tray.say(apron.CALL, within).lower(), 0.05) else None

    def heard(self, within=60):
        """Waits until another line of others begins."""
        known = self.others()
        return until(within, lambda: self.others() > known, 0.05)


@group
def chatter(run):
    run(chatter.names[0], cut_in)
    run(chatter.names[1], no_server)
    run(chatter.names[2], simulator_ends)


chatter.names = ["other aircraft are heard all the time: the pilot calls ten times", "sound server killed while another aircraft speaks",
                 "the simulator's reports end while another aircraft speaks"]


def cut_in(row):
    busy = Apron()
    tray = busy.tray
    try:
        row.need(busy.heard(), "no other aircraft is heard")
        longest, before = 0.0, busy.others()
        for n in range(10):
            if not row.need(busy.heard(), f"before call {n + 1} no other aircraft is heard"):
                break
            took = busy.answered(5)
            if not row.need(took is not None, f"call {n + 1} is not answered"):
                break
            longest = max(longest, took)
        row.recovered(longest)
        row.sees(f"{busy.others() - before} lines of others between the calls")
        row.need(tray.alive() and not [line for line in tray.lines() if line["from"] == "broken"], "the transcript is broken")
        row.keeps("transcript")
    finally:
        row.need(tray.close(), "it does not end in time")


def no_server(row):
    server = Sound()
    server.start()
    busy = Apron(server.environment)
    tray = busy.tray
    try:
        row.need(busy.heard(), "no other aircraft is heard")
        tray.mark()
        server.kill()
        row.need(busy.answered() is not None, "a typed call is not answered without sound")
        row.need(tray.told("[Mm]icrophone|[Ss]ound|[Ss]peaker"), "the loss is not reported")
        row.sees(tray.toasts()[:1])
        server.start()
        row.recovered(busy.answered(), "a typed call is not answered afterwards")
        row.need(until(30, lambda: busy.heard(2)), "no other aircraft is heard afterwards")
        row.need(tray.alive(), "the program ended")
    finally:
        tray.close()
        server.kill()


def simulator_ends(row):
    busy = Apron(seconds=25)
    tray = busy.tray
    try:
        row.need(busy.heard(), "no other aircraft is heard")
        time.sleep(25)
        known = busy.others()
        row.recovered(busy.answered(), "a call is not answered without reports")
        time.sleep(12)
        row.need(busy.others() == known, "other aircraft are heard without reports")
        row.sees("nobody else is heard; the call is answered")
        row.need(tray.alive() and not [line for line in tray.lines() if line["from"] == "broken"], "the transcript is broken")
        row.keeps("transcript")
    finally:
        row.need(tray.close(), "it does not end in time")


@group
def voices(run):
    with open(f"{VOICES}/heart.onnx", "rb") as f:
        whole = f.read()
    noise = os.urandom(len(whole))
    known, own = "am_fenrir_v2.int8.onnx", "club.onnx"
    for name, voice, file, damage in zip(voices.names, ("fenrir",) * 5 + ("own:club",) * 3, (known,) * 5 + (own,) * 3,
                                         (whole[: len(whole) // 2], b"", whole, noise, None, noise, whole[: len(whole) // 2], "folder")):
        run(name, voice_damaged, voice, file, damage)


voices.names = ["voice truncated", "voice empty", "voice is another voice's file", "voice is noise", "voice missing", "the pilot's own voice is noise",
                "the pilot's own voice is truncated", "the pilot's own voice is a folder"]


def spoken_by(voice):
    return BASE + ears(more=f'voice = "{voice}"\n') + RULES + STATED


def voice_damaged(row, voice, file, damage):
    tray = Tray(spoken_by(voice))
    folder = f"{tray.folder}/data/stratus/voices"
    os.makedirs(folder)
    if damage == "folder":
        os.mkdir(f"{folder}/{file}")
    elif damage is not None:
        with open(f"{folder}/{file}", "wb") as f:
            f.write(damage)
    tray.start()
    try:
        tray.mark()
        row.recovered(tray.answers(), "a typed call is not answered")
        row.need(tray.told("[Vv]oice", 30), "it is not reported")
        row.sees([t for t in tray.toasts() if "oice" in t][:1])
        row.need(tray.hears(), "a spoken call is not answered")
        first = len([t for t in tray.toasts() if "oice" in t])
        tray.answers()
        row.need(len([t for t in tray.toasts() if "oice" in t]) == first, "it is reported again")
        tray.configure(spoken_by("heart"))
        row.need(tray.hears() and until(20, lambda: (tray.say(), "the voice heart is loaded" in tray.log())[1], 0.3), "a whole voice is not used afterwards")
        row.check(tray)
    finally:
        tray.close()


@group
def plans(run):
    with open(SIMBRIEF, "rb") as f:
        peer = SimBrief(f.read())
    tray = Tray(BASE.replace("[ptt]", f'simbrief = "tester"\nsimbrief_url = "http://127.0.0.1:{peer.port}/fetch"\n[ptt]') + ears() + RULES + STATED).start()
    try:
        base = tray.warm()
        for name, mode in plans.table:
            run(name, plan_fails, tray, base, peer, mode)
    finally:
        tray.close()
        peer.close()


plans.table = [("flight plan: SimBrief does not know the pilot", "unknown"), ("flight plan: server error 500", "error"),
               ("flight plan: the answer is cut off", "cut"), ("flight plan: the answer is noise", "noise"),
               ("flight plan: a log-in page instead of the plan", "page"), ("flight plan: 50 MB instead of the plan", "endless"),
               ("flight plan: endless redirects", "round"), ("flight plan: the server never answers", "hung"),
               ("flight plan: the server is killed during the answer", "killed")]
plans.names = [t[0] for t in plans.table]


def plan_fails(row, tray, base, peer, mode):
    peer.mode = "right"
    filed = tray.command("plan", "simbrief")
    if not row.need(filed.returncode == 0, f"the plan is not filed before: {filed.stderr}"):
        return
    peer.mode = mode
    begun = time.monotonic()
    fetching = subprocess.Popen([Tray.program, "--config", tray.config, "plan", "simbrief"], env=tray.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
    try:
        row.recovered(tray.answers(), "a call is not answered during the download")
        _, told = fetching.communicate(timeout=90)
    finally:
        if fetching.poll() is None:
            os.kill(fetching.pid, signal.SIGKILL)
            fetching.wait()
    row.need(fetching.returncode == 1 and "hint:" in told, f"{fetching.returncode}: {told!r}")
    row.need(time.monotonic() - begun < 60, f"it took {time.monotonic() - begun:.0f} s")
    row.sees(" ".join(told.replace("error: ", "").replace("caused by: ", "").split("hint:")[0].split()))
    peer.mode = "right"
    again = tray.command("plan", "simbrief")
    row.need(again.returncode == 0, f"the plan is not filed afterwards: {again.stderr}")
    row.check(tray, base)
