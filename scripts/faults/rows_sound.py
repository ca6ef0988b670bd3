"""Faults of microphone, speaker and sound server."""

import os
import signal
import time

from peers import Sound
from run import Absent, group
from tray import BASE, PLAIN, RULES, STATED, Tray, ears, play, until


@group
def sound(run):
    server = Sound()
    server.start()
    tray = Tray(BASE + ears() + RULES + STATED + "[audio]\nmicrophone = \"pulseaudio:headset\"\n", server.environment)
    server.headset()
    tray.start()
    base = tray.warm()
    try:
        run("microphone unplugged, and plugged in again", unplugged, tray, server, base)
        run("microphone unplugged during a call", in_a_call, tray, server, base)
        run("microphone muted (silence)", muted, tray, server, base)
        run("speaker unplugged during an answer", speaker, tray, server, base)
        run("sound server killed during a call", killed, tray, server, base)
        run("sound server hangs for 6 s", hung, tray, server, base)
    finally:
        tray.close()
        server.kill()


sound.names = ["microphone unplugged, and plugged in again", "microphone unplugged during a call", "microphone muted (silence)",
               "speaker unplugged during an answer", "sound server killed during a call", "sound server hangs for 6 s"]


def unplugged(row, tray, server, base):
    tray.mark()
    gone = server.unplug("source_name=headset")
    row.need(tray.told("until it returns|Microphone disconnected|No sound from the microphone"), "the loss is not reported")
    lost = time.monotonic() - gone
    row.need(tray.hears(), "the fallback does not hear")
    tray.mark()
    back = server.headset()
    row.need(tray.told("headset is back"), "the return is not reported")
    row.recovered(max(lost, time.monotonic() - back))
    row.sees(["“headset is not connected. Using room until it returns.”, then “headset is back.”"])
    row.check(tray, base, spoken=True)


def in_a_call(row, tray, server, base):
    tray.mark()
    replies = tray.replies()
    tray.ask({"ptt": "down"})
    time.sleep(0.3)
    server.unplug("source_name=headset")
    # Either PulseAudio moves the recording to another microphone and the call continues, or it ends and is reported.
    play(tray, "virtmic")
    tray.ask({"ptt": "up"})
    row.need(until(20, lambda: tray.replies() > replies or any("disconnected" in t for t in tray.toasts())), "the call is neither answered nor reported as lost")
    row.need(tray.told("until it returns|Microphone disconnected|No sound from the microphone"), "the loss is not reported")
    answered = tray.replies() > replies
    tray.mark()
    back = server.headset()
    row.need(tray.told("headset is back"), "the return is not reported")
    row.recovered(time.monotonic() - back)
    row.sees("the answer, by another microphone, and that it is the fallback" if answered else "the call ends: “Microphone disconnected”")
    row.check(tray, base, spoken=True)


def muted(row, tray, server, base):
    tray.mark()
    server.run("set-source-mute", "headset", "1")
    replies = tray.replies()
    tray.ask({"ptt": "down"})
    play(tray, "virtmic")
    tray.ask({"ptt": "up"})
    row.need(tray.told("."), "silence is not reported")
    row.need(tray.replies() == replies, "silence was transmitted")
    row.sees(tray.toasts()[:1])
    server.run("set-source-mute", "headset", "0")
    row.check(tray, base, spoken=True)


def speaker(row, tray, server, base):
    tray.mark()
    replies = tray.replies()
    tray.ask({"ptt": "down"})
    play(tray, "virtmic")
    tray.ask({"ptt": "up"})
    row.need(until(15, lambda: tray.replies() > replies), "no answer to begin with")
    gone = server.unplug("sink_name=spk")
    row.recovered(tray.answers())
    time.sleep(2.5)
    row.sees(tray.toasts()[:2] or "the words stay in the toast")
    server.sink("spk")
    server.default("room", "spk")
    row.need(time.monotonic() - gone < 30, "it took too long")
    row.check(tray, base, spoken=True)


def killed(row, tray, server, base):
    tray.mark()
    tray.ask({"ptt": "down"})
    time.sleep(0.7)
    server.kill()
    row.need(tray.told("[Mm]icrophone|[Ss]ound"), "the loss is not reported")
    tray.ask({"ptt": "up"})
    row.need(tray.answers() is not None, "typed calls are not answered without sound")
    row.sees(tray.toasts()[:2])
    tray.mark()
    back = server.start()
    server.headset()
    row.need(tray.told("is back|until .* returns"), "the return is not reported")
    row.recovered(time.monotonic() - back)
    row.need(until(10, lambda: any("headset" in t for t in tray.toasts())), "the chosen microphone is not taken again")
    row.check(tray, base, spoken=True)


def hung(row, tray, server, base):
    tray.mark()
    os.kill(server.server.pid, signal.SIGSTOP)
    row.recovered(tray.answers(), "typed calls are not answered while the sound server hangs")
    time.sleep(6)
    row.need(tray.answers() is not None, "typed calls are not answered while the sound server hangs")
    row.sees(tray.toasts()[:2])
    os.kill(server.server.pid, signal.SIGCONT)
    row.check(tray, base, spoken=True)


@group
def rerouted(run):
    run(rerouted.names[0], default_changes)
    run(rerouted.names[1], nothing_at_start)
    run(rerouted.names[2], loaded)


rerouted.names = ["the system's default microphone changes", "no sound server and no device at start-up", "another program loads every core"]


def default_changes(row):
    server = Sound()
    server.start()
    tray = Tray(PLAIN, server.environment).start()
    try:
        base = tray.warm()
        tray.mark()
        server.headset()
        changed = time.monotonic()
        server.default("headset", "spk")
        row.need(tray.told("Now using headset"), "the change is not reported")
        row.recovered(time.monotonic() - changed)
        row.sees(tray.toasts()[:1])
        row.check(tray, base, spoken=True)
    finally:
        tray.close()
        server.kill()


def nothing_at_start(row):
    server = Sound()
    tray = Tray(PLAIN, server.environment)
    tray.mark()
    tray.start()
    try:
        row.need(tray.answers() is not None, "typed calls are not answered without sound")
        row.need(tray.told("[Mm]icrophone|[Ss]ound"), "it is not reported")
        row.sees(tray.toasts()[:1])
        tray.mark()
        begun = server.start()
        row.need(tray.told("microphone is back|microphone is now", 30), "the microphone is not found")
        row.recovered(time.monotonic() - begun)
        row.check(tray, spoken=True)
    finally:
        tray.close()
        server.kill()


def loaded(row):
    import multiprocessing
    import subprocess
    import sys
    cores = multiprocessing.cpu_count()
    if cores < 1:
        raise Absent("the number of processors is unknown")
    server = Sound()
    server.start()
    tray = Tray(PLAIN, server.environment).start()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        begun = time.monotonic()
        row.need(tray.speak(within=40), "a spoken call is not answered under load")
        row.recovered(tray.answers())
        row.sees(f"the answer, {time.monotonic() - begun:.1f} s after the call began (4.4 s of it the call)")
    finally:
        for b in busy:
            b.kill()
            b.wait()
        row.check(tray)
        tray.close()
        server.kill()
