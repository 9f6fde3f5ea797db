"""Every YAML example of the documentation is loaded by the program, so that none can rot.

A block that begins with `version:` is a whole contract. Any other block replaces the sections of
the same names in BASE. A block that is no contract says so behind its fence: ```yaml workflow.
"""

import json
import re
import unittest

import program

# Declares every name that the examples use.
BASE = {
    "version": "version: 1\n",
    "product": "product: { name: Acme Assistant }\n",
    "environments": """environments:
  production: { url: "https://chat.acme.example", upstream: "http://127.0.0.1:8080" }
""",
    "identity": """identity:
  issuers:
    - { name: acme, issuer: "https://id.acme.example", audience: chat, jwks: jwks.json,
        claims: { user: sub, tenant: org_id, roles: roles, scopes: scope } }
""",
    "roles": "roles: { viewer: {}, staff: { includes: [viewer] }, admin: { includes: [staff] } }\n",
    "scopes": "scopes: [chat.read, chat.write]\n",
    "objects": """objects:
  conversation: { id: uuid, ownership: { learn: /id } }
  order: { id: integer, ownership: { field: /customer_id } }
""",
    "routes": """routes:
  - { path: /health, methods: [GET], access: public, health: true }
  - { path: /login, methods: [POST], access: public, limits: [login],
      body: { content_types: [application/json] } }
  - { path: /v1/conversations, methods: [POST], access: { roles: [viewer] },
      creates: conversation, body: { content_types: [application/json] } }
  - { path: "/v1/conversations/{conversation}", methods: [GET, PATCH, DELETE], limits: [chat],
      access: { owner: conversation }, body: { content_types: [application/json] } }
  - { path: "/admin/**", methods: [GET, POST], access: { roles: [admin] } }
""",
    "limits": """limits:
  chat: { per_user: 10/min }
  login: { per_ip: 5/min }
""",
}
FENCE = re.compile(r"^```yaml(?P<about>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def examples():
    """(page, line, text) of every block that shows a contract or a part of one.

    docs/formats describes other files.
    """
    docs = program.ROOT / "docs"
    pages = [page for page in sorted(docs.rglob("*.md")) if docs / "formats" not in page.parents]
    for page in [program.ROOT / "README.md", *pages]:
        text = page.read_text()
        for block in FENCE.finditer(text):
            if block["about"].strip():
                continue
            line = text.count("\n", 0, block.start()) + 2
            yield page.relative_to(program.ROOT), line, block["text"]


def completed(text):
    """The block as a whole contract."""
    if text.startswith("version:"):
        return text
    own = re.findall(r"^([a-z_]+):", text, re.MULTILINE)
    return "".join(part for name, part in BASE.items() if name not in own) + text


class Examples(unittest.TestCase):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)
        for schema in ("conversation", "login"):
            (self.folder.path / "schemas").mkdir(exist_ok=True)
            self.folder.write(f"schemas/{schema}.json", '{"type": "object"}')
        self.folder.write("jwks.json", '{"keys": []}')
        key = json.loads(program.run("keys", "new", "--tenant", "t1", "--json").stdout)["contract"]
        self.folder.write("keys.yaml", key + "\n")

    def check(self, text):
        return program.run("contract", "check", "-", stdin=text, cwd=self.folder.path)

    def test_the_base_is_good(self):
        done = self.check("".join(BASE.values()))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_example_loads(self):
        found = list(examples())
        self.assertGreater(len(found), 12, "the examples are not found")
        for page, line, text in found:
            with self.subTest(f"{page}:{line}"):
                done = self.check(completed(text))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_wrong_example_would_be_noticed(self):
        done = self.check(completed("limits:\n  chat: { per_usr: 10/min }\n"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("per_usr", done.stderr)


if __name__ == "__main__":
    unittest.main()
