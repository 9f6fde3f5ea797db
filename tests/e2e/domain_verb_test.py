"""`launchready domain` as a person uses it, without any network: zone files and recordings."""

import json
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

    def test_a_bad_zone_file_is_refused_with_its_line(self):
        self.folder.write("bad.zone", GOOD + "www A 300.1.1.1\n")
        line = GOOD.count("\n") + 1
        self.refused("acme.example", "--zone", "bad.zone", says=[f"bad.zone:{line}:"])

    def test_a_recording_that_is_none_is_refused(self):
        self.folder.write("bad.json", '{"format": "something else"}')
        self.refused("acme.example", "--replay", "bad.json", says=["recording"])

    def test_a_zone_is_judged_before_it_is_published(self):
        _, good = self.judged(GOOD)
        for finding in good["findings"]:
            self.assertIn(finding["severity"], ("low", "info"), finding)
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

    @staticmethod
    def stable(report):
        for name in ("run_id", "took_ms", "started", "duration_ms"):
            report.pop(name, None)
        for check in report["checks"]:
            check.pop("took_ms", None)
        return report


if __name__ == "__main__":
    unittest.main()
