// The program as a user meets it: words in, exit code and text out.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/testing/launch.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;

/// Every refusal is one line on stderr, names the verb, and leaves stdout alone.
void expect_refusal(const std::vector<std::string>& words, const std::string& message) {
  const Outcome outcome = launch(words);
  EXPECT_EQ(outcome.code, 2) << message;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, message + "\n");
}

TEST(Run, VersionAndHelp) {
  EXPECT_EQ(launch({"--version"}).out, "launchready 0.1.0\n");
  EXPECT_EQ(launch({"--help"}).code, 0);
  EXPECT_EQ(launch({"help"}).out, launch({"--help"}).out);
  EXPECT_EQ(launch({"help", "audit"}).out, launch({"audit", "--help"}).out);
  EXPECT_EQ(launch({"contract", "explain", "-h"}).code, 0);
  EXPECT_EQ(launch({}).code, 2);
  EXPECT_NE(launch({}).err.find("usage"), std::string::npos);
}

TEST(Run, MistakesAreOneLineWithTheCure) {
  expect_refusal({"audti"}, "launchready: unknown verb \"audti\"; did you mean audit?");
  expect_refusal({"frobnicate"},
                 "launchready: unknown verb \"frobnicate\"; launchready help lists them");
  expect_refusal({"help", "gaurd"}, "launchready help: no verb \"gaurd\"; did you mean guard?");
  expect_refusal({"audit", "--profil=safe"},
                 "launchready audit: unknown flag --profil; did you mean --profile?");
  expect_refusal({"audit", "chat.example.com"},
                 "launchready audit: \"chat.example.com\" is no URL; did you mean "
                 "https://chat.example.com?");
  expect_refusal({"audit", "https://chat.example.com", "--env", "staging"},
                 "launchready audit: --env chooses from a contract; name it with --contract FILE");
  expect_refusal({"audit", "https://chat.example.com", "--max-rps", "0"},
                 "launchready audit: --max-rps must be a number of requests per second from 1 to "
                 "100000");
  expect_refusal({"audit", "https://chat.example.com", "--deadline", "soon"},
                 "launchready audit: --deadline must be a duration of at least 1s, such as 90s or "
                 "10m");
  expect_refusal({"audit", "https://chat.example.com", "--ca", "/nowhere/ca.pem"},
                 "launchready audit: cannot read /nowhere/ca.pem; check the path");
  expect_refusal({"lab", "--port", "99999"},
                 "launchready lab: --port must be a number from 0 to 65535");
  expect_refusal({"ledger", "search", "x.db", "--from", "yesterday"},
                 "launchready ledger: --from must be a UTC time such as 2026-11-22T10:42Z or a "
                 "date, not \"yesterday\"");
  expect_refusal({"checks", "explain"},
                 "launchready checks: ID is missing: A check, such as authn.alg_none.");
}

TEST(Run, ControlCharactersInArgumentsAreShownNotObeyed) {
  const Outcome outcome = launch({"\x1b[2Jverb\nforged line"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1);
}

TEST(Run, KeysAreMadeOnceAndNeverTheSame) {
  const Outcome first = launch({"keys", "new", "--id", "ci", "--roles", "viewer,admin"});
  EXPECT_EQ(first.code, 0);
  EXPECT_NE(first.out.find("lr_"), std::string::npos);
  EXPECT_NE(first.out.find("id: ci"), std::string::npos);
  EXPECT_NE(first.out.find("roles: [viewer, admin]"), std::string::npos);
  EXPECT_NE(first.out, launch({"keys", "new", "--id", "ci", "--roles", "viewer,admin"}).out);
  expect_refusal({"keys", "new", "--id", "a b"},
                 "launchready keys: --id must be a letter followed by letters, digits, - and _");
}

class WithContract : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lr-run-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "launchready.yaml").string();
    write(R"yaml(version: 1
product: { name: Test chat, owner: ops@test.example }
environments: { production: { url: "http://127.0.0.1:1", upstream: "http://127.0.0.1:1" } }
identity:
  issuers:
    - { name: t, issuer: "https://id.test.example", audience: chat, jwks: jwks.json, algorithms: [ES256] }
roles: { viewer: {}, admin: { includes: [viewer] } }
objects:
  note: { id: integer, ownership: { learn: /id } }
routes:
  - { path: /health, methods: [GET], access: public }
  - { path: /notes, methods: [POST], access: { roles: [viewer] }, creates: note }
  - { path: "/notes/{note}", methods: [GET], access: { roles: [viewer], owner: note } }
  - { path: /admin, methods: [GET], access: { roles: [admin] } }
)yaml");
    std::ofstream(folder_ / "jwks.json") << R"({"keys":[]})";
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }
  fs::path folder_;
  std::string path_;
};

