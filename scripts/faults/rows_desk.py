"""Faults of the desktop: display, session bus, panel, notification daemon; and a second Stratus."""

import os
import signal
import subprocess
import time

from run import Absent, group
from tray import PLAIN, Tray, until

PRESSED = PLAIN.replace('key = "none"', 'key = "ScrollLock"')


def desk_pid(name):
    """A process of the test desktop, from the list of scripts/desk.sh."""
    with open(os.path.join(os.environ["STRATUS_DESK"], "pids")) as f:
        for line in f:
            pid, what = line.split()
            if what == name:
                return int(pid)
    raise Absent(f"the desktop has no {name}")


def owned(name):
    out = subprocess.run(["gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus",
                          "--method", "org.freedesktop.DBus.NameHasOwner", name], capture_output=True, text=True).stdout
    return "true" in out


@group
def desk(run):
    tray = Tray(PRESSED).start()
    base = tray.warm()
    try:
        run(desk.names[0], daemon_hangs, tray, base)
        run(desk.names[1], daemon_dies, tray, base)
        run(desk.names[2], panel_dies, tray, base)
        run(desk.names[3], second, tray, base)
        run(desk.names[4], flooded, tray, base)
    finally:
        tray.close()
    for name, body in zip(desk.names[5:], (bus_dies, display_dies, nothing_there)):
        run(name, body)


desk.names = ["notification daemon hangs for 8 s", "notification daemon killed, and started again", "panel with the tray killed, and started again",
              "a second Stratus is started", "noise and 40 connections on the local socket",
              "session bus gone", "display gone", "no display and no bus at start-up"]


def daemon_hangs(row, tray, base):
    tray.mark()
    pid = desk_pid("dunst")
    os.kill(pid, signal.SIGSTOP)
    try:
        row.recovered(tray.answers(), "a call is not answered while the daemon hangs")
        row.need(tray.speak(), "a spoken call is not answered while the daemon hangs")
        time.sleep(4)
        row.need(tray.answers() is not None, "a call is not answered while the daemon hangs")
    finally:
        os.kill(pid, signal.SIGCONT)
    row.sees("the answers are heard; the newest toast as soon as the daemon goes on")
    row.check(tray, base)


