"""Leaks as they stand in real projects have to be found, look-alikes have to stay silent.

secrets_corpus/*.txt are files, one behind the other; `=== path` begins one. What looks like a value
is made up when the test runs: no part of the repository may look like a credential.
"""

import base64
import binascii
import collections
import json
import pathlib
import random
import re
import string
import subprocess
import tempfile
import unittest

from program import run

CORPUS = pathlib.Path(__file__).parent / "secrets_corpus"
SLOT = re.compile(r"⟦(_?)(\w+)(?::(\w+))?⟧")
BASE62 = string.ascii_letters + string.digits
URL_SAFE = BASE62 + "-_"
WORDS = ("ripple scissors kick mammal hire column oak again sun offer wealth tomorrow wagon turn "
         "fatal boring crew dutch pilot puzzle virus magnet soccer lizard").split()


def plain64(data):
    return base64.b64encode(data).decode()


class Maker:
    """Values by their kind; the same ones for the same seed, but for keys that openssl makes."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        alphabets = {"b62": BASE62, "low": string.ascii_lowercase + string.digits,
                     "up": string.ascii_uppercase + string.digits,
                     "b32": string.ascii_uppercase + "234567", "hex": "0123456789abcdef",
                     "HEX": "0123456789ABCDEF", "awssec": BASE62 + "+/", "url": URL_SAFE,
                     "pw2": BASE62 + "!*-_."}
        self.kinds = {name: lambda n=40, a=alphabet: self.text(n, a)
                      for name, alphabet in alphabets.items()}

    def make(self, kind, size):
        maker = self.kinds.get(kind) or getattr(self, kind)
        if size is None:
            return maker()
        return maker(int(size)) if size.isdigit() else maker(size)

    def text(self, count, alphabet):
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def b62(self, count):
        return self.text(count, BASE62)

    def dig(self, count=10):
        return self.random.choice("123456789") + self.text(count - 1, string.digits)

    def b64(self, count):
        return plain64(self.random.randbytes(count))

    def b64u(self, count):
        return base64.urlsafe_b64encode(self.random.randbytes(count)).decode().rstrip("=")

    def uuid(self):
        digits = self.text(32, "0123456789abcdef")
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def pw(self, count=14):
        """As a password manager makes it."""
        while True:
            out = self.text(count, BASE62 + "!#%*-_.?@^")
            if (any(map(str.isdigit, out)) and any(map(str.isupper, out)) and out[0].isalnum()
                    and out[-1].isalnum()):
                return out

    def human(self):
        """As somebody chooses it."""
        first = self.random.choice(["Falcon", "Tiger", "Winter", "Berlin", "Sunny", "Coffee"])
        second = self.random.choice(["river", "Table", "moon", "Stone"])
        return f"{first}{self.random.choice('!@#')}{second}{self.dig(4)}"

    def gh(self, prefix="ghp"):
        body = self.b62(30)
        rest, check = binascii.crc32(body.encode()), ""
        for _ in range(6):
            rest, digit = divmod(rest, 62)
            check = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + check
        return f"{prefix}_{body}{check}"

    def npm(self):
        return self.gh("npm")

    def jwt(self):
        def part(data):
            return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
        claims = {"sub": self.dig(9), "role": "service_role", "exp": 4102444800}
        return ".".join([part({"alg": "HS256", "typ": "JWT"}), part(claims), self.b64u(32)])

    def pem(self, algorithm="RSA"):
        return subprocess.run(["openssl", "genpkey", "-algorithm", algorithm], capture_output=True,
                              text=True, check=True).stdout.strip()

    def pem1(self):
        return self.pem().replace("\n", "\\n")

    def bare(self, algorithm="RSA"):
        """A key on one line, without the lines of PEM."""
        return "".join(self.pem(algorithm).splitlines()[1:-1])

    def kubekey(self):
        return plain64(self.pem().encode())

    def openai(self):
        return f"sk-proj-{self.text(74, URL_SAFE)}T3BlbkFJ{self.text(74, URL_SAFE)}"

    def ant(self):
        return f"sk-ant-api03-{self.text(93, URL_SAFE)}AA"

    def stripe(self):
        return "sk_live" + "_" + self.b62(24)

    def slack(self):
        return f"xoxb-{self.dig(12)}-{self.dig(12)}-{self.b62(24)}"

    def slackhook(self):
        path = f"T{self.make('up', '10')}/B{self.make('up', '10')}/{self.b62(24)}"
        return f"https://hooks.slack.com/services/{path}"

    def goog(self):
        return "AIza" + self.text(35, URL_SAFE)

    def hf(self):
        return "hf_" + self.text(34, string.ascii_letters)

    def glpat(self):
        return "glpat-" + self.text(20, URL_SAFE)

    def sg(self):
        return f"SG.{self.text(22, URL_SAFE)}.{self.text(43, URL_SAFE)}"

    def pypi(self):
        return "pypi-AgEIcHlwaS5vcmc" + self.text(160, URL_SAFE)

    def tg(self):
        return f"{self.dig(10)}:AA{self.text(33, URL_SAFE)}"

    def discord(self):
        return f"{plain64(self.dig(18).encode())}.G{self.b62(5)}.{self.text(38, URL_SAFE)}"

    def basic(self):
        return plain64(f"deploy:{self.pw(16)}".encode())

    def b64pw(self):
        return plain64(self.pw(18).encode())

    def b64stripe(self):
        return plain64(self.stripe().encode())

    def mnemonic(self):
        return " ".join(self.random.sample(WORDS, 12))

    def sas(self):
        return self.b64(32).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")

    def empty(self):
        return ""


def files(name):
    """(path, template) of each file in a corpus."""
    text = (CORPUS / name).read_text(encoding="utf-8")
    for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        path, _, body = part.partition("\n")
        yield path, body


def filled(template, maker):
    """The text, and the numbers of the lines where a value begins that has to be found: all but
    those of kinds with '_' in front."""
    lines, out, at = set(), "", 0
    for slot in SLOT.finditer(template):
        out += template[at:slot.start()]
        if not slot[1]:
            lines.add(out.count("\n") + 1)
        out += maker.make(slot[2], slot[3])
        at = slot.end()
    return out + template[at:], lines


class Corpus(unittest.TestCase):
    SEEDS = range(1, 5)

    def scan(self, name, seed):
        """Lines with a secret, and the lines that should have one, by path."""
        maker, wanted = Maker(seed), {}
        with tempfile.TemporaryDirectory() as folder:
            for path, template in files(name):
                text, wanted[path] = filled(template, maker)
                target = pathlib.Path(folder) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            done = run("secrets", "--json", ".", cwd=folder)
        report = json.loads(done.stdout)
        self.assertTrue(report["coverage"]["complete"], report["coverage"]["gaps"])
        found = collections.defaultdict(dict)
        for finding in report["findings"]:
            for place in finding["places"]:
                if finding["kind"] == "secret":
                    found[place["path"]][place["line"]] = finding["rule"]
        return found, wanted

    def test_leaks_are_found(self):
        wanted_count, missed = 0, []
        for seed in self.SEEDS:
            found, wanted = self.scan("leaks.txt", seed)
            for path, lines in wanted.items():
                wanted_count += len(lines)
                missed += [f"{path}:{line}" for line in lines if line not in found[path]]
        self.assertGreater(wanted_count, 400 * len(self.SEEDS))
        # Some values look like words by chance, and some names say nothing.
        share = len(missed) / wanted_count
        self.assertLess(share, 0.04, collections.Counter(missed))

    def test_lookalikes_stay_silent(self):
        for seed in self.SEEDS:
            found, _ = self.scan("lookalikes.txt", seed)
            self.assertEqual(
                [(path, line, rule) for path, lines in found.items()
                 for line, rule in lines.items()], [], f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
