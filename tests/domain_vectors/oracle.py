#!/usr/bin/env python3
"""SPF and DKIM against two independent implementations, python3-spf and python3-dkim.

Cases are generated from a seed and judged by both sides. Every difference must belong to a class
named below, with the section of the RFC that allows or decides it; anything else fails.

usage: oracle.py ORACLE_JUDGE [--spf 8500] [--dkim 1600] [--seed 1]
"""
import argparse
import base64
import collections
import json
import random
import subprocess
import sys
import time

import dkim
import spf

DOMAINS = ["a.example", "b.example", "c.example", "d.example", "e.example"]
HOSTS = ["h1.example", "h2.example", "mail.a.example", "void1.example", "void2.example"]
ADDRESSES = ["192.0.2.1", "192.0.2.2", "198.51.100.7", "203.0.113.9", "2001:db8::1", "2001:db8::9"]


# SPF: generation

def a_term(rng):
    name = rng.choice(DOMAINS + HOSTS)
    network4 = rng.choice(["192.0.2.0/24", "192.0.2.1", "198.51.100.0/25", "203.0.113.9/32", "0.0.0.0/0"])
    network6 = rng.choice(["2001:db8::/32", "2001:db8::1", "2001:db8:1::/48"])
    cidr = rng.choice(["", "", "", "/24", "/32", "//64", "/24//96"])
    kinds = [
        (12, f"ip4:{network4}"), (6, f"ip6:{network6}"), (10, f"include:{name}"),
        (6, f"a:{name}{cidr}"), (4, f"a{cidr}"), (4, f"mx:{name}{cidr}"), (3, f"mx{cidr}"),
        (2, f"exists:{name}"), (1, "exists:%{i}.x.example"), (1, "include:%{d2}"), (1, "ptr"),
        (1, f"ptr:{name}"), (1, "exists:%{ir}.%{v}._spf.example"), (1, "a:%{o}"),
    ]
    return rng.choice("+-~?") * rng.choice([0, 0, 0, 1]) + pick(rng, kinds)


def a_broken_term(rng):
    return rng.choice(["ip4:192.0.2.300", "ip4:192.0.2.0/33", "ip6:2001:db8::/129", "include:",
                       "nonsense", "a:", "mx/33", "all:x", "exists", "ip4", "include:%{x}.example",
                       "a//129", "ipv4:192.0.2.1", "ip4:192.0.2.0/024"])


def pick(rng, weighted):
    return rng.choices([one for _, one in weighted], [weight for weight, _ in weighted])[0]


def a_record(rng):
    terms = [a_term(rng) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6]))]
    if rng.random() < 0.06:
        terms.insert(rng.randrange(len(terms) + 1), a_broken_term(rng))
    if rng.random() < 0.15:
        terms.append(f"redirect={rng.choice(DOMAINS)}")
    if rng.random() < 0.05:
        terms.append(rng.choice(["unknown=value", "moo.cow-far_out=man", "exp=exp.example"]))
    if rng.random() < 0.75:
        terms.append(rng.choice(["-all", "~all", "?all", "+all", "all", "-ALL"]))
    return " ".join([rng.choice(["v=spf1", "v=spf1", "V=SPF1"])] + terms)


def an_spf_case(rng):
    zone = []
    for name in DOMAINS:
        if rng.random() < 0.9:
            zone.append([name, "TXT", a_record(rng)])
        if rng.random() < 0.03:
            zone.append([name, "TXT", a_record(rng)])
        if rng.random() < 0.3:
            zone.append([name, "TXT", "verification=1"])
        if rng.random() < 0.5:
            add_address(rng, zone, name)
        for preference in range(rng.choice([0, 0, 1, 2])):
            zone.append([name, "MX", f"{preference * 10} {rng.choice(HOSTS[:3])}"])
    for name in HOSTS[:3]:
        add_address(rng, zone, name)
    for number, name in enumerate(["1.2.0.192.in-addr.arpa", "2.2.0.192.in-addr.arpa"]):
        if rng.random() < 0.5:
            zone.append([name, "PTR", rng.choice(HOSTS[:3] + [DOMAINS[number]])])
    if rng.random() < 0.02:
        zone.append([rng.choice(DOMAINS), "TIMEOUT", ""])
    sender = rng.choice(DOMAINS[:3])
    return {"kind": "spf", "zone": zone, "ip": rng.choice(ADDRESSES),
            "from": rng.choice([f"user@{sender}", f"a-b.c@{sender}", ""]), "helo": sender}


