#!/usr/bin/env python3
"""The guard beside nginx and HAProxy, one worker each, in one run on one machine.

Everything the guard can check is on: ES256 token (cached), role, learned ownership, three limits,
JSON Schema on a 1 KB body, ledger, metrics, access log. nginx and HAProxy only forward. The proxy
under test has one core for itself; the load generator and the upstream share the other, so the
requests per second are also reported per second of the proxy's own CPU time, and the ratio that is
quoted is the smaller of the two.
"""

import argparse
import base64
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "build/release/bin"
CONVERSATION = "6f1c1b9e-8f5a-4c53-9d3e-0a4b8d3f2c11"
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def der_to_raw(der):
    """An ECDSA signature from DER (r, s as INTEGER) to r || s."""
    at = 2
    numbers = []
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2:at + 2 + length], "big"))
        at += 2 + length
    return b"".join(n.to_bytes(32, "big") for n in numbers)


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, **options).stdout


def make_key(folder):
    key = folder / "key.pem"
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
    point = openssl("ec", "-in", str(key), "-pubout", "-outform", "DER")[-64:]
    jwk = {"kty": "EC", "crv": "P-256", "kid": "bench", "alg": "ES256", "use": "sig",
           "x": b64url(point[:32]), "y": b64url(point[32:])}
    (folder / "jwks.json").write_text(json.dumps({"keys": [jwk]}))
    return key


def make_token(key):
    now = int(time.time())
    header = {"alg": "ES256", "kid": "bench", "typ": "JWT"}
    claims = {"iss": "https://id.bench.example", "aud": "chat", "sub": "user-1", "tenant": "t1",
              "roles": ["viewer"], "iat": now, "exp": now + 7200}
    signing_input = ".".join(b64url(json.dumps(p).encode()) for p in (header, claims))
    signature = openssl("dgst", "-sha256", "-sign", str(key), input=signing_input.encode())
    return signing_input + "." + b64url(der_to_raw(signature))


CONTRACT = """version: 1
product: {{ name: Bench, owner: ops@bench.example }}
environments:
  bench: {{ url: "http://127.0.0.1:{port}", upstream: "http://127.0.0.1:{upstream}" }}
identity:
  issuers:
    - {{ name: bench, issuer: "https://id.bench.example", audience: chat, jwks: jwks.json,
        algorithms: [ES256], claims: {{ user: sub, tenant: tenant, roles: roles }} }}
roles: {{ viewer: {{}} }}
objects:
  conversation: {{ id: uuid, ownership: {{ learn: /id }} }}
routes:
  - {{ path: /health, methods: [GET], access: public, health: true }}
  - {{ path: /v1/conversations, methods: [POST], access: {{ roles: [viewer] }},
      creates: conversation, body: {{ schema: message.json, max_bytes: 64KiB }} }}
  - {{ path: "/v1/conversations/{{conversation}}/messages", methods: [POST],
      access: {{ roles: [viewer], owner: conversation }},
      body: {{ schema: message.json, max_bytes: 64KiB }}, limits: [chat] }}
  - {{ path: "/v1/conversations/{{conversation}}/events", methods: [GET],
      access: {{ roles: [viewer], owner: conversation }}, streams: true }}
limits:
  chat: {{ per_user: 10000/s burst 1000000, per_ip: 10000/s burst 1000000,
    per_conversation: 10000/s burst 1000000 }}
guard:
  listen: "127.0.0.1:{port}"
  admin: "127.0.0.1:{admin}"
  workers: 1
  ledger: ledger.db
  state: state.db
"""

SCHEMA = {
    "type": "object", "additionalProperties": False, "required": ["message"],
    "properties": {
        "message": {"type": "string", "minLength": 1, "maxLength": 4000},
        "locale": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "attachments": {"type": "array", "maxItems": 8, "items": {
            "type": "object", "required": ["name", "kind"], "additionalProperties": False,
            "properties": {"name": {"type": "string", "maxLength": 100},
                           "kind": {"enum": ["image", "text", "pdf"]},
                           "size": {"type": "integer", "minimum": 0}}}}}}


