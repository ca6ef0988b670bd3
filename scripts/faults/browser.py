"""A client of the page, as far as the faults and the figures need one: requests, and a WebSocket."""

import json
import socket
import threading


def free_port(host="127.0.0.1"):
    with socket.socket(family(host)) as s:
        s.bind((host, 0))
        return s.getsockname()[1]


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def named(host, port):
    """The address as a link and a `Host` field write it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def get(port, path, limit=5, host="127.0.0.1", fields=None):
    """The status of the answer to a request; None if there is none. `fields` replace or add header fields."""
    head = {"Host": named(host, port), **(fields or {})}
    try:
        with socket.create_connection((host, port), limit) as s:
            s.sendall(f"GET {path} HTTP/1.1\r\n{''.join(f'{k}: {v}' + chr(13) + chr(10) for k, v in head.items())}\r\n".encode())
            return int(s.recv(64).split()[1])
    except (OSError, ValueError, IndexError):
        return None


def state(port, query, limit=5):
    """The state of the page as it is sent to other programs; None if there is none. `query`: "token=…"."""
    try:
        with socket.create_connection(("127.0.0.1", port), limit) as s:
            s.sendall(f"GET /state.json?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            answer = b""
            while data := s.recv(65536):
                answer += data
            return json.loads(answer.split(b"\r\n\r\n", 1)[1])
    except (OSError, ValueError, IndexError):
        return None


def web_socket(port, query, host="127.0.0.1"):
    """A connection that asks for a WebSocket, and reads nothing."""
    s = socket.create_connection((host, port), 5)
    s.sendall(f"GET /socket?{query} HTTP/1.1\r\nHost: {named(host, port)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    return s


def opened(s):
    """Whether the server accepted the WebSocket; reads its answer."""
    try:
        head = b""
        while b"\r\n\r\n" not in head:
            data = s.recv(1)
            if not data:
                return False
            head += data
        return b" 101 " in head.split(b"\r\n")[0]
    except OSError:
        return False


def send(s, message):
    """Sends a short JSON message. The mask of zeros leaves the text as it is."""
    text = json.dumps(message).encode()
    assert len(text) < 126, "a longer message needs another head"
    s.sendall(bytes((0x81, 0x80 | len(text))) + bytes(4) + text)


class Reading:
    """A client that reads everything, as a page does."""

    def __init__(self, port, query):
        self.socket = web_socket(port, query)
        if not opened(self.socket):
            raise AssertionError("the page refused the WebSocket")
        self.socket.settimeout(None)
        self.bytes = 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            while data := self.socket.recv(65536):
                self.bytes += len(data)
        except OSError:
            pass

    def close(self):
        self.socket.close()
