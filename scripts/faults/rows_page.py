"""Faults of the page: clients that flood it, do not read, go to sleep or guess the link; IPv6, a port that is taken, a panic in its thread."""

import json
import os
import socket
import time

from browser import free_port, get, named, opened, send, state, web_socket
from run import Absent, group
from tray import PLAIN, Tray, until


def on(port, host="127.0.0.1"):
    return PLAIN + f'[page]\nlisten = "{named(host, port)}"\n'


def link(tray):
    told = tray.command("page", "--json")
    return json.loads(told.stdout) if told.returncode == 0 else {"running": False}


def query(tray):
    """The part of the link with the token."""
    return link(tray).get("link", "?").split("?")[1]


def shows(tray, port, within=20, host="127.0.0.1"):
    """Waits until the page shows its state: the seconds it took, or None."""
    begun = time.monotonic()
    path = "/state.json?" + query(tray)
    ok = until(within, lambda: get(port, path, host=host) == 200, 0.05)
    return time.monotonic() - begun if ok else None


@group
def page(run):
    port = free_port()
    tray = Tray(on(port)).start()
    base = tray.warm()
    try:
        for name, body in zip(page.names, (flooded, guessed, asleep)):
            run(name, body, tray, base, port)
    finally:
        tray.close()
    for name, body in zip(page.names[3:], (by_ipv6, taken, panic)):
        run(name, body)


page.names = ["1,000 connections, 10 MB messages and a client that never reads on the page",
              "wrong tokens, names and origins on the page", "a tablet goes to sleep while it holds the key, and wakes up",
              "the page at an IPv6 address", "the page's port is taken", "panic in the thread “page”"]


def flooded(row, tray, base, port):
    tray.mark()
    token = query(tray)
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


def guessed(row, tray, base, port):
    tray.mark()
    right, begun = query(tray), time.monotonic()
    wrong = ["", "token=", "token=" + "0" * 32, right[:-1], right + "0", right.upper().replace("TOKEN", "token") + "x"]
    for path in ("/", "/state.json", "/socket"):
        for guess in wrong:
            got = get(port, f"{path}?{guess}")
            row.need(got == 403, f"{path}?{guess} is answered by {got}")
        for fields in ({"Host": f"evil.example:{port}"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            got = get(port, f"{path}?{right}", fields=fields)
            row.need(got == 403, f"{path} with {fields} is answered by {got}")
    # As fast as one program can guess, for two seconds.
    guesses = 0
    while time.monotonic() - begun < 2:
        got = get(port, f"/state.json?token={guesses:032x}")
        if not row.need(got == 403, f"guess {guesses} is answered by {got}"):
            break
        guesses += 1
    row.recovered(shows(tray, port), "the page does not answer its own link")
    row.need(tray.answers() is not None, "a call is not answered meanwhile")
    row.sees(f"nothing; {guesses} more guesses were refused in two seconds")
    row.check(tray, base)


def asleep(row, tray, base, port):
    tray.mark()
    token = query(tray)
    tablet = web_socket(port, token)
    radio = lambda: (state(port, token) or {}).get("radio")  # noqa: E731
    try:
        if not row.need(opened(tablet), "the page refuses a WebSocket"):
            return
        send(tablet, {"ptt": "down"})
        row.need(until(5, lambda: radio() == "listening"), "the key is not held")
        # From now on the tablet neither sends nor answers a ping.
        begun = time.monotonic()
        row.need(until(90, lambda: radio() != "listening", 0.2), "the key is held for ever")
        held = time.monotonic() - begun
        row.need(tray.answers() is not None, "a call is not answered while the tablet sleeps")
    finally:
        tablet.close()
    row.recovered(shows(tray, port), "the page does not answer when the tablet wakes up")
    again = web_socket(port, token)
    row.need(opened(again), "the tablet cannot connect again")
    again.close()
    row.sees(tray.toasts()[:1] or f"the key is released after {held:.0f} s; the page connects again")
    row.check(tray, base, spoken=True)


def by_ipv6(row):
    try:
        port = free_port("::1")
    except OSError as e:
        raise Absent(f"this machine has no IPv6: {e}") from e
    tray = Tray(on(port, "::1")).start()
    try:
        base = tray.warm()
        path = "/state.json?" + query(tray)
        row.recovered(shows(tray, port, host="::1"), "the page does not answer")
        row.need(named("::1", port) in link(tray).get("link", ""), "the link is not the address")
        row.need(get(port, path) is None, "it also listens at the IPv4 address")
        for name in (f"localhost:{port}", named("::1", port)):
            got = get(port, path, host="::1", fields={"Host": name})
            row.need(got == 200, f"under the name {name} it answers {got}")
        got = get(port, path, host="::1", fields={"Host": f"evil.example:{port}"})
        row.need(got == 403, f"under another name it answers {got}")
        s = web_socket(port, query(tray), "::1")
        row.need(opened(s), "it refuses a WebSocket")
        s.close()
        row.sees("the page")
        row.check(tray, base)
    finally:
        tray.close()


def taken(row):
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    tray = Tray(on(port)).start()
    try:
        row.need(tray.told("port is in use", 10), "it is not reported")
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