TEST_F(WithContract, CheckSaysGood) {
  const Outcome outcome = launch({"contract", "check", path_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("good: 4 routes, 2 roles, 1 objects"), std::string::npos)
      << outcome.out;
}

TEST_F(WithContract, ExplainShowsWhoGetsWhat) {
  const Outcome outcome = launch({"contract", "explain", "GET", "/notes/7", "--contract", path_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part :
       {"GET /notes/7 is route /notes/{note}", "owner of note", "anonymous", "401",
        "viewer, owns it", "allowed", "viewer, somebody else's", "404", "launchready.yaml:13"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
  }
}

TEST_F(WithContract, ExplainOfWhatIsNotListed) {
  EXPECT_NE(launch({"contract", "explain", "GET", "/nothing", "--contract", path_})
                .out.find("404, no route"),
            std::string::npos);
  EXPECT_NE(launch({"contract", "explain", "DELETE", "/health", "--contract", path_})
                .out.find("405, the path allows GET"),
            std::string::npos);
  EXPECT_EQ(launch({"contract", "explain", "BREW", "/health", "--contract", path_}).code, 2);
  EXPECT_EQ(launch({"contract", "explain", "GET", "/a/../b", "--contract", path_}).code, 2);
}

TEST_F(WithContract, ProblemsHavePlaces) {
  write("version: 1\nproduct: { name: x }\nroutez: []\n");
  const Outcome outcome = launch({"contract", "check", path_});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("launchready.yaml:3:1: error:"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("routes"), std::string::npos) << "the nearest key";
  const Outcome audit = launch({"audit", "--contract", path_, "--out", (folder_ / "o").string()});
  EXPECT_EQ(audit.code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "o")) << "nothing half-written";
}

TEST_F(WithContract, AuditOfADeadTargetIsIncompleteAndLeavesNothing) {
  const Outcome outcome =
      launch({"audit", "--contract", path_, "--out", (folder_ / "out").string()});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.err.find("http://127.0.0.1:1 does not answer"), std::string::npos);
  EXPECT_EQ(outcome.out, "");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(WithContract, LedgerVerifyNeedsAKey) {
  const std::string ledger = (folder_ / "l.db").string();
  expect_refusal(
      {"ledger", "verify", ledger},
      "launchready ledger: " + ledger + " does not exist; name the ledger file of a guard");
  std::ofstream(ledger) << "no database";
  expect_refusal({"ledger", "verify", ledger},
                 "launchready ledger: there is no " + ledger +
                     ".key; give the guard's ledger_key with --key '${NAME}' or --key file:PATH");
  expect_refusal({"ledger", "verify", ledger, "--key", "hunter2"},
                 "launchready ledger: --key takes a reference, never a value: '${NAME}' (quoted, "
                 "so that the shell leaves it alone) or file:PATH");
}

TEST_F(WithContract, OnlyNamesTheNearestCheck) {
  expect_refusal({"audit", "http://127.0.0.1:1", "--only", "OWNR"},
                 "launchready audit: --only: no check or control \"OWNR\"; did you mean OWNER?");
}

TEST_F(WithContract, GuardRefusesBadOverrides) {
  expect_refusal({"guard", "--contract", path_, "--listen", "8443"},
                 "launchready guard: --listen must be an address and a port such as "
                 "127.0.0.1:8443, not \"8443\"");
  expect_refusal({"guard", "--contract", path_, "--workers", "many"},
                 "launchready guard: --workers must be a number from 0 to 256");
  expect_refusal(
      {"guard", "--contract", path_, "--env", "prodution"},
      "launchready guard: no environment \"prodution\" in " + path_ + "; did you mean production?");
}

}  // namespace
}  // namespace lr::cli