def add_address(rng, zone, name):
    address = rng.choice(ADDRESSES)
    zone.append([name, "AAAA" if ":" in address else "A", address])


# SPF: the oracle

class OracleZone:
    def __init__(self, zone):
        self.records = collections.defaultdict(list)
        self.silent = set()
        for name, kind, value in zone:
            if kind == "TIMEOUT":
                self.silent.add(name)
            elif kind == "MX":
                preference, host = value.split(" ")
                self.records[name, kind].append((int(preference), host))
            elif kind == "TXT":
                self.records[name, kind].append([value.encode("latin-1")])
            else:
                self.records[name, kind].append(value)

    def look_up(self, name, kind, *_):
        key = name.lower().rstrip("."), kind
        if key not in self.records and key[0] in self.silent:
            raise spf.TempError("DNS timeout")
        return [((name, kind), value) for value in self.records.get(key, [])]


def oracle_spf(case, voids=2):
    spf.MAX_VOID_LOOKUPS = voids
    spf.DNSLookup = OracleZone(case["zone"]).look_up
    query = spf.query(i=case["ip"], s=case["from"], h=case["helo"], receiver="unknown")
    result, _, explanation = query.check()
    return result, explanation


def explain_spf(case, ours, theirs):
    """The name of a known class of difference, or None."""
    text = oracle_spf(case)[1]
    if theirs == "permerror" and "trivial recursion" in text and ours["result"] != "permerror":
        return "self-include: it refuses such a record although an earlier term decides (4.6, 5.2)"
    unlimited = oracle_spf(case, voids=1000)[0]
    if theirs == "permerror" and unlimited == ours["result"] and ours["voids"] <= 2:
        return "oracle-voids: it counts TXT and PTR lookups and each MX host too (4.6.4)"
    return None


# DKIM

def key_pair(bits):
    pem = subprocess.run(["openssl", "genrsa", "-traditional", str(bits)], check=True,
                         capture_output=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=pem, check=True,
                            capture_output=True).stdout
    return pem, base64.b64encode(public).decode()


def a_message(rng):
    words = ["one", "two  ", " three", "\t", "four", "=20", ".", "", "fünf"]
    body = "".join(" ".join(rng.choices(words, k=rng.randrange(6))) + "\r\n"
                   for _ in range(rng.randrange(8)))
    subject = rng.choice(["hello", "a  b", "folded\r\n  line", " spaces "])
    head = (f"From: A <a@a.example>\r\nTo: b@b.example\r\nSubject: {subject}\r\n"
            f"Date: Mon, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <{rng.random()}@a.example>\r\n")
    return (head + "\r\n" + body).encode("utf-8")


def signed(rng, keys):
    message = a_message(rng)
    bits = rng.choice(list(keys))
    forms = [b"simple", b"relaxed"]
    fields = rng.choice([None, [b"from", b"to", b"subject"], [b"from", b"from", b"subject", b"date"]])
    signature = dkim.sign(message, b"s%d" % bits, b"a.example", keys[bits][0],
                          canonicalize=(rng.choice(forms), rng.choice(forms)),
                          include_headers=fields, length=rng.random() < 0.2)
    return signature + message


def mutated(rng, message):
    """One change that canonicalization may or may not forgive."""
    head, _, body = message.partition(b"\r\n\r\n")
    change = rng.randrange(14)
    if change == 0:
        return message
    if change == 1:
        return head + b"\r\n\r\n" + body + b"\r\n\r\n"
    if change == 2:
        return head + b"\r\n\r\n" + body + b"more\r\n"
    if change == 3:
        return head.replace(b"Subject: ", b"subject:   ") + b"\r\n\r\n" + body
    if change == 4:
        return head.replace(b"To: ", b"To:\r\n ") + b"\r\n\r\n" + body
    if change == 5:
        return head + b"\r\n\r\n" + body.replace(b" ", b"  ")
    if change == 6:
        return head + b"\r\n\r\n" + body.replace(b"\r\n", b" \r\n")
    if change == 7:
        return head + b"\r\nFrom: B <b@b.example>\r\n\r\n" + body
    if change == 8:
        return head + b"\r\nX-New: 1\r\n\r\n" + body
    if change == 9:
        return head.replace(b"a@a.example", b"c@a.example") + b"\r\n\r\n" + body
    if change == 10:
        at = head.find(b" b=") + 3
        return head[:at] + (b"A" if head[at:at + 1] != b"A" else b"B") + head[at + 1:] + \
            b"\r\n\r\n" + body
    if change == 11:
        return head.replace(b"d=a.example", b"d=b.example") + b"\r\n\r\n" + body
    if change == 12:
        return head + b"\r\n\r\n" + body[:-2]
    return head.replace(b"v=1;", rng.choice([b"v=2;", b"v=1; v=1;", b"", b"v=1; x=1;"])) + \
        b"\r\n\r\n" + body


