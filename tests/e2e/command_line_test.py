"""The program as scripts meet it: exit codes, one-line errors with a cure, JSON, whole files."""

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import unittest

import program
from program import run

VERBS = [verb["name"] for verb in json.loads(run("help", "--json").stdout)]


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)

    def path(self, name):
        return str(self.folder.path / name)

    def contract(self, name="launchready.yaml", more=""):
        key = program.make_key("alice")[1]
        return self.folder.write(name, f"""version: 1
environments:
  test: {{ url: "http://127.0.0.1:1", upstream: "http://127.0.0.1:1" }}
  other: {{ url: "http://127.0.0.1:2", upstream: "http://127.0.0.1:2" }}
identity: {{ api_keys: {{ keys: [{key.removeprefix("- ")}] }} }}
roles: {{ viewer: {{}} }}
routes: [{{ path: /health, methods: [GET], access: public }}, {{ path: /a, methods: [GET],
  access: {{ roles: [viewer] }} }}]
{more}""")

    def refused(self, *words, says, code=2, **options):
        """Asserts one line on stderr that holds all of `says`, nothing on stdout, and the code."""
        done = run(*words, cwd=options.pop("cwd", self.folder.path), **options)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        return done.stderr

    @contextlib.contextmanager
    def lab(self, defects="none"):
        process = subprocess.Popen([program.PROGRAM, "lab", "--defects", defects, "--json",
                                    "--write-contract", self.path("lab")],
                                   stdout=subprocess.PIPE, text=True)
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            self.assertEqual(process.wait(program.PATIENCE), 0)
            process.stdout.close()


