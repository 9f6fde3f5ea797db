"""Runs the program as its users do: as a process, with files in a folder of its own.

LR_PROGRAM names the program. Everything listens on port 0 of 127.0.0.1.
"""

import http.server
import json
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("LR_PROGRAM", str(ROOT / "build/release/bin/launchready"))
# Sanitizer builds start and answer many times slower; nothing waits this long when all is well.
PATIENCE = 30


def run(*words, stdin="", cwd=None, env=None, timeout=120, preexec=None):
    """Runs one verb to its end. stdout and stderr are pipes."""
    return subprocess.run([PROGRAM, *map(str, words)], input=stdin, cwd=cwd, timeout=timeout,
                          env={**os.environ, **(env or {})}, preexec_fn=preexec,
                          capture_output=True, text=True, check=False)


def eventually(done, what):
    """Polls until `done()` is true; an AssertionError that says `what` after PATIENCE."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if done():
            return
        time.sleep(0.02)
    raise AssertionError(f"never happened: {what}")


def limit_file_size(size):
    """The soft limit alone, so that a parent may lift it again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Folder:
    """A temporary folder; files are written whole."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="launchready-e2e-"))

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def certificate(self, stem):
        """A self-signed certificate for localhost in <stem>.pem and <stem>.key."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.path / f"{stem}.key",
             "-out", self.path / f"{stem}.pem"], check=True, capture_output=True)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Application(http.server.ThreadingHTTPServer):
    """What the guard stands in front of: answers everything, and streams events on demand."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _ApplicationHandler)
        self.events = threading.Semaphore(0)
        self.seen = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        pass  # The guard hangs up on answers that nobody waits for any more.

    def close(self):
        self.shutdown()
        self.server_close()


class _ApplicationHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path, body))
        if self.path.startswith("/events"):
            return self.stream()
        answer = json.dumps({"path": self.path, "length": length}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_DELETE = do_GET

    def stream(self):
        """One event for each release of `events`; three events are the whole answer."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in (1, 2, 3):
            self.server.events.acquire()
            event = f"data: event {number}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class Answer:
    """One HTTP answer from raw bytes; status 0 when there is none."""

    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/1.1 ") else 0
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.fields[name.strip().lower()] = value.strip()

    @property
    def request_id(self):
        return self.fields.get("x-request-id", "")


class Wire:
    """One connection, byte for byte."""

    def __init__(self, port, tls=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read_until(self, text):
        """Everything seen so far, once it holds `text` or the peer has closed."""
        while text not in self.seen:
            data = self.socket.recv(65536)
            if not data:
                break
            self.seen += data
        return self.seen

    def read_all(self):
        try:
            while data := self.socket.recv(65536):
                self.seen += data
        except ConnectionResetError:
            pass  # A refused upload may end so; what came before still counts.
        return self.seen

    def request(self, target, fields=""):
        """One request over this connection, which stays open; its answer has a length."""
        self.seen = b""
        self.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode())
        head = self.read_until(b"\r\n\r\n").partition(b"\r\n\r\n")[0]
        length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        while len(self.seen) < len(head) + 4 + length:
            self.seen += self.socket.recv(65536)
        return Answer(self.seen)


def exchange(port, data, tls=None):
    """Sends raw bytes on a connection of their own and reads to its end."""
    with Wire(port, tls) as wire:
        try:
            wire.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return Answer(wire.read_all())


def trusting(certificate):
    """A TLS client that trusts this one certificate."""
    return ssl.create_default_context(cafile=str(certificate))


class Guard:
    """A guard process in front of an Application."""

    def __init__(self, folder, contract, file_size_max=None, words=()):
        self.folder = folder
        self.log = []
        command = [PROGRAM, "guard", "--contract", str(contract), "--listen", "127.0.0.1:0",
                   "--admin", "127.0.0.1:0", "--state", str(folder.path), *words]

        def prepare():
            if file_size_max is not None:
                limit_file_size(file_size_max)

        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, preexec_fn=prepare)
        self.reader = threading.Thread(target=self._collect, daemon=True)
        self.reader.start()
        self.announced = self.process.stdout.readline()
        ports = re.findall(r"127\.0\.0\.1:(\d+)", self.announced)
        if len(ports) < 3:
            self.close()
            raise AssertionError("the guard did not start: " + "".join(self.log))
        self.port, self.admin_port = int(ports[0]), int(ports[-1])

    def _collect(self):
        for line in self.process.stderr:
            self.log.append(line)

    def send(self, method, target, fields="", body=b"", tls=None):
        head = (f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}"
                f"Content-Length: {len(body)}\r\n\r\n")
        if method == "GET" and not body:
            head = head.replace("Content-Length: 0\r\n", "")
        return exchange(self.port, head.encode() + body, tls)

    def admin(self, target):
        return exchange(self.admin_port, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Connection: close\r\n\r\n".encode())

    def signal(self, number):
        self.process.send_signal(number)

    def says(self, text):
        return any(text in line for line in list(self.log))

    def wait(self):
        """The exit code."""
        code = self.process.wait(timeout=PATIENCE)
        self.reader.join(PATIENCE)
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


def make_key(user, roles="viewer"):
    """A new API key and the contract line that admits it."""
    made = json.loads(run("keys", "new", "--id", user, "--user", user, "--roles", roles,
                          "--json").stdout)
    return made["key"], made["contract"]
