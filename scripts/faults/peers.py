"""Fakes around the program under test: a sound server, Ollama, X-Plane's UDP side, a download server, SimBrief. Each can misbehave."""

import hashlib
import http.server
import json
import math
import os
import random
import socket
import struct
import subprocess
import tempfile
import threading
import time

from tray import until


class Sound:
    """A private PulseAudio that may be killed: sinks `virtmic` (the source of the microphone `room`) and `spk`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="stratus-sound.")
        os.chmod(self.folder, 0o700)
        self.socket = f"{self.folder}/pulse.sock"
        self.environment = {"PULSE_SERVER": f"unix:{self.socket}", "PULSE_RUNTIME_PATH": self.folder, "HOME": self.folder}
        with open(f"{self.folder}/.asoundrc", "w") as f:
            f.write("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.server, self.awake = None, {}

    def run(self, *arguments):
        return subprocess.run(["pactl", *arguments], env={**os.environ, **self.environment}, capture_output=True, text=True)

    def start(self):
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.server = subprocess.Popen(
            ["pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", "--log-target=stderr", "-L",
             f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"],
            # A second server on the same session bus would exit in favour of the first.
            env={**os.environ, **self.environment, "XDG_RUNTIME_DIR": self.folder, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert until(20, lambda: self.run("info").returncode == 0, 0.05), "PulseAudio did not start"
        for sink in ("virtmic", "spk"):
            self.sink(sink)
        self.microphone("room")
        self.default("room", "spk")
        return time.monotonic()

    def sink(self, name):
        self.run("load-module", "module-null-sink", f"sink_name={name}", "rate=48000", "channels=2")
        # An idle null sink works in blocks of up to two seconds; playing silence keeps it active.
        self.awake[name] = subprocess.Popen(
            ["pacat", "--latency-msec=10", "--playback", "-d", name, "--format=s16le", "--rate=48000", "--channels=2", "/dev/zero"],
            env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def microphone(self, name):
        """A microphone fed by `virtmic`, which can be unplugged."""
        self.run("load-module", "module-remap-source", "master=virtmic.monitor", f"source_name={name}", f"source_properties=device.description={name}")
        return time.monotonic()

    def headset(self):
        return self.microphone("headset")

    def unplug(self, words):
        for line in self.run("list", "short", "modules").stdout.splitlines():
            if words in line:
                self.run("unload-module", line.split()[0])
        return time.monotonic()

    def default(self, source, sink):
        self.run("set-default-source", source)
        self.run("set-default-sink", sink)

    def kill(self):
        for child in [*self.awake.values(), self.server]:
            if child:
                child.kill()
                child.wait()
        self.awake, self.server = {}, None
        return time.monotonic()


class Serving:
    """An HTTP server on loopback with configurable behaviour."""

    def __init__(self, handle, port=0):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                self.close_connection = True
                owner.asked += 1
                try:
                    handle(self, body)
                except OSError:
                    pass

            do_GET = do_POST

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.asked, self.over = 0, threading.Event()
        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


def answer(request, body, status=200, headers=None, length=None):
    request.send_response(status)
    for key, value in (headers or {}).items():
        request.send_header(key, value)
    request.send_header("Content-Length", str(len(body) if length is None else length))
    request.send_header("Connection", "close")
    request.end_headers()
    request.wfile.write(body)


class Ollama(Serving):
    """Ollama's /api/generate. `mode`: right, slow, hung, cut, lying, noise, refusing, endless; a right answer thinks for `delay` s."""

    def __init__(self, port=0, delay=0.0):
        self.mode, self.delay = "right", delay
        self.words = '{"intent":"radio_check"}'
        super().__init__(self.handle, port)

    def handle(self, request, body):
        mode = self.mode
        said = {"right": self.words, "slow": self.words,
                "lying": '{"intent":"ready_to_taxi","runway":"99","readback":["cleared to land runway 99","squawk 7500"],"callsign":"N999XX"}',
                "noise": "}{ \x00\x1b[31m \ufffd not json", "endless": "x" * 3_000_000}.get(mode, self.words)
        whole = json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": said, "done": True}).encode()
        if self.delay and mode == "right":
            self.over.wait(self.delay)
        if mode == "slow":
            self.over.wait(3)
        if mode == "hung":
            self.over.wait(30)
            return
        if mode == "cut":
            answer(request, whole[: len(whole) // 2], length=len(whole))
        elif mode == "refusing":
            answer(request, b'{"error":"out of memory"}', 500)
        else:
            answer(request, whole)


class Hub(Serving):
    """A mirror of speech models with its own list. `mode` says how the file is sent."""

    def __init__(self, model):
        self.model = model
        self.sum = hashlib.sha256(model).hexdigest()
        self.mode, self.rate = "right", None
        super().__init__(self.handle)

    def index(self):
        return (f'[[model]]\nname = "club.en"\nfile = "club.bin"\nbytes = {len(self.model)}\nsha256 = "{self.sum}"\n'
                'advice = "ours"\n').encode()

    def handle(self, request, _):
        if not request.path.endswith("club.bin"):
            return answer(request, self.index()) if request.path.endswith(".toml") else answer(request, b"", 404)
        mode, data, have = self.mode, self.model, 0
        if callable(mode):
            mode = mode(self.asked)
        asked = request.headers.get("range")
        if asked and mode != "no ranges":
            have = int(asked.split("=")[1].split("-")[0])
        status, headers = (206, {"Content-Range": f"bytes {have}-{len(data) - 1}/{len(data)}"}) if have else (200, {})
        rest = data[have:]
        if mode == "cut":
            answer(request, rest[: max(len(rest) // 3, 1)], status, headers, len(rest))
        elif mode == "other":
            answer(request, bytes(b ^ 0x55 for b in rest), status, headers)
        elif mode == "long":
            answer(request, rest + b"more", status, headers)
        elif mode == "short":
            answer(request, rest[:-1000], status, headers)
        elif mode == "wrong range":
            answer(request, rest, 206, {"Content-Range": f"bytes 5-{len(data) - 1}/{len(data)}"})
        elif mode == "missing":
            answer(request, b"", 404)
        elif mode == "busy":
            answer(request, b"", 503)
        elif mode == "round":
            answer(request, b"", 302, {"Location": request.path})
        elif mode == "noise":
            request.wfile.write(random.Random(1).randbytes(4000))
        elif mode == "page":
            answer(request, b"<html>please log in</html>", 200, {"Content-Type": "text/html"})
        elif mode == "trickle":
            request.send_response(status)
            for key, value in headers.items():
                request.send_header(key, value)
            request.send_header("Content-Length", str(len(rest)))
            request.end_headers()
            for at in range(0, len(rest), 65536):
                request.wfile.write(rest[at:at + 65536])
                self.over.wait(0.05)
        else:
            answer(request, rest, status, headers)


class SimBrief(Serving):
    """SimBrief's fetcher. `mode`: right, unknown, error, cut, noise, page, endless, round, hung, killed."""

    def __init__(self, plan):
        self.plan, self.mode = plan, "right"
        super().__init__(self.handle)

    def handle(self, request, _):
        mode, plan = self.mode, self.plan
        if mode == "unknown":
            answer(request, b'{"fetch":{"userid":[],"static_id":[],"status":"Error: Unknown UserID","time":"0.001"}}', 400)
        elif mode == "error":
            answer(request, b"internal error", 500)
        elif mode in ("cut", "killed"):
            answer(request, plan[: len(plan) // 2], length=len(plan))
            if mode == "killed":
                # A reset instead of an orderly end.
                request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                request.connection.close()
        elif mode == "noise":
            request.wfile.write(random.Random(1).randbytes(4000))
        elif mode == "page":
            answer(request, b"<html>please log in</html>", 200, {"Content-Type": "text/html"})
        elif mode == "endless":
            answer(request, b"{" + b" " * 50_000_000)
        elif mode == "round":
            answer(request, b"", 302, {"Location": request.path})
        elif mode == "hung":
            self.over.wait(60)
        else:
            answer(request, plan)


class XPlane:
    """X-Plane's UDP side. `mode`: flying, paused, lying, silent, flood."""

    def __init__(self, port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.settimeout(0.02)
        self.port = self.socket.getsockname()[1]
        self.mode, self.over, self.sent = "flying", False, 0
        self.asked = {}
        self.chance = random.Random(7)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def value(self, name):
        short = name.rsplit("/", 1)[-1]
        fixed = {"latitude": 19.7203, "longitude": -155.0485, "elevation": 11.0, "true_psi": 99, "mag_psi": 89.5, "onground_any": 1,
                 "com1_frequency_hz_833": 121_900, "com2_frequency_hz_833": 122_805, "transponder_code": 1200, "qnh_pas": 101_325,
                 "wind_now_direction_degt": 80, "wind_now_speed_msc": 5, "visibility_reported_sm": 10, "paused": float(self.mode == "paused")}
        if short.startswith("acf_tailnum["):
            return float((b"N172SP\0\0")[int(short[12:-1])])
        if short.startswith("acf_ICAO["):
            return float(b"C172"[int(short[9:-1])])
        if self.mode == "lying" and short in ("latitude", "longitude", "elevation", "true_psi", "qnh_pas", "com1_frequency_hz_833"):
            return self.chance.choice([math.nan, math.inf, -math.inf, 1e30, -400.0, 99_999_999.0])
        return float(fixed.get(short, 0))

    def run(self):
        last = 0
        while not self.over:
            try:
                packet, whence = self.socket.recvfrom(2048)
                if packet[:4] == b"RREF":
                    hertz, index = struct.unpack("<ii", packet[5:13])
                    name = packet[13:].split(b"\0")[0].decode()
                    wanted = self.asked.setdefault(whence, {})
                    wanted[index] = name
                    if hertz == 0:
                        wanted.pop(index)
            except (socket.timeout, ConnectionError):
                pass
            every = 0.002 if self.mode == "flood" else 0.1
            if self.mode == "silent" or time.monotonic() - last < every:
                continue
            last = time.monotonic()
            for whence, wanted in list(self.asked.items()):
                pairs = list(wanted.items())
                for at in range(0, len(pairs), 60):
                    body = b"".join(struct.pack("<if", index, self.value(name)) for index, name in pairs[at:at + 60])
                    self.send(b"RREF," + body, whence)
                if self.mode == "lying":
                    self.send(self.chance.randbytes(self.chance.randrange(1, 1400)), whence)
                    self.send(b"RREF," + self.chance.randbytes(41), whence)

    def send(self, packet, whence):
        try:
            self.socket.sendto(packet, whence)
            self.sent += 1
        except OSError:
            self.asked.pop(whence, None)

    def close(self):
        self.over = True
        self.thread.join()
        self.socket.close()