def make_body():
    body = {"message": "", "locale": "en-GB", "temperature": 0.7,
            "attachments": [{"name": "invoice.pdf", "kind": "pdf", "size": 18234},
                            {"name": "photo.png", "kind": "image", "size": 91823}]}
    body["message"] = "Where is my order? " * 60
    text = json.dumps(body)
    body["message"] = body["message"][:len(body["message"]) - (len(text) - 1024)]
    return json.dumps(body)


NGINX_UPSTREAM = """worker_processes 1; daemon off; pid {folder}/up.pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {folder}/b;
  proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port} reuseport backlog=4096; default_type application/json;
    location / {{ return 200 '{{"id":"{conversation}","answer":"Your order left our warehouse \
yesterday and arrives tomorrow.","tokens":42,"model":"bench","finish":"stop","cost":0.0012}}'; }} }} }}
"""
NGINX_PROXY = """worker_processes 1; daemon off; pid {folder}/px.pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {folder}/b2;
  proxy_temp_path {folder}/p2; fastcgi_temp_path {folder}/f2; uwsgi_temp_path {folder}/u2;
  scgi_temp_path {folder}/s2;
  upstream app {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port} reuseport backlog=4096;
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }} }}
"""
HAPROXY = """global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
  server s 127.0.0.1:{upstream}
"""
WRK_SCRIPT = """wrk.method = "POST"
wrk.body = [==[{body}]==]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
"""


