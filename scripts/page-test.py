"""Drives the page in headless Chromium through the DevTools protocol: see scripts/page-test.sh, which starts this.

Only the standard library: a WebSocket client for the protocol, an HTTP server for the hostile page.
"""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PROGRAM, BROWSER = sys.argv[1:3]
OUT = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
SIZES = [("phone", 390, 844), ("tablet", 1024, 768), ("panel", 600, 800)]
LIMIT = 20.0


class Devtools:
    """One tab of the browser."""

    def __init__(self, link):
        host, path = link.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.stream = socket.create_connection((name, int(port)), LIMIT)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.stream.recv(4096)
        self.rest = self.rest.split(b"\r\n\r\n", 1)[1]
        self.last = 0
        self.events = []

    def take(self, n):
        while len(self.rest) < n:
            more = self.stream.recv(1 << 16)
            if not more:
                raise EOFError("the browser closed the connection")
            self.rest += more
        taken, self.rest = self.rest[:n], self.rest[n:]
        return taken

    def message(self):
        text = b""
        while True:
            first, length = self.take(2)
            length &= 127
            if length == 126:
                (length,) = struct.unpack(">H", self.take(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self.take(8))
            part = self.take(length)
            if first & 15 in (0, 1):
                text += part
                if first & 128:
                    return json.loads(text)

    def __call__(self, method, **params):
        self.last += 1
        data = json.dumps({"id": self.last, "method": method, "params": params}).encode()
        mask = os.urandom(4)
        size = struct.pack(">BH", 254, len(data)) if 126 <= len(data) < 65536 else None
        size = size or (struct.pack(">B", 128 | len(data)) if len(data) < 126 else struct.pack(">BQ", 255, len(data)))
        self.stream.sendall(b"\x81" + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))
        while True:
            message = self.message()
            if message.get("id") == self.last:
                assert "error" not in message, (method, message["error"])
                return message["result"]
            self.events.append(message)

    def js(self, code):
        result = self("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, (code, result["exceptionDetails"])
        return result["result"].get("value")

    def until(self, code, what):
        end = time.monotonic() + LIMIT
        # While the page loads, what is looked for is not there yet.
        while not self.js(f"(() => {{ try {{ return Boolean({code}) }} catch (e) {{ return false }} }})()"):
            assert time.monotonic() < end, f"not within {LIMIT} s: {what}; on the page: " + self.js("document.body.innerText")[:800]
            time.sleep(0.02)

    def size(self, width, height, touch=False):
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self("Emulation.setTouchEmulationEnabled", enabled=touch)

    def picture(self, path):
        path.write_bytes(base64.b64decode(self("Page.captureScreenshot", format="png")["data"]))
        subprocess.run(["convert", path, "-strip", "+dither", "-colors", "128", f"PNG8:{path}"], check=True)

    def key(self, kind, key, code, number):
        text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
        self("Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=number, **text)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Stratus:
    """The program, in a separate home folder."""

    def __init__(self, home, port):
        self.home, self.port = home, port
        at = {name: str(home / name) for name in ("config", "data", "state", "run")}
        self.env = os.environ | {
            "HOME": str(home), "XDG_CONFIG_HOME": at["config"], "XDG_DATA_HOME": at["data"], "XDG_STATE_HOME": at["state"],
            "XDG_RUNTIME_DIR": at["run"],
        }
        (home / "run").mkdir(parents=True, exist_ok=True)
        settings = home / "config/stratus"
        settings.mkdir(parents=True, exist_ok=True)
        model = pathlib.Path("assets/demo/stratus-demo-en-q5_0.bin").absolute()
        checksum = hashlib.sha256(model.read_bytes()).hexdigest()
        (settings / "stratus.toml").write_text(
            f'[pilot]\ncallsign = "N172SP"\naircraft_type = "C172"\n[speech]\nmodel = "{model}"\nmodel_sha256 = "{checksum}"\n'
            f'voice = "pico"\n[brain]\nmode = "rules"\n[airports]\nimport = false\n[page]\nlisten = "127.0.0.1:{port}"\n'
        )
        data = home / "data/stratus"
        data.mkdir(parents=True, exist_ok=True)
        (data / "first-run").write_text("over\n")
        self.start()

    def start(self):
        # The flight stands at Hilo, with Ground in COM1 and the recorded weather in COM2.
        flight = os.path.abspath("tests/fixtures/flightgear-circuit.jsonl.gz")
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--sim", f"replay:{flight}"], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *args):
        return subprocess.run([PROGRAM, *args], env=self.env, capture_output=True, text=True, timeout=60)

    def link(self):
        end = time.monotonic() + LIMIT
        while True:
            told = self.run("page", "--json")
            if told.returncode == 0 and json.loads(told.stdout)["running"]:
                return json.loads(told.stdout)
            assert time.monotonic() < end, told
            time.sleep(0.1)

    def memory_kb(self):
        lines = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def browser(folder):
    process = subprocess.Popen(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}",
         "--no-first-run", "--disable-background-networking", "--hide-scrollbars", "--force-color-profile=srgb", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    active, end = pathlib.Path(folder) / "DevToolsActivePort", time.monotonic() + LIMIT
    while not (active.exists() and active.read_text().count("\n")):
        assert time.monotonic() < end and process.poll() is None, "the browser does not start"
        time.sleep(0.05)
    return process, int(active.read_text().splitlines()[0])


def tab(port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
    page = Devtools(json.load(urllib.request.urlopen(request))["webSocketDebuggerUrl"])
    for domain in ("Page", "Runtime", "Log", "Accessibility"):
        page(f"{domain}.enable")
    return page


# In the page: when the first state was drawn, milliseconds after the navigation.
SHOWN = """document.addEventListener('DOMContentLoaded', () => {
  const status = document.getElementById('status');
  if (status) new MutationObserver((_, o) => {
    if (status.dataset.is !== 'off') { window.shownAfter = performance.now(); o.disconnect(); }
  }).observe(status, { attributes: true });
});"""

# In the page: the texts whose contrast to the background behind them is below WCAG's 4.5 (3 for large ones), and the targets that are
# too small for a finger.
LEGIBLE = """(() => {
  const channel = c => (c /= 255) <= .03928 ? c / 12.92 : Math.pow((c + .055) / 1.055, 2.4);
  const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const parse = s => { const n = s.match(/[0-9.]+/g).map(Number); return n.length < 4 || n[3] > 0 ? n : null; };
  const back = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
  const bad = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) {
    const e = n.parentElement, box = e.getBoundingClientRect();
    if (!n.textContent.trim() || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(e.tagName) || box.width < 2 || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(back(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(style.fontSize);
    if (ratio < (size >= 24 ? 3 : 4.5)) bad.push(`contrast ${ratio.toFixed(2)}: ${n.textContent.slice(0, 40)}`);
    if (size < 12.5) bad.push(`${size} px: ${n.textContent.slice(0, 40)}`);
  }
  for (const e of document.querySelectorAll('button, input')) {
    const box = e.getBoundingClientRect();
    if (box.width && (box.height < 44 || box.width < 44)) bad.push(`small: ${e.textContent || e.id} ${box.width}x${box.height}`);
  }
  return bad;
})()"""


def named_roles(page):
    """The roles and names of the accessibility tree."""
    nodes = page("Accessibility.getFullAXTree")["nodes"]
    return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n.get("ignored")]


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        stratus = Stratus(folder / "home", free_port())
        chromium = None
        try:
            links = stratus.link()
            time.sleep(1)
            before = stratus.memory_kb()
            chromium, port = browser(folder / "browser")
            test(stratus, links, port, before)
        finally:
            if chromium:
                chromium.terminate()
                chromium.wait(20)
            if stratus.process.poll() is None:
                stratus.stop()


def test(stratus, links, port, before):
    link = links["link"]
    page = tab(port)
    page("Page.addScriptToEvaluateOnNewDocument", source=SHOWN)
    page.size(1024, 768)
    times = []
    for _ in range(3):
        page("Page.navigate", url=link)
        page.until("window.shownAfter", "the page shows the state")
        times.append(page.js("window.shownAfter"))
    print(f"open to shown: {sorted(times)[1]:.0f} ms (of three: {', '.join(f'{t:.0f}' for t in times)})")
    assert sorted(times)[1] <= 300, times
    page.until("document.getElementById('unit').textContent === 'Hilo Ground'", "who hears the pilot")
    page.until("document.getElementById('freq').textContent === '121.9'", "the frequency")

    # Three clients, before any call: a call loads models.
    others = [tab(port) for _ in range(2)]
    for other in others:
        other("Page.navigate", url=link)
        other.until("document.getElementById('unit').textContent === 'Hilo Ground'", "the second and third page")
    print(f"memory with three clients: {stratus.memory_kb() - before} kB more")
    for other in others:
        other("Page.close")

    # A change by a press, there and back: through the program, its settings file, and back.
    times = sorted(page.js("""new Promise(done => {
      const mute = document.getElementById('mute'), begun = performance.now();
      new MutationObserver((_, o) => { o.disconnect(); done(performance.now() - begun); }).observe(mute, { attributes: true });
      mute.click();
    })""") for _ in range(6))
    print(f"a press shows its effect after {times[2]:.0f} ms (of six: {', '.join(f'{t:.0f}' for t in times)})")
    assert times[2] <= 100, times
    page.until("document.getElementById('mute').getAttribute('aria-pressed') === 'false'", "not muted")

    # A call by a press, its answer, and the readback by the next press.
    plan = stratus.run("plan", "load", "tests/fixtures/plans/flightgear.fgfp")
    assert plan.returncode == 0, plan
    page.until("!document.getElementById('plan').hidden", "the flight plan")
    stratus.run("plan", "clear")
    page.until("document.getElementById('plan').hidden", "no flight plan")
    page.until("[...document.querySelectorAll('#calls button')].some(b => b.textContent.includes('request taxi'))", "a call to press")
    page.js("[...document.querySelectorAll('#calls button')].find(b => b.textContent.includes('request taxi')).click()")
    page.until("document.querySelector('#strip [data-is=readback]')", "the readback that is due")
    page.until("document.getElementById('live').textContent.startsWith('Ground: ')", "the controller's words in the live region")
    page.until("document.querySelector('#log [data-is=pilot] small:nth-of-type(2)').textContent === 'understood: taxi request'", "the meaning")

    # A call that nobody answers, typed with the keyboard, and why.
    page.js("document.getElementById('words').focus()")
    page("Input.insertText", text="Hilo Ground, Speedbird 4, request taxi")
    page.key("keyDown", "Enter", "Enter", 13)
    page("Input.dispatchKeyEvent", type="char", text="\r")
    page.key("keyUp", "Enter", "Enter", 13)
    page.until("document.querySelector('#log .bad-news') && !document.getElementById('notice').hidden", "why nobody answered")

    pictures(page)
    accessibility(page)
    push_to_talk(page)

    hostile(page, links, port)
    reconnect(stratus, page, link)
    wrong = page.events + [e for o in others for e in o.events]
    wrong = [
        e for e in wrong
        if e["method"] == "Runtime.exceptionThrown"
        or e["method"] == "Log.entryAdded" and e["params"]["entry"]["source"] == "security"
    ]
    assert not wrong, wrong
    print("ok")


def accessibility(page):
    found = named_roles(page)
    unnamed = [role for role, name in found if role in ("button", "textbox", "link", "list", "region") and not name and role != "list"]
    assert not unnamed, f"without a name: {unnamed}"
    roles = {role for role, _ in found}
    assert {"banner", "main", "contentinfo", "heading", "button", "textbox"} <= roles, roles
    headings = [name for role, name in found if role == "heading"]
    assert {"Clearances", "What to say now"} <= set(headings), headings
    assert page.js("document.documentElement.lang") == "en"
    assert page.js("document.getElementById('live').getAttribute('aria-live')") == "assertive"
    # Everything that can be pressed is reached with the Tab key, in the order of the page.
    page.js("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    wanted = page.js("[...document.querySelectorAll('a, button:not([disabled]), input, [tabindex]')].filter(e => e.checkVisibility()).length")
    seen = []
    for _ in range(wanted + 2):
        page.key("rawKeyDown", "Tab", "Tab", 9)
        page.key("keyUp", "Tab", "Tab", 9)
        where = page.js("(e => e === document.body ? '' : e.tagName + '#' + e.id + e.textContent.slice(0, 30))(document.activeElement)")
        if where and where not in seen:
            seen.append(where)
    assert len(seen) >= wanted, (wanted, seen)
    print(f"accessibility: {len(found)} nodes, {len(seen)} reached with the keyboard")


def push_to_talk(page):
    held = "document.getElementById('talk').getAttribute('aria-pressed') === 'true'"
    page.js("document.getElementById('talk').focus()")
    page.key("keyDown", " ", "Space", 32)
    page.until(held, "held by the space bar")
    page.until("document.getElementById('status').dataset.is === 'listening'", "the microphone listens")
    page.key("keyUp", " ", "Space", 32)
    page.until(f"!({held})", "released")
    page.size(390, 844, touch=True)
    box = page.js("(b => [b.x + b.width / 2, b.y + b.height / 2])(document.getElementById('talk').getBoundingClientRect())")
    page("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": box[0], "y": box[1]}])
    page.until(held, "held by a finger")
    page("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.until(f"!({held})", "released")
    # A screen reader sends a click alone: the first one holds, the second one releases.
    time.sleep(0.8)
    page.js("document.getElementById('talk').click()")
    page.until(held, "held by a click")
    page.js("document.getElementById('talk').click()")
    page.until(f"!({held})", "released")
    print("push-to-talk: space bar, touch, screen reader")


def pictures(page):
    for name, width, height in SIZES:
        page.size(width, height, touch=name != "panel")
        page.js("window.scrollTo(0, 0); document.activeElement.blur(); document.getElementById('log').scrollTop = 1e6")
        time.sleep(0.2)
        assert page.js("document.scrollingElement.scrollWidth <= window.innerWidth"), f"{name}: wider than the screen"
        for night in (False, True):
            page.js(f"document.documentElement.classList.toggle('night', {str(night).lower()})")
            time.sleep(0.2)
            bad = page.js(LEGIBLE)
            assert not bad, (name, night, bad)
            if OUT and not night:
                page.picture(OUT / f"page-{name}.png")
            if OUT and night and os.environ.get("PAGE_NIGHT"):
                page.picture(OUT / f"page-{name}-night.png")
        page.js("document.documentElement.classList.remove('night')")
    page.size(1024, 768)
    print("sizes: " + ", ".join(f"{n} {w}x{h}" for n, w, h in SIZES))


def hostile(page, links, port):
    """A page of another site in the same browser, which even knows the token."""
    body = b"<!doctype html><title>hostile</title>"

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    site = http.server.HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    other = tab(port)
    other("Page.navigate", url=f"http://127.0.0.1:{site.server_port}/")
    other.until("document.title === 'hostile'", "the hostile page")
    state, socket_link = links["state"], links["link"].replace("http:", "ws:").replace("/?", "/socket?")
    results = other.js(f"""(async () => {{
      const read = await fetch({json.dumps(state)}).then(() => 'read').catch(() => 'refused');
      const sent = await fetch({json.dumps(state)}, {{ mode: 'no-cors' }}).then(r => r.type).catch(() => 'refused');
      const socket = await new Promise(done => {{
        const s = new WebSocket({json.dumps(socket_link)});
        s.onopen = () => done('open'); s.onerror = () => done('refused');
      }});
      const frame = document.createElement('iframe');
      const framed = await new Promise(done => {{
        frame.onload = () => done(frame.contentDocument === null ? 'refused' : 'shown');
        frame.src = {json.dumps(links["link"])};
        document.body.appendChild(frame);
      }});
      const script = await new Promise(done => {{
        const s = document.createElement('script');
        s.onload = () => done('run'); s.onerror = () => done('refused');
        s.src = {json.dumps(state)};
        document.body.appendChild(s);
      }});
      return [read, sent === 'opaque' ? 'opaque' : sent, socket, framed, script];
    }})()""")
    assert results[0] == "refused" and results[2] == "refused" and results[3] == "refused" and results[4] == "refused", results
    # The other pages still work.
    page.until("document.getElementById('status').dataset.is !== 'off'", "still connected")
    site.shutdown()
    print("hostile page: refused (read, socket, frame, script)")


def reconnect(stratus, page, link):
    stratus.stop()
    page.until("document.getElementById('lost').textContent.includes('cannot be reached')", "the lost connection is shown")
    assert page.js("document.getElementById('talk').disabled")
    stratus.start()
    page.until("document.getElementById('lost').hidden && !document.getElementById('talk').disabled", "connected again")
    page.until("document.getElementById('unit').textContent === 'Hilo Ground'", "the state is there again")
    # A link that is not valid any more says so, and does not retry.
    page("Page.navigate", url=link[:-4] + "0000")
    page.until("document.body.innerText.includes('This link is not valid')", "the wrong link is explained")
    print("reconnected after a restart; a wrong link is explained")


main()