class EveryVerb(CommandLine):
    def test_help_shows_usage_and_examples(self):
        self.assertGreater(len(VERBS), 10)
        for verb in VERBS:
            with self.subTest(verb):
                done = run(verb, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(f"usage: launchready {verb}", done.stdout)
                self.assertIn("\nExamples\n  launchready", done.stdout)
                self.assertNotIn("\x1b", done.stdout)
                self.assertEqual(run("help", verb).stdout, done.stdout)

    def test_an_unknown_flag_is_refused(self):
        for verb in VERBS:
            with self.subTest(verb):
                self.refused(verb, "--no-such-flag", says=[
                    f"launchready {verb}: unknown flag --no-such-flag", f"launchready help {verb}"])

    def test_too_many_words_are_refused(self):
        for verb in VERBS:
            with self.subTest(verb):
                self.refused(verb, "one", "two", "three", says=[f"launchready {verb}: "])

    def test_no_verb_and_unknown_verbs_are_refused(self):
        done = run()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("usage: launchready", done.stderr)
        self.refused("adit", says=["did you mean audit?"])


class Contracts(CommandLine):
    # Every verb that reads a contract.
    READERS = [["audit", "--contract"], ["guard", "--contract"], ["contract", "check"],
               ["contract", "explain", "GET", "/", "--contract"]]

    def test_a_bad_contract_is_refused_with_line_and_column(self):
        self.folder.write("bad.yaml", "version: 1\nroles: { viewer: {} }\nroutes:\n"
                          "  - { path: /a, methods: [GET], access: public, limit: [x] }\n")
        for words in self.READERS:
            with self.subTest(words):
                error = run(*words, "bad.yaml", cwd=self.folder.path)
                self.assertEqual((error.returncode, error.stdout), (2, ""))
                self.assertIn('bad.yaml:4:49: error: routes[0]: unknown key "limit"; did you mean '
                              '"limits"?', error.stderr)

    def test_a_contract_that_cannot_be_read_is_refused(self):
        (self.folder.path / "folder").mkdir()
        cases = {"none.yaml": "there is no such file", "folder": "it is not a regular file",
                 "/proc/self/mem": "it cannot be read", "/dev/zero": "it is not a regular file"}
        for words in self.READERS:
            for name, why in cases.items():
                with self.subTest([*words, name]):
                    self.refused(*words, name, says=[name, why, "check the path"])

    def test_no_contract_at_all_is_refused(self):
        for verb in ("audit", "guard"):
            self.refused(verb, says=[f"launchready {verb}: ", "--contract FILE"])

    def test_an_unknown_environment_names_the_known_ones(self):
        contract = self.contract()
        for verb in ("audit", "guard"):
            with self.subTest(verb):
                self.refused(verb, "--contract", contract, "--env", "prod", says=["test, other"])
                self.refused(verb, "--contract", contract, says=["--env", "test, other"])


class Files(CommandLine):
    def test_an_output_folder_that_cannot_be_made_is_refused_before_any_work(self):
        self.folder.write("file", "")
        for words in (["audit", "http://127.0.0.1:1", "--out"], ["demo", "--out"],
                      ["lab", "--write-contract"],
                      ["guard", "--contract", self.contract(), "--env", "test", "--state"]):
            for place in ("file", "file/below", "/proc/nowhere"):
                with self.subTest([*words, place]):
                    self.refused(*words, place, says=[place, "choose another place"])
        self.assertEqual((self.folder.path / "file").read_text(), "")

    def test_reports_are_written_whole_or_not_at_all(self):
        with self.lab() as lab:
            words = ["audit", lab["url"], "--only", "HEADERS", "--quiet", "--out"]
            self.refused(*words, "new", code=3, says=["cannot write report.", "free some space"],
                         preexec=lambda: program.limit_file_size(3_000))
            self.assertFalse((self.folder.path / "new").exists())

            self.assertEqual(run(*words, "old", cwd=self.folder.path).returncode, 0)
            before = {path.name: path.read_bytes() for path in (self.folder.path / "old").iterdir()}
            self.assertEqual(sorted(before), ["report.html", "report.json", "report.junit.xml",
                                              "report.md", "report.sarif"])
            self.refused(*words, "old", code=3, says=["cannot write report."],
                         preexec=lambda: program.limit_file_size(3_000))
            after = {path.name: path.read_bytes() for path in (self.folder.path / "old").iterdir()}
            self.assertEqual(after, before, "the older reports stay as they were")

    def test_the_labs_files_are_written_whole_or_not_at_all(self):
        error = self.refused("lab", "--write-contract", "lab", code=3, says=["free some space"],
                             preexec=lambda: program.limit_file_size(200))
        self.assertFalse((self.folder.path / "lab/launchready.yaml").exists())
        for path in (self.folder.path / "lab").rglob("*.json"):
            json.loads(path.read_text())
        self.assertIn("cannot write lab/", error)

    def test_a_full_stdout_is_an_error_and_a_reader_that_leaves_is_none(self):
        for words in (["checks", "list"], ["reference"], ["contract", "schema"], ["help"]):
            with self.subTest(words), open("/dev/full", "w") as full:
                done = subprocess.run([program.PROGRAM, *words], stdout=full, check=False,
                                      stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 3)
                self.assertIn("cannot print the whole answer; free some space", done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run([program.PROGRAM, "reference"], stdout=theirs, check=False,
                              stderr=subprocess.PIPE)
        os.close(theirs)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_files_that_are_no_ledger_are_refused(self):
        self.folder.write("text.db", "no database at all, but long enough to be looked at\n" * 40)
        self.folder.write("text.db.key", "0" * 64)
        (self.folder.path / "folder").mkdir()
        for subverb in ("verify", "search"):
            for name, why in (("none.db", "does not exist"), ("folder", "is not a file")):
                with self.subTest([subverb, name]):
                    self.refused("ledger", subverb, name, says=[why, "name the ledger file"])
        self.refused("ledger", "search", "text.db",
                     says=["cannot read text.db as a ledger", "name the ledger file"])
        verdict = run("ledger", "verify", "text.db", cwd=self.folder.path)
        self.assertEqual(verdict.returncode, 1, "damage is a finding")
        self.assertIn("NOT INTACT", verdict.stdout)

    def test_keys_and_authorities_that_cannot_be_read_are_refused(self):
        for name in ("none.pem", "/proc/self/mem"):
            self.refused("audit", "http://127.0.0.1:1", "--ca", name, says=["cannot read", name])
        self.folder.write("text.pem", "nothing")
        self.refused("audit", "http://127.0.0.1:1", "--ca", "text.pem",
                     says=["text.pem holds no certificate"])
        self.refused("keys", "hash", stdin="", says=["stdin is empty"])
        self.refused("keys", "hash", stdin="hunter2\n", says=["no key of launchready keys new"])


class Ports(CommandLine):
    def setUp(self):
        super().setUp()
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.taken.close)
        self.port = self.taken.getsockname()[1]

    def test_a_port_in_use_is_named_and_nothing_is_left_behind(self):
        taken = f"127.0.0.1:{self.port}"
        words = ["guard", "--contract", self.contract(), "--env", "test"]
        for flags in (["--listen", taken, "--admin", "127.0.0.1:0"],
                      ["--listen", "127.0.0.1:0", "--admin", taken]):
            with self.subTest(flags):
                self.refused(*words, *flags, says=[f"{taken}: address already in use; choose"])
        self.refused("lab", "--port", str(self.port), says=[taken, "already in use"])

    def test_a_target_that_does_not_answer_is_incomplete(self):
        self.taken.close()
        self.refused("audit", f"http://127.0.0.1:{self.port}", "--out", "out", code=3,
                     says=[f"http://127.0.0.1:{self.port} does not answer", "is the product run"])
        self.assertFalse((self.folder.path / "out").exists())


class AuditTargets(CommandLine):
    def test_a_path_in_the_audited_address_is_refused_before_any_request(self):
        for address in ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/?debug=true"):
            done = run("audit", address, "--quiet", "--out", self.path("out"))
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr,
                             f'launchready audit: "{address}" names a path, but a whole product '
                             "is audited; write http://127.0.0.1:1\n")
        self.assertFalse((self.folder.path / "out").exists())


