"""Faults of the page: clients that flood it or do not read, a port that is taken, a panic in its thread."""

import json
import os
import socket
import time

from run import Absent, group
from tray import PLAIN, Tray, until


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def on(port):
    return PLAIN + f'[page]\nlisten = "127.0.0.1:{port}"\n'


def link(tray):
    told = tray.command("page", "--json")
    return json.loads(told.stdout) if told.returncode == 0 else {"running": False}


def get(port, path, limit=5):
    """The status of the answer to a request; None if there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), limit) as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            return int(s.recv(64).split()[1])
    except (OSError, ValueError, IndexError):
        return None


def shows(tray, port, within=20):
    """Waits until the page shows its state: the seconds it took, or None."""
    begun = time.monotonic()
    path = "/state.json?" + link(tray).get("link", "?").split("?")[1]
    ok = until(within, lambda: get(port, path) == 200, 0.05)
    return time.monotonic() - begun if ok else None


def web_socket(port, token):
    s = socket.create_connection(("127.0.0.1", port), 5)
    s.sendall(f"GET /socket?{token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    return s


@group
def page(run):
    port = free_port()
    tray = Tray(on(port)).start()
    base = tray.warm()
    try:
        run(page.names[0], flooded, tray, base, port)
    finally:
        tray.close()
    run(page.names[1], taken)
    run(page.names[2], panic)


page.names = ["1,000 connections, 10 MB messages and a client that never reads on the page", "the page's port is taken",
              "panic in the thread “page”"]


def flooded(row, tray, base, port):
    tray.mark()
    token = link(tray)["link"].split("?")[1]
    deaf = [web_socket(port, token) for _ in range(4)]
    many = []
    for n in range(1000):
        try:
            many.append(socket.create_connection(("127.0.0.1", port), 5))
        except OSError:
            pass
        if n % 100 == 0:
            for big in (b"x" * 10_000_000, b"POST / HTTP/1.1\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 10_000_000):
                try:
                    s = socket.create_connection(("127.0.0.1", port), 5)
                    s.sendall(big)
                    many.append(s)
                except OSError:
                    pass
        while len(many) > 400:
            many.pop(0).close()
    row.recovered(shows(tray, port), "the page does not answer")
    row.need(tray.answers() is not None, "a call is not answered meanwhile")
    row.need(tray.hears(), "a spoken call is not answered meanwhile")
    for s in many + deaf:
        s.close()
    row.sees(tray.toasts()[:1] if any("page" in t for t in tray.toasts()) else "nothing; the page answers")
    row.check(tray, base)


def taken(row):
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    tray = Tray(on(port)).start()
    try:
        row.need(tray.told("port is in use", 10), "it is not told")
        row.sees([t for t in tray.toasts() if "port" in t][:1])
        row.need(tray.answers() is not None, "a call is not answered without the page")
        another = free_port()
        tray.configure(on(another))
        row.recovered(shows(tray, another), "the page does not open at another port")
        row.check(tray)
        row.need(tray.end(), "it does not end in time")
    finally:
        tray.close()
        other.close()


def panic(row):
    if not Tray.panicking or not os.path.exists(Tray.panicking):
        raise Absent("there is no program with the feature `faults`")
    port = free_port()
    tray = Tray(on(port), program=Tray.panicking)
    faults = f"{tray.folder}/faults"
    os.mkdir(faults)
    tray.environment["STRATUS_FAULTS"] = faults
    tray.start()
    try:
        base = tray.warm()
        base["rss"] += 40_000
        with open(f"{faults}/page", "w"):
            pass
        get(port, "/")
        row.need(until(5, lambda: not os.path.exists(f"{faults}/page")), "the thread did not come by")
        row.need(until(5, lambda: "panic in page" in tray.log()), "the panic is not in the log")
        row.recovered(shows(tray, port), "the page does not answer again")
        row.sees("the page connects again")
        row.check(tray, base)
    finally:
        tray.close()