def a_key_record(rng, public):
    return rng.choice([f"v=DKIM1; k=rsa; p={public}"] * 8 + [
        f"p={public}", f"v=DKIM1; p={public};", f"v=DKIM1; h=sha256; p={public}",
        f"v=DKIM1; h=sha1; p={public}", "v=DKIM1; p=", f"v=DKIM2; p={public}",
        f"v=DKIM1; p={public[:50]}", f"v=DKIM1; t=y; s=email; p={public}",
        f"k=rsa; v=DKIM1; p={public}", f"v=DKIM1; s=tlsrpt; p={public}"])


def dkim_cases(rng, count):
    keys = {bits: key_pair(bits) for bits in (1024, 2048)}
    base = [signed(rng, keys) for _ in range(max(1, count // 20))]
    for _ in range(count):
        message = mutated(rng, rng.choice(base))
        zone = [[f"s{bits}._domainkey.a.example", "TXT", a_key_record(rng, keys[bits][1])]
                for bits in keys if rng.random() < 0.97]
        yield {"kind": "dkim", "zone": zone, "message": message.decode("latin-1"),
               "now": int(time.time()) + 60}


def oracle_dkim(case):
    records = {name: value.encode() for name, _, value in case["zone"]}

    def look_up(name, timeout=5):
        name = name.decode() if isinstance(name, bytes) else name
        return records.get(name.lower().rstrip("."))
    try:
        good = dkim.verify(case["message"].encode("latin-1"), dnsfunc=look_up)
    except dkim.DKIMException:
        good = False
    return "pass" if good else "fail"


def key_of(case):
    message = case["message"]
    selector = "s1024" if "s=s1024" in message else "s2048"
    return next((value for name, _, value in case["zone"] if name.startswith(selector)), "")


def explain_dkim(case, ours, theirs):
    key = key_of(case)
    if theirs == "pass" and ours["result"] != "pass":
        if "h=sha1" in key:
            return "key-hash: it does not look at h= of the key (RFC 6376 3.6.1)"
        if "v=DKIM2" in key or key.startswith("k=rsa; v="):
            return "key-version: it does not look at v= of the key (RFC 6376 3.6.1)"
    unended = case["message"].endswith((" ", "\t"))
    if theirs == "fail" and ours["result"] == "pass" and unended and "/relaxed" in case["message"]:
        return "no-line-end: white space of a last line without CRLF stays in its form (6376 3.4.4)"
    return None


def run(judge, cases, oracle, explain):
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    answers = subprocess.run([judge], input=lines.encode(), capture_output=True, check=True)
    ours = [json.loads(line) for line in answers.stdout.splitlines()]
    assert len(ours) == len(cases), answers.stderr
    explained, unexplained, results = collections.Counter(), [], collections.Counter()
    for case, mine in zip(cases, ours):
        theirs = oracle(case)
        same = mine["result"] if case["kind"] == "spf" else \
            ("pass" if mine["result"] == "pass" else "fail")
        results[theirs] += 1
        if same == theirs:
            continue
        name = explain(case, mine, theirs)
        if name:
            explained[name] += 1
        else:
            unexplained.append((case, mine, theirs))
    return results, explained, unexplained


def main():
    options = argparse.ArgumentParser()
    options.add_argument("judge")
    options.add_argument("--spf", type=int, default=8500)
    options.add_argument("--dkim", type=int, default=1600)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    rng = random.Random(options.seed)
    bad = 0
    parts = [("spf", [an_spf_case(rng) for _ in range(options.spf)],
              lambda case: oracle_spf(case)[0], explain_spf),
             ("dkim", list(dkim_cases(rng, options.dkim)), oracle_dkim, explain_dkim)]
    for name, cases, oracle, explain in parts:
        begun = time.time()
        results, explained, unexplained = run(options.judge, cases, oracle, explain)
        print(f"{name}: {len(cases)} cases in {time.time() - begun:.1f} s: {dict(results)}")
        for reason, count in explained.most_common():
            print(f"  {count} differ: {reason}")
        print(f"  {len(unexplained)} differ without an explanation")
        for case, mine, theirs in unexplained[:5]:
            print(f"  ours {mine}, the oracle's {theirs}: {json.dumps(case)}", file=sys.stderr)
        bad += len(unexplained)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
