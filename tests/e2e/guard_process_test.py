"""The guard as a process: signals, a full disk, and clients that mean harm."""

import json
import resource
import signal
import socket
import unittest

import program
from program import Wire, eventually, exchange, trusting

CONTRACT = """version: 1
environments: {{ test: {{ upstream: "http://127.0.0.1:{port}" }} }}
identity:
  api_keys:
    keys:
      {key}
roles: {{ viewer: {{}} }}
routes:
  - {{ path: /public, methods: [GET, POST], access: public, body: {{ max_bytes: 1KiB }} }}
  - {{ path: /plain, methods: [GET], access: public }}
  - {{ path: /private, methods: [GET, POST], access: {{ roles: [viewer] }} }}
  - {{ path: /events, methods: [GET], access: {{ roles: [viewer] }}, streams: true }}
guard: {{ {guard} }}
"""


LONG = "a" * 9_000
# What is sent, and the statuses that are right.
MALFORMED = {
    "both lengths": ("POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "two lengths": ("POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                    "Content-Length: 4\r\n\r\nabcd", 400),
    "negative length": ("POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    "unknown coding": ("POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                       400),
    "folded field": ("GET /public HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400),
    "bare line feeds": ("GET /public HTTP/1.1\nHost: a\n\n", 400),
    "NUL": ("GET /public HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400),
    "two hosts": ("GET /public HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "no host": ("GET /public HTTP/1.1\r\n\r\n", 400),
    "foreign absolute form": ("GET http://b/public HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "HTTP/2 preface": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "no HTTP": ("\x16\x03\x01 hello\r\n\r\n", 400),
    "long line": (f"GET /public?{LONG} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "long field": (f"GET /public HTTP/1.1\r\nHost: a\r\nX: {LONG}\r\n\r\n", 431),
    "many fields": ("GET /public HTTP/1.1\r\nHost: a\r\n" +
                    "".join(f"X-{i}: 1\r\n" for i in range(120)) + "\r\n", 431),
    "big head": ("GET /public HTTP/1.1\r\nHost: a\r\n" +
                 "".join(f"X-{i}: {LONG[:4000]}\r\n" for i in range(9)) + "\r\n", 431),
    "big body": ("POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
    "big chunked body": ("POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                         f"\r\n800\r\n{'b' * 0x800}\r\n0\r\n\r\n", 413),
    "long chunk extension": ("POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                             f"\r\n\r\n1;x={LONG[:600]}\r\nb\r\n0\r\n\r\n", 400),
    "huge chunk": ("POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "fffffffffffffffff\r\n", 400),
    "long trailer": ("POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     f"1\r\nb\r\n0\r\nX: {LONG}\r\n\r\n", 400),
    "body on GET": ("GET /plain HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 400),
    "traversal": ("GET /public/..%2fprivate HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "long token": (f"GET /private HTTP/1.1\r\nHost: a\r\nX-Api-Key: {LONG[:8000]}\r\n\r\n",
                   401),
    "unknown method": ("BREW /public HTTP/1.1\r\nHost: a\r\n\r\n", 405),
}


class GuardProcess(unittest.TestCase):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)
        self.application = program.Application()
        self.addCleanup(self.application.close)
        self.key, self.key_line = program.make_key("alice")
        self.auth = f"X-Api-Key: {self.key}\r\n"

    def write_contract(self, guard="workers: 1, drain: 5s", more=""):
        text = CONTRACT.format(port=self.application.port, key=self.key_line, guard=guard) + more
        return self.folder.write("launchready.yaml", text)

    def start(self, guard="workers: 1, drain: 5s", **options):
        process = program.Guard(self.folder, self.write_contract(guard), **options)
        self.addCleanup(process.close)
        return process

    def ledger(self, *words):
        path = self.folder.path / "launchready-ledger.db"
        done = program.run("ledger", "search", path, "--json", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_intact(self):
        done = program.run("ledger", "verify", self.folder.path / "launchready-ledger.db")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Signals(GuardProcess):
    def test_hangup_takes_a_good_contract_and_keeps_out_a_bad_one(self):
        guard = self.start()
        self.assertEqual(guard.send("GET", "/new").status, 404)

        self.folder.write("launchready.yaml", "version: 1\nroutez: []\n")
        guard.signal(signal.SIGHUP)
        eventually(lambda: guard.says("reload refused, nothing changed"), "the refusal")
        refusal = next(line for line in guard.log if "reload refused" in line)
        self.assertIn("launchready.yaml:2:1: error:", refusal)
        self.assertEqual(guard.send("GET", "/private", self.auth).status, 200)

        self.write_contract()
        path = self.folder.path / "launchready.yaml"
        path.write_text(path.read_text().replace("path: /public", "path: /new"))
        guard.signal(signal.SIGHUP)
        eventually(lambda: guard.says("reloaded the contract"), "the reload")
        self.assertEqual(guard.send("GET", "/new").status, 200)
        self.assertEqual(guard.send("GET", "/public").status, 404)

        guard.signal(signal.SIGTERM)
        self.assertEqual(guard.wait(), 0)
        kinds = [event["kind"] for event in self.ledger()]
        for kind in ("guard.started", "contract.refused", "contract.reloaded", "guard.stopped"):
            self.assertEqual(kinds.count(kind), 1, kinds)
        self.assert_intact()

    def test_hangup_takes_a_new_certificate_and_keeps_out_a_bad_one(self):
        self.folder.certificate("tls")
        old = self.folder.path / "old.pem"
        old.write_bytes((self.folder.path / "tls.pem").read_bytes())
        guard = self.start("workers: 1, tls: { certificate: tls.pem, key: tls.key }")
        self.assertTrue(guard.announced.startswith("guard: listening on https://"))
        with Wire(guard.port, trusting(old)) as kept:
            self.assertEqual(kept.request("/public").status, 200)

            self.folder.write("tls.pem", "no certificate")
            guard.signal(signal.SIGHUP)
            eventually(lambda: guard.says("reload refused, nothing changed"), "the refusal")
            self.assertEqual(guard.send("GET", "/public", tls=trusting(old)).status, 200)

            self.folder.certificate("tls")
            new = self.folder.path / "tls.pem"
            guard.signal(signal.SIGHUP)
            eventually(lambda: guard.says("reloaded the contract and certificates"), "the reload")
            self.assertEqual(guard.send("GET", "/public", tls=trusting(new)).status, 200)
            with self.assertRaises(OSError):
                guard.send("GET", "/public", tls=trusting(old))
            self.assertEqual(kept.request("/public").status, 200, "open connections stay")

    def test_terminate_lets_a_stream_end_and_takes_no_new_connections(self):
        guard = self.start()
        with Wire(guard.port) as stream, Wire(guard.port) as idle:
            self.assertEqual(idle.request("/public").status, 200)
            stream.send(f"GET /events HTTP/1.1\r\nHost: localhost\r\n{self.auth}\r\n".encode())
            self.application.events.release()
            self.assertIn(b"event 1", stream.read_until(b"event 1\n\n"))

            guard.signal(signal.SIGTERM)
            eventually(lambda: self.refuses_connections(guard.port), "refused connections")
            self.assertEqual(guard.admin("/livez").status, 200)
            ready = guard.admin("/readyz")
            self.assertEqual(ready.status, 503)
            self.assertIn(b"draining", ready.body)
            self.assertEqual(idle.read_all().count(b"HTTP/1.1"), 1, "an idle connection is closed")

            self.application.events.release(2)
            self.assertIn(b"event 3", stream.read_until(b"\r\n0\r\n\r\n"))
            self.assertTrue(stream.read_all().endswith(b"\r\n0\r\n\r\n"), "a whole answer")
        self.assertEqual(guard.wait(), 0)

    def test_terminate_waits_no_longer_than_the_contract_says(self):
        guard = self.start("workers: 1, drain: 1s")
        with Wire(guard.port) as stream:
            stream.send(f"GET /events HTTP/1.1\r\nHost: localhost\r\n{self.auth}\r\n".encode())
            stream.read_until(b"\r\n\r\n")
            guard.signal(signal.SIGTERM)
            self.assertFalse(stream.read_all().endswith(b"0\r\n\r\n"), "not as if it were whole")
        self.assertEqual(guard.wait(), 0)
        self.application.events.release(3)

    @staticmethod
    def refuses_connections(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
        return False


class FullDisk(GuardProcess):
    def test_what_must_be_written_down_is_refused_until_it_can_be(self):
        # The write-ahead file reaches this bound after a few hundred events.
        guard = self.start("workers: 1, state: memory", file_size_max=300_000)
        self.assertEqual(guard.send("GET", "/private", self.auth).status, 200)
        self.assertEqual(guard.admin("/readyz").status, 200)

        eventually(lambda: self.fill(guard), "a ledger that cannot be written")
        refused = guard.send("POST", "/private", self.auth, b"{}")
        self.assertEqual(refused.status, 503)
        self.assertTrue(refused.request_id)
        self.assertIn(refused.request_id.encode(), refused.body)
        self.assertIn("retry-after", refused.fields)
        self.assertEqual(guard.send("GET", "/public").status, 200, "public routes go on")
        self.assertEqual(guard.admin("/livez").status, 200, "the process is alive")
        ready = guard.admin("/readyz")
        self.assertEqual(ready.status, 503)
        self.assertIn(b"ledger", ready.body)
        self.assertIn(b"launchready_ledger_healthy 0", guard.admin("/metrics").body)
        reached = len(self.application.seen)
        guard.send("POST", "/private", self.auth, b"{}")
        self.assertEqual(len(self.application.seen), reached, "nothing private gets through")

        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(guard.process.pid, resource.RLIMIT_FSIZE, unlimited)
        eventually(lambda: guard.admin("/readyz").status == 200, "recovery")
        self.assertEqual(guard.send("POST", "/private", self.auth, b"{}").status, 200)
        late = guard.send("GET", "/private")
        self.assertEqual(late.status, 401)
        guard.signal(signal.SIGTERM)
        self.assertEqual(guard.wait(), 0)
        self.assertEqual(len(self.ledger("--request", late.request_id)), 1)
        self.assert_intact()

    def fill(self, guard):
        """Sends refusals, each of which is an event."""
        for _ in range(40):
            guard.send("GET", "/private")
        return guard.send("GET", "/private", self.auth).status == 503


class HostileClients(GuardProcess):
    def test_every_malformed_message_is_refused_with_a_request_id(self):
        guard = self.start()
        for name, (message, status) in MALFORMED.items():
            with self.subTest(name):
                answer = exchange(guard.port, message.encode("latin-1").replace(
                    b"Host: a\r\n", b"Host: a\r\nConnection: close\r\n", 1))
                self.assertEqual(answer.status, status, answer.raw[:200])
                self.assertTrue(answer.request_id, answer.raw[:200])
                error = json.loads(answer.body)["error"]
                self.assertEqual(error["request_id"], answer.request_id)
        self.assertEqual([seen for seen in self.application.seen if seen[0] != "POST"], [])
        self.assertEqual(guard.send("GET", "/public").status, 200)

    def test_slow_and_silent_clients_do_not_keep_others_waiting(self):
        guard = self.start()
        slow = [Wire(guard.port) for _ in range(300)]
        try:
            for wire in slow:
                wire.send(b"GET /public HTTP/1.1\r\nHost: loc")
            for _ in range(20):
                self.assertEqual(guard.send("GET", "/private", self.auth).status, 200)
            # The bound for a request head is ten seconds, however often a byte drips in.
            slow[0].socket.settimeout(0.5)
            drips = 0
            while not slow[0].seen:
                try:
                    slow[0].send(b"a")
                    slow[0].seen += slow[0].socket.recv(65536)
                except TimeoutError:
                    drips += 1
                self.assertLess(drips, 2 * program.PATIENCE, "a dripping head is never cut off")
            for wire in slow[:3]:
                answer = program.Answer(wire.read_all())
                self.assertEqual(answer.status, 408)
                self.assertTrue(answer.request_id)
        finally:
            for wire in slow:
                wire.socket.close()

    def test_half_closed_connections_get_their_answer_and_hold_nothing(self):
        guard = self.start()
        with Wire(guard.port) as whole:
            whole.send(b"GET /public HTTP/1.1\r\nHost: a\r\n\r\n")
            whole.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(program.Answer(whole.read_all()).status, 200)
        with Wire(guard.port) as cut:
            cut.send(b"POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            cut.socket.shutdown(socket.SHUT_WR)
            answer = program.Answer(cut.read_all())
            self.assertIn(answer.status, (0, 400), answer.raw)
        eventually(lambda: b"launchready_requests_in_flight 0" in guard.admin("/metrics").body,
                   "no request is left")

    def test_an_application_that_is_away_is_said_and_survived(self):
        guard = self.start()
        self.assertEqual(guard.admin("/readyz").status, 200)
        self.application.close()
        answer = guard.send("GET", "/public")
        self.assertEqual(answer.status, 502)
        self.assertTrue(answer.request_id)
        self.assertNotIn(str(self.application.port).encode(), answer.raw)
        eventually(lambda: guard.admin("/readyz").status == 503, "not ready")
        self.assertIn(b"upstream", guard.admin("/readyz").body)
        self.assertEqual(guard.admin("/livez").status, 200)


if __name__ == "__main__":
    unittest.main()