class Process:
    def __init__(self, name, command, port, core, cwd=None):
        self.name, self.port = name, port
        self.child = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)], cwd=cwd,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(port, self.child)

    def worker(self):
        """The process that does the work: nginx's worker, else the process itself."""
        pid = self.child.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children and self.name.startswith("nginx") else self.child.pid

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.worker()}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mb(self):
        status = Path(f"/proc/{self.worker()}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.child.kill()


def wait_for(port, child, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        if child.poll() is not None:
            sys.exit(f"bench: {child.args} ended with {child.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.002)
    sys.exit(f"bench: nothing listens on {port}")


class Bench:
    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        self.upstream_port = free_port()
        self.token = make_token(make_key(folder))
        self.body = make_body()
        self.path = f"/v1/conversations/{CONVERSATION}/messages"
        (folder / "message.json").write_text(json.dumps(SCHEMA))
        (folder / "wrk.lua").write_text(WRK_SCRIPT.format(body=self.body, token=self.token))
        self.upstream = self.nginx("upstream", NGINX_UPSTREAM, self.upstream_port, core=1)

    def nginx(self, name, template, port, core):
        config = self.folder / f"{name}.conf"
        config.write_text(template.format(folder=self.folder, port=port,
                                          upstream=self.upstream_port, conversation=CONVERSATION))
        return Process(f"nginx {name}", ["nginx", "-p", self.folder, "-c", config], port, core)

    def start(self, name):
        port = free_port()
        if name == "nginx":
            return self.nginx("proxy", NGINX_PROXY, port, core=0)
        if name == "haproxy":
            config = self.folder / "haproxy.cfg"
            config.write_text(HAPROXY.format(port=port, upstream=self.upstream_port))
            return Process(name, ["haproxy", "-f", config, "-db"], port, core=0)
        return self.start_guard(port, self.upstream_port)

    def start_guard(self, port, upstream):
        self.admin = free_port()
        for stale in self.folder.glob("*.db*"):
            stale.unlink()
        contract = self.folder / "launchready.yaml"
        contract.write_text(CONTRACT.format(port=port, admin=self.admin, upstream=upstream))
        guard = Process("launchready", [BIN / "launchready", "guard", "--contract", contract], port,
                        core=0, cwd=self.folder)
        self.learn_conversation(port) if upstream == self.upstream_port else None
        return guard

    def learn_conversation(self, port):
        """Creates the conversation through the guard, which so learns its owner."""
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("POST", "/v1/conversations", self.body, self.headers())
        answer = client.getresponse()
        if answer.status != 200:
            sys.exit(f"bench: create answered {answer.status}: {answer.read()[:300]}")
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("POST", self.path, self.body, self.headers())
        answer = client.getresponse()
        if answer.status != 200:
            sys.exit(f"bench: chat answered {answer.status}: {answer.read()[:300]}")

    def headers(self):
        return {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}

    def request_file(self, method="POST", path=None, body=None):
        body = self.body if body is None else body
        head = f"{method} {path or self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n" \
               f"Authorization: Bearer {self.token}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        file = self.folder / f"request-{method}.http"
        file.write_text(head + "\r\n" + body, newline="")
        return file

    def wrk(self, process, seconds, connections=32):
        cpu, start = process.cpu_seconds(), time.time()
        out = subprocess.run(
            ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
             "-s", str(self.folder / "wrk.lua"), f"http://127.0.0.1:{process.port}{self.path}"],
            check=True, capture_output=True, text=True).stdout
        elapsed, cpu = time.time() - start, process.cpu_seconds() - cpu
        rps = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
        count = int(re.search(r"(\d+) requests in", out).group(1))
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        return {"rps": rps, "p99": re.search(r"99%\s+(\S+)", out).group(1), "requests": count,
                "cpu_share": cpu / elapsed, "rps_per_cpu": count / max(cpu, 0.01),
                "bad": int(bad.group(1)) if bad else 0}

    def open_loop(self, port, rate=5000, seconds=5):
        out = subprocess.run(
            ["taskset", "-c", "1", BIN / "bench_open_loop", str(port), self.request_file(),
             str(rate), str(seconds), "64"], check=True, capture_output=True, text=True).stdout
        return json.loads(out)


def machine():
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text()).group(1)
    return f"{os.cpu_count()} cores of {model}, {os.uname().sysname} {os.uname().release}"


def throughput(bench, rounds, seconds):
    """Rounds in turn (nginx, haproxy, launchready, nginx, …), so that drift hits all alike."""
    results = {name: [] for name in ("nginx", "haproxy", "launchready")}
    rss = {}
    for _ in range(rounds):
        for name in results:
            process = bench.start(name)
            bench.wrk(process, 1)
            results[name].append(bench.wrk(process, seconds))
            rss[name] = process.rss_mb()
            process.stop()
    return results, rss


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def print_throughput(results, rss):
    print(f"{'':14}{'req/s':>10}{'of nginx':>10}{'req per CPU s':>15}{'of nginx':>10}"
          f"{'CPU':>7}{'p99':>10}{'RSS MB':>8}{'errors':>8}")
    base = results["nginx"]
    for name, rows in results.items():
        print(f"{name:14}{median(rows, 'rps'):10.0f}{median(rows, 'rps') / median(base, 'rps'):10.2f}"
              f"{median(rows, 'rps_per_cpu'):15.0f}"
              f"{median(rows, 'rps_per_cpu') / median(base, 'rps_per_cpu'):10.2f}"
              f"{median(rows, 'cpu_share'):7.0%}{rows[-1]['p99']:>10}{rss[name]:8.1f}"
              f"{sum(row['bad'] for row in rows):8d}")
    guard = results["launchready"]
    return min(median(guard, "rps") / median(base, "rps"),
               median(guard, "rps_per_cpu") / median(base, "rps_per_cpu"))


def added_latency(bench, seconds, rounds=3):
    """p99 at 5,000 requests a second through the guard, less the p99 straight to the upstream."""
    guard = bench.start("launchready")
    nginx = bench.start("nginx")
    rows = {"direct": [], "nginx": [], "launchready": []}
    for _ in range(rounds):
        rows["direct"].append(bench.open_loop(bench.upstream_port, seconds=seconds))
        rows["nginx"].append(bench.open_loop(nginx.port, seconds=seconds))
        rows["launchready"].append(bench.open_loop(guard.port, seconds=seconds))
    guard.stop()
    nginx.stop()
    print(f"\nopen loop, 5,000 req/s   {'p50 us':>9}{'p99 us':>9}{'answered':>10}{'errors':>8}")
    for name, all_rounds in rows.items():
        print(f"  {name:22}{median(all_rounds, 'p50_us'):9.0f}{median(all_rounds, 'p99_us'):9.0f}"
              f"{sum(r['answered'] for r in all_rounds):10d}{sum(r['errors'] for r in all_rounds):8d}")
    added = median(rows["launchready"], "p99_us") - median(rows["direct"], "p99_us")
    print(f"added p99 at 5,000 req/s: {added / 1000:.2f} ms")


def growth(bench, requests):
    guard = bench.start("launchready")
    bench.wrk(guard, 3)
    before, done, peak = guard.rss_mb(), 0, 0.0
    while done < requests:
        done += bench.wrk(guard, 5)["requests"]
        peak = max(peak, guard.rss_mb())
    print(f"memory over {done:,} requests: {before:.1f} MB -> {guard.rss_mb():.1f} MB "
          f"(peak {peak:.1f} MB)")
    guard.stop()


def idle_streams(bench, streams):
    # Each stream needs two sockets of the guard: one to the client, one to the upstream.
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 2 * streams + 64 > files:
        streams = (files - 64) // 2
        print(f"idle SSE streams: {streams:,}, as many as {files:,} open files allow here")
    # The learned owner comes from a create answered by the ordinary upstream first.
    port = free_port()
    first = bench.start_guard(port, bench.upstream_port)
    first.stop()
    kept = {f: f.read_bytes() for f in bench.folder.glob("state.db*")}
    request = bench.request_file("GET", f"/v1/conversations/{CONVERSATION}/events", "")
    driver = subprocess.Popen([BIN / "bench_idle_streams", str(streams), request],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    upstream = int(driver.stdout.readline().split()[1])
    for file, content in kept.items():
        file.write_bytes(content)
    contract = bench.folder / "launchready.yaml"
    contract.write_text(CONTRACT.format(port=port, admin=free_port(), upstream=upstream))
    guard = Process("launchready", [BIN / "launchready", "guard", "--contract", contract], port, 0,
                    cwd=bench.folder)
    out, _ = driver.communicate(f"{port} {guard.worker()}\n", timeout=300)
    row = json.loads(out)
    print(f"idle SSE streams: {row['streams']:,} open, {row['rss_mb']:.0f} MB "
          f"({row['rss_before_mb']:.0f} MB before)")
    guard.stop()


def start_time(bench, runs=11):
    times = []
    for _ in range(runs):
        port = free_port()
        contract = bench.folder / "launchready.yaml"
        contract.write_text(CONTRACT.format(port=port, admin=free_port(),
                                            upstream=bench.upstream_port))
        begin = time.perf_counter()
        child = subprocess.Popen([BIN / "launchready", "guard", "--contract", contract],
                                 cwd=bench.folder, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        while True:
            try:
                client = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
                client.request("GET", "/health")
                client.getresponse().read()
                break
            except OSError:
                time.sleep(0.0005)
        times.append((time.perf_counter() - begin) * 1000)
        child.terminate()
        child.wait()
    print(f"start to first answer: {statistics.median(times):.0f} ms (median of {runs})")


def allow_files(wanted):
    """Raises the bound on open files for this process and its children, as far as it may."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for bound in (max(hard, wanted), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (bound, bound))
            return
        except (ValueError, OSError):  # Only root may go beyond the hard bound.
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--real-time", action="store_true",
                        help="schedule everything measured ahead of other work on this machine "
                             "(root); without it, a machine that is not quiet shows in the p99")
    parser.add_argument("--quick", action="store_true", help="throughput only, one short round")
    options = parser.parse_args()
    allow_files(2 * options.streams + 1_000)
    if options.real_time:  # Round robin, because the load generator and the upstream share a core.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    folder = Path(tempfile.mkdtemp(prefix="launchready-bench-"))
    bench = Bench(folder, options)
    try:
        print(f"machine: {machine()}{', real-time scheduling' if options.real_time else ''}")
        if options.quick:
            options.rounds, options.seconds = 1, 3
        results, rss = throughput(bench, options.rounds, options.seconds)
        ratio = print_throughput(results, rss)
        if not options.quick:
            added_latency(bench, options.seconds)
            growth(bench, options.requests)
            idle_streams(bench, options.streams)
            start_time(bench)
        print(f"ratio to nginx: {ratio:.2f}")
    finally:
        bench.upstream.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