class ExitCodes(CommandLine):
    def test_ready_findings_and_incomplete_tell_themselves_apart(self):
        with self.lab("cors_reflects_origin,server_banner") as lab:
            def audit(*more):
                done = run("audit", lab["url"], "--quiet", "--out", self.path("out"), *more)
                report = json.loads((self.folder.path / "out/report.json").read_text())
                return done.returncode, report["verdict"]

            self.assertEqual(audit("--only", "SURFACE"), (0, "ready"))
            self.assertEqual(audit("--only", "CORS"), (1, "not_ready"))
            self.assertEqual(audit("--contract", lab["contract"], "--only", "AUTHN", "--deadline",
                                   "1s", "--max-rps", "5"), (3, "incomplete"))

    def test_signals_end_a_server_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            lab = subprocess.Popen([program.PROGRAM, "lab", "--json"], stdout=subprocess.PIPE)
            lab.stdout.readline()
            lab.send_signal(number)
            self.assertEqual(lab.wait(program.PATIENCE), 0)
            lab.stdout.close()


class Json(CommandLine):
    def test_every_answer_can_be_read_by_a_program(self):
        contract = self.contract()
        answers = [["help"], ["help", "audit"], ["checks", "list"],
                   ["checks", "explain", "owner.read"], ["contract", "check", contract],
                   ["contract", "explain", "GET", "/a", "--contract", contract],
                   ["guard", "--explain-pipeline"], ["keys", "new"], ["lab", "--list"]]
        for words in answers:
            with self.subTest(words):
                done = run(*words, "--json")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(json.loads(done.stdout))

    def test_the_guard_says_where_it_serves(self):
        process = subprocess.Popen(
            [program.PROGRAM, "guard", "--contract", str(self.contract()), "--env", "test",
             "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        announced = json.loads(process.stdout.readline())
        self.assertEqual(announced["upstream"], "http://127.0.0.1:1")
        port = int(announced["admin"].rpartition(":")[2])
        live = program.exchange(port, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
                                b"Connection: close\r\n\r\n")
        self.assertEqual(live.status, 200)
        process.terminate()
        self.assertEqual(process.wait(program.PATIENCE), 0)
        process.stdout.close()

    def test_an_audit_prints_its_report(self):
        with self.lab() as lab:
            done = run("audit", lab["url"], "--json", "--out", self.path("out"))
            self.assertEqual(json.loads(done.stdout),
                             json.loads((self.folder.path / "out/report.json").read_text()))
        self.assertEqual(done.stderr, "")

    def test_a_bad_contract_is_json_too(self):
        self.folder.write("bad.yaml", "version: 1\nroutez: []\n")
        done = run("contract", "check", self.path("bad.yaml"), "--json")
        self.assertEqual(done.returncode, 2)
        problem = json.loads(done.stdout)["problems"][0]
        self.assertEqual((problem["line"], problem["column"]), (2, 1))


if __name__ == "__main__":
    unittest.main()