def daemon_dies(row, tray, base):
    tray.mark()
    try:
        os.kill(desk_pid("dunst"), signal.SIGKILL)
        row.need(until(10, lambda: not owned("org.freedesktop.Notifications")), "the daemon lives")
    except ProcessLookupError:
        pass
    row.recovered(tray.answers(), "a call is not answered without the daemon")
    row.need(tray.told("notifications cannot be shown", 15), "it is not reported")
    again = subprocess.Popen(["dunst"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(os.environ["STRATUS_DESK"], "pids"), "a") as f:
        f.write(f"{again.pid} dunst\n")
    row.need(until(10, lambda: owned("org.freedesktop.Notifications")), "the daemon does not start again")
    monitor = subprocess.Popen(["dbus-monitor", "--session", "interface='org.freedesktop.Notifications',member='Notify'"],
                               stdout=subprocess.PIPE, text=True)
    os.set_blocking(monitor.stdout.fileno(), False)
    time.sleep(0.5)
    text = [""]

    def shown():
        tray.answers()
        text[0] += monitor.stdout.read() or ""
        return "Hilo" in text[0]

    row.need(until(15, shown, 0.3), "no toast is shown by the new daemon")
    monitor.kill()
    monitor.wait()
    row.sees("the tray's warning “notifications cannot be shown”; toasts again as soon as a daemon is there")
    row.check(tray, base)


def items():
    return subprocess.run(["gdbus", "call", "--session", "--timeout", "5", "--dest", "org.kde.StatusNotifierWatcher", "--object-path",
                           "/StatusNotifierWatcher", "--method", "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierWatcher",
                           "RegisteredStatusNotifierItems"], capture_output=True, text=True).stdout


def panel_dies(row, tray, base):
    name = f"StatusNotifierItem-{tray.pid}-"
    row.need(until(10, lambda: name in items()), "the icon is not there before")
    os.kill(desk_pid("panel"), signal.SIGKILL)
    row.recovered(tray.answers(), "a call is not answered without a panel")
    row.need(until(10, lambda: not owned("org.kde.StatusNotifierWatcher")), "the panel lives")
    again = subprocess.Popen(["xfce4-panel", "--disable-wm-check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(os.environ["STRATUS_DESK"], "pids"), "a") as f:
        f.write(f"{again.pid} panel\n")
    begun = time.monotonic()
    row.need(until(20, lambda: name in items(), 0.1), "the icon does not come back")
    row.sees(f"the icon is back {time.monotonic() - begun:.1f} s after the panel was started")
    row.check(tray, base)


def second(row, tray, base):
    before = open(tray.config).read()
    out = tray.command("run", timeout=20)
    row.need(out.returncode == 1 and "running already" in out.stderr, f"the second one says {out.stderr!r} ({out.returncode})")
    row.sees(out.stderr.strip().splitlines()[0] if out.stderr else "nothing")
    row.need(open(tray.config).read() == before, "the configuration changed")
    row.recovered(tray.answers())
    row.check(tray, base)


def flooded(row, tray, base):
    import random
    import socket
    chance, held = random.Random(3), []
    for n in range(40):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(2)
        try:
            s.connect(f"{tray.folder}/run/stratus/stratus.sock")
            s.sendall(chance.randbytes(30_000) if n % 2 else b'{"say":')
        except OSError:
            pass
        held.append(s)
    begun = time.monotonic()
    row.need(until(15, tray.answers, 0.2), "a call is not answered")
    row.recovered(time.monotonic() - begun)
    for s in held:
        s.close()
    row.sees("nothing; `stratus say` gets “busy” until the connections run out")
    row.check(tray, base)


def bus_dies(row):
    address = f"{os.environ['STRATUS_DESK']}/run/other-bus"
    conf = os.path.join(os.environ["STRATUS_DESK"], "other.conf")
    with open(os.path.join(os.environ["STRATUS_DESK"], "bus.conf")) as f, open(conf, "w") as out:
        out.write(f.read().replace("/run/bus<", "/run/other-bus<"))
    bus = subprocess.Popen(["dbus-daemon", "--nofork", f"--config-file={conf}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(10, lambda: os.path.exists(address))
    tray = Tray(PRESSED, {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={address}"}).start()
    try:
        base = tray.warm()
        tray.mark()
        bus.kill()
        bus.wait()
        row.recovered(tray.answers(), "a call is not answered without the bus")
        time.sleep(1)
        row.sees(tray.toasts()[:2] or "icon and toasts are gone; the controller is heard")
        row.check(tray, base, spoken=True)
    finally:
        row.need(tray.close(), "it does not end in time")
        bus.kill()
        bus.wait()


def display_dies(row):
    reads, writes = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writes), "-screen", "0", "640x480x24", "-nolisten", "tcp"], pass_fds=[writes],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    display = os.read(reads, 20).decode().strip()
    tray = Tray(PRESSED, {"DISPLAY": f":{display}"}).start()
    try:
        base = tray.warm()
        tray.mark()
        server.kill()
        server.wait()
        row.recovered(tray.answers(), "a call is not answered without the display")
        row.need(tray.told("display|key|screen|X server", 10), "it is not reported")
        row.sees(tray.toasts()[:2])
        row.check(tray, base, spoken=True)
    finally:
        row.need(tray.close(), "it does not end in time")
        os.close(reads)
        os.close(writes)
        server.kill()
        server.wait()


def nothing_there(row):
    tray = Tray(PRESSED, {"DISPLAY": ":9999", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"})
    tray.mark()
    tray.start()
    try:
        row.recovered(tray.answers(), "a call is not answered without display and bus")
        row.sees("errors in the log; `stratus say`, `stratus ptt` and the sound work")
        row.check(tray, spoken=True)
    finally:
        row.need(tray.close(), "it does not end in time")
