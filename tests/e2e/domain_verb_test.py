"""`launchready domain` as a person uses it, without any network: zone files and recordings."""

import json
import time
import unittest

import program
from program import run

# Everything that a small domain needs, in its own zone, so that nothing outside is asked.
GOOD = """$ORIGIN acme.example.
$TTL 3600
@ SOA ns1 hostmaster 2026112500 7200 3600 1209600 3600
@ NS ns1
@ NS ns2
ns1 A 198.51.100.1
ns2 A 203.0.113.1
@ A 198.51.100.10
@ MX 10 mail
mail A 198.51.100.25
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@acme.example"
"""
NOWHERE = ["--resolver", "127.0.0.1:9", "--deadline", "10s"]


class DomainVerb(unittest.TestCase):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)

    def refused(self, *words, says):
        done = run("domain", *words, cwd=self.folder.path)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)

    def judged(self, zone, *words):
        self.folder.write("acme.zone", zone)
        done = run("domain", "acme.example", "--zone", "acme.zone", "--json", *NOWHERE, *words,
                   cwd=self.folder.path)
        self.assertEqual(done.stderr, "")
        return done.returncode, json.loads(done.stdout)

    def test_bad_words_are_refused_with_the_cure(self):
        self.refused(says=["no domain", "--contract FILE"])
        self.refused("a..b", says=['"a..b" is no domain name'])
        self.refused("acme.example", "--now", "soon", says=["--now must be a time"])
        self.refused("acme.example", "--port", "443", says=["443=8443"])
        self.refused("acme.example", "--resolver", "dns", says=["--resolver", "192.0.2.53"])
        self.refused("acme.example", "--stub", "acme", says=["ZONE=ADDRESS:PORT"])
        self.refused("acme.example", "--only", "dmrc", says=["did you mean dmarc?"])
        self.refused("acme.example", "--zone", "none.zone", says=["none.zone"])
        self.refused("acme.example", "--replay", "a", "--record", "b", says=["exclude each other"])
        self.refused("acme.example", "--emit", "yaml", says=["records"])

    def test_what_is_no_domain_is_refused_with_what_is_meant(self):
        self.refused("https://acme.example/x", says=["is a URL", "only: acme.example"])
        self.refused("me@acme.example", says=["e-mail address", "only: acme.example"])
        self.refused("acme.example:443", says=["has a port", "only: acme.example"])
        for address in ("192.0.2.1", "2001:db8::1"):
            self.refused(address, says=["is an address"])
        self.refused("com", says=["has no dot"])
        self.refused("1.2.3.400", says=["ends in a number"])
        self.refused("", says=["it is empty"])
        self.refused("a" * 300, says=["no domain name"])

    def test_flags_that_would_be_ignored_are_refused(self):
        for one, other in (("--replay", "--resolver"), ("--replay", "--stub"),
                           ("--replay", "--trust-anchor"), ("--emit", "--record"),
                           ("--emit", "--out"), ("--emit", "--only")):
            value = "zone" if one == "--emit" else "a.json"
            self.refused("acme.example", one, value, other, "x", says=["exclude each other"])
        self.refused("acme.example", "--emit", "zone", "--json", says=["exclude each other"])

    def test_the_file_of_another_zone_is_refused_instead_of_found_empty(self):
        self.folder.write("other.zone", GOOD)
        self.refused("bakery.example", "--zone", "other.zone", says=["another zone"])
        self.folder.write("empty.zone", "; nothing yet\n")
        self.refused("bakery.example", "--zone", "empty.zone", says=["empty.zone", "no record"])

    def test_a_trust_anchor_is_checked_with_its_line(self):
        self.folder.write("anchor", "; ours\n. IN DS 1 13 2 " + "ab" * 32 + "\nacme A 192.0.2.1\n")
        self.refused("acme.example", "--trust-anchor", "anchor", says=["anchor:3:", "DS or DNSKEY"])
        self.folder.write("junk", "not a record\n")
        self.refused("acme.example", "--trust-anchor", "junk", says=["junk:1:"])

    def test_a_place_for_the_recording_is_proved_before_the_first_question(self):
        begun = time.monotonic()
        self.refused("acme.example", "--record", ".", "--resolver", "127.0.0.1:9",
                     says=["is a folder"])
        self.folder.write("file", "")
        self.refused("acme.example", "--record", "file/x.json", "--resolver", "127.0.0.1:9",
                     says=["file"])
        self.assertLess(time.monotonic() - begun, 3)

    def test_a_bad_zone_file_is_refused_with_its_line(self):
        self.folder.write("bad.zone", GOOD + "www A 300.1.1.1\n")
        line = GOOD.count("\n") + 1
        self.refused("acme.example", "--zone", "bad.zone", says=[f"bad.zone:{line}:"])

    def test_a_recording_that_is_none_is_refused(self):
        self.folder.write("bad.json", '{"format": "something else"}')
        self.refused("acme.example", "--replay", "bad.json", says=["bad.json", "recording"])
        self.folder.write("cut.json", '{"format": "launchready-dns", "version": 1, "answ')
        self.refused("acme.example", "--replay", "cut.json", says=["cut.json", "offset"])

    def test_a_zone_is_judged_before_it_is_published(self):
        _, good = self.judged(GOOD)
        for finding in good["findings"]:
            self.assertIn(finding["severity"], ("low", "info"), finding)
        rows = {row["id"]: row for row in good["controls"]}
        self.assertEqual(rows["MAIL"]["status"], "pass")
        self.assertNotEqual(rows["TLS"]["status"], "pass", "no handshake was made")
        code, bad = self.judged(GOOD.replace("-all", "+all").replace("p=reject", "p=none"))
        self.assertEqual(code, 1)
        found = {finding["check"]: finding for finding in bad["findings"]}
        spf = next(one for check, one in found.items() if check.startswith("spf."))
        self.assertEqual(spf["location"]["file"], "acme.zone")
        self.assertEqual(spf["location"]["line"], GOOD[:GOOD.index("v=spf1")].count("\n") + 1)
        self.assertIn("+all", json.dumps(spf["evidence"]))
        self.assertTrue(any(check.startswith("dmarc.") for check in found), found.keys())

    def test_what_nobody_answers_is_inconclusive_and_never_missing(self):
        done = run("domain", "acme.example", "--json", *NOWHERE, cwd=self.folder.path)
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["verdict"]), (3, "incomplete"))
        self.assertEqual(report["findings"], [])

    def test_a_recording_is_judged_the_same_again(self):
        recorded = run("domain", "acme.example", "--json", "--record", "kept.json", "--now",
                       "2026-11-25", *NOWHERE, cwd=self.folder.path)
        first = json.loads(recorded.stdout)
        answers = json.loads((self.folder.path / "kept.json").read_text())["answers"]
        self.assertGreater(len(answers), 5)
        again = [run("domain", "acme.example", "--json", "--replay", "kept.json", "--now",
                     "2026-11-25", cwd=self.folder.path).stdout for _ in range(2)]
        first, second = (self.stable(json.loads(text)) for text in again)
        self.assertEqual(first, second)

    def test_missing_records_are_printed_to_be_published(self):
        self.folder.write("acme.zone", GOOD.replace('_dmarc TXT', '_other TXT'))
        done = run("domain", "acme.example", "--zone", "acme.zone", "--emit", "zone", *NOWHERE,
                   cwd=self.folder.path)
        self.assertIn("_dmarc.acme.example.", done.stdout)
        self.assertIn("v=DMARC1", done.stdout)
        self.assertNotIn("v=spf1", done.stdout)

    def test_what_is_left_to_decide_stands_first_and_on_the_screen(self):
        self.folder.write("acme.zone", GOOD.replace("v=spf1 mx", "v=spf1 mx banana"))
        for form, mark in (("records", "note:"), ("zone", ";"), ("terraform", "#"),
                           ("dnscontrol", "//")):
            done = run("domain", "acme.example", "--zone", "acme.zone", "--emit", form, *NOWHERE,
                       cwd=self.folder.path)
            self.assertEqual(done.returncode, 3)
            self.assertTrue(done.stdout.startswith(f"{mark} open: SPF: 'banana'"), done.stdout)
            self.assertIn('"open:"', done.stderr)
            self.assertIn("v=spf1 mx -all", done.stdout)

    @staticmethod
    def stable(report):
        for name in ("run_id", "took_ms", "started", "duration_ms"):
            report.pop(name, None)
        for check in report["checks"]:
            check.pop("took_ms", None)
        return report


if __name__ == "__main__":
    unittest.main()
