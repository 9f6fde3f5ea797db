// `launchready secrets` as a user meets it: folders in, exit code and text out, no value in any of
// it. Values are made here, so that nothing in the repository looks like a live credential.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/rng.h"
#include "cli/testing/launch.h"
#include "crypto/digest.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

Outcome launch(std::vector<std::string> words) {
  words.insert(words.begin(), "secrets");
  return cli::launch(std::move(words));
}

std::string random_value(std::size_t length) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  SystemRng rng;
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += kDigits[rng.below(kDigits.size())];
  return out;
}

std::string whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SecretsVerb : public ::testing::Test {
 protected:
  SecretsVerb() : folder_(fs::temp_directory_path() / ("lr-secrets-" + SystemRng().hex(6))) {
    fs::create_directories(folder_ / "src");
  }
  ~SecretsVerb() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string path(const std::string& name = "") const { return folder_ / name; }
  /// A contract whose one secret stands in a variable.
  std::string contract_for(const std::string& value, const std::string& more = "") const {
    setenv("LR_TEST_APP_KEY", value.c_str(), 1);
    put("../" + folder_.filename().string() + ".yaml",
        "version: 1\nproduct: { name: Acme }\n"
        "environments: { production: { url: https://acme.example } }\n"
        "secrets:\n  values:\n    app_key: { value: \"${LR_TEST_APP_KEY}\"" +
            more + " }\n");
    return folder_.string() + ".yaml";
  }

  fs::path folder_;
};

TEST_F(SecretsVerb, SaysCleanOnlyWhenEverythingWasRead) {
  put("src/main.c", "int main(void) { return 0; }\n");
  const Outcome clean = launch({path()});
  EXPECT_EQ(clean.code, 0) << clean.out << clean.err;
  EXPECT_THAT(clean.out, HasSubstr("CLEAN"));
  EXPECT_THAT(clean.out, HasSubstr("nothing skipped"));
  const Outcome nothing = launch({path("nowhere")});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("there is no"));
}

TEST_F(SecretsVerb, TheReportSaysWhereAndWhatWasNotLookedAt) {
  put("src/app.conf", "api_secret = \"" + random_value(32) + "\"\n");
  EXPECT_EQ(launch({path(), "--quiet", "--out", path("report")}).code, 1);
  const std::string page = whole(path("report/report.html"));
  EXPECT_THAT(page, HasSubstr("not part of a secrets scan"));
  EXPECT_THAT(page, Not(HasSubstr("no check in this version")));
  EXPECT_THAT(page, HasSubstr("secrets.generic-api-key · src/app.conf:1</span>"));
  EXPECT_THAT(page, Not(HasSubstr(" · </span>"))) << "nothing behind a dot";
  EXPECT_THAT(page, Not(HasSubstr("<code></code>")));
  EXPECT_THAT(page, HasSubstr("Whoever reads it can use what it opens."));
}

/// More files than one thread is given at a time: what is found does not depend on who looked.
TEST_F(SecretsVerb, EveryCoreLooksAndTheAnswerIsTheSame) {
  std::string filler;
  while (filler.size() < 40'000) filler += "int value = other(3);\n";
  const std::string shared = random_value(32);
  for (int i = 0; i < 60; ++i) {
    const std::string own = "api_secret = \"" + random_value(32) + "\"\n";
    put(fmt::format("src/{}.conf", i), filler + own + "app_secret = \"" + shared + "\"\n");
  }
  const Outcome first = launch({path(), "--json"});
  EXPECT_EQ(first.code, 1);
  std::size_t found = 0;
  for (std::size_t at = 0; (at = first.out.find("\"fingerprint\"", at)) != std::string::npos;
       ++at) {
    ++found;
  }
  EXPECT_EQ(found, 61u);
  EXPECT_THAT(first.out, HasSubstr("src/59.conf"));
  for (int again = 0; again < 3; ++again) EXPECT_EQ(launch({path(), "--json"}).out, first.out);
}

TEST_F(SecretsVerb, AnEmptyFolderIsNotClean) {
  const Outcome outcome = launch({path("src")});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("INCOMPLETE"));
  EXPECT_THAT(outcome.out, HasSubstr("NOTHING WAS THERE TO READ"));
  EXPECT_THAT(launch({path("src"), "--json"}).out, HasSubstr("\"complete\": false"));
}

TEST_F(SecretsVerb, FindsAContractsValueInEveryShapeAndShowsItNowhere) {
  const std::string value = "kX7" + random_value(24);
  const std::string contract = contract_for(value);
  put("src/a.txt", "x = " + value + "\n");
  put("deploy.log", "Authorization: Basic " + crypto::base64_encode("app:" + value) + "\n");
  put("dump.hex", crypto::hex(value) + "\n");
  put("named-" + value + ".txt", "nothing inside\n" + value);
  const Outcome text = launch({path(), "--contract", contract, "--out",
                               path("../" + folder_.filename().string() + "-out")});
  const fs::path out = folder_.string() + "-out";
  EXPECT_EQ(text.code, 1) << text.err;
  EXPECT_THAT(text.out, HasSubstr("IN USE NOW as app_key"));
  const Outcome json = launch({path(), "--contract", contract, "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"live_as\": \"app_key\""));
  EXPECT_THAT(json.out, HasSubstr("deploy.log"));
  EXPECT_THAT(json.out, HasSubstr("dump.hex"));
  std::vector<std::pair<std::string, std::string>> outputs = {{"terminal", text.out + text.err},
                                                              {"json", json.out + json.err}};
  for (const auto& file : fs::directory_iterator(out)) {
    outputs.emplace_back(file.path().filename(), whole(file.path()));
  }
  EXPECT_EQ(outputs.size(), 8u);
  for (const auto& [name, bytes] : outputs) {
    EXPECT_THAT(bytes, Not(HasSubstr(value))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr(value.substr(4, 12)))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr(crypto::hex(value)))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr(crypto::base64_encode(value).substr(0, 16)))) << name;
  }
  fs::remove_all(out);
  fs::remove(contract);
}

TEST_F(SecretsVerb, NoOutputShowsWhatRulesFind) {
  std::vector<std::string> planted;
  const auto plant = [&](const std::string& name, std::string prefix, std::size_t length) {
    planted.push_back(random_value(length));
    put(name, fmt::format("const apiKey = \"{}{}\";\n", prefix, planted.back()));
  };
  plant("src/a.js", std::string("sk_") + "live_", 24);
  plant("src/b.js", std::string("gh") + "p_", 36);
  plant("src/c.py", "", 40);
  plant("src/d.env", std::string("xox") + "b-123456789012-1234567890123-", 24);
  const fs::path out = folder_.string() + "-out";
  const Outcome text = launch({path(), "--confidence", "low", "--out", out});
  EXPECT_EQ(text.code, 1) << text.out << text.err;
  std::string all = text.out + text.err + launch({path(), "--confidence", "low", "--json"}).out;
  for (const auto& file : fs::directory_iterator(out)) all += whole(file.path());
  for (const std::string& value : planted) {
    EXPECT_THAT(all, Not(HasSubstr(value.substr(0, 12))));
    EXPECT_THAT(all, Not(HasSubstr(value.substr(value.size() - 12))));
  }
  fs::remove_all(out);
}

TEST_F(SecretsVerb, AllowedPlacesAreNoFindings) {
  const std::string value = "kX7" + random_value(24);
  const std::string contract = contract_for(value, ", allowed_in: [\"deploy/*.env\"]");
  put("deploy/prod.env", "APP_KEY=" + value + "\n");
  EXPECT_EQ(launch({path(), "--contract", contract}).code, 0);
  put("src/config.py", "k = '" + value + "'\n");
  EXPECT_EQ(launch({path(), "--contract", contract}).code, 1);
  fs::remove(contract);
}

TEST_F(SecretsVerb, ValuesThatCannotBeSearchedForAreNamed) {
  const std::string contract = contract_for("true");
  put("src/a.txt", "true\n");
  const Outcome outcome = launch({path(), "--contract", contract});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("app_key: it has 4 characters"));
  unsetenv("LR_TEST_APP_KEY");
  EXPECT_THAT(launch({path(), "--contract", contract}).out,
              HasSubstr("the environment variable LR_TEST_APP_KEY is not set"));
  fs::remove(contract);
}

TEST_F(SecretsVerb, AcceptedFindingsStayQuietWhereverTheyMove) {
  const std::string value = "kX7" + random_value(24);
  const std::string contract = contract_for(value);
  put("src/a.txt", "x = " + value + "\n");
  const std::vector<std::string> scan = {path(), "--contract", contract};
  const Outcome json = launch({path(), "--contract", contract, "--json"});
  const std::size_t at = json.out.find("lrs1:");
  ASSERT_NE(at, std::string::npos);
  const std::string fingerprint = json.out.substr(at, 37);
  const Outcome refused = launch({path(), "--suppress", fingerprint});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--owner"));
  const Outcome accepted = launch({path(), "--contract", contract, "--suppress", fingerprint,
                                   "--owner", "ops@acme.example", "--reason", "revoked"});
  EXPECT_EQ(accepted.code, 0) << accepted.err;
  EXPECT_THAT(whole(path("launchready-secrets.yaml")), Not(HasSubstr(value)));
  EXPECT_EQ(launch(scan).code, 0);
  fs::remove(path("src/a.txt"));
  put("moved/b.txt", "\n\n  y: " + value + "\n");
  EXPECT_EQ(launch(scan).code, 0);
  fs::remove(path("moved/b.txt"));
  EXPECT_THAT(launch(scan).out, HasSubstr("Stale"));
  fs::remove(contract);
}

TEST_F(SecretsVerb, AReasonIsNoPlaceForASecret) {
  const std::string key = "sk_" + ("live_" + random_value(24));
  put("src/a.txt", "nothing but " + key);
  const std::string json = launch({path(), "--json"}).out;
  const std::string fingerprint = json.substr(json.find("lrs1:"), 37);
  const auto accept = [&](const std::string& owner, const std::string& reason) {
    return launch({path(), "--suppress", fingerprint, "--owner", owner, "--reason", reason});
  };
  for (const Outcome& refused : {accept("a", "old key " + key), accept(key, "b")}) {
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("holds what looks like a secret"));
    EXPECT_FALSE(fs::exists(path("launchready-secrets.yaml")));
  }
  put("launchready-secrets.yaml",
      "key: 0123456789abcdef0123456789abcdef\naccepted:\n  - {fingerprint: \"" + fingerprint +
          "\", owner: a, reason: \"was " + key + "\", expires: 2020-01-01}\n");
  for (const Outcome& shown : {launch({path()}), launch({path(), "--json"})}) {
    EXPECT_THAT(shown.out, HasSubstr("was ["));
    EXPECT_THAT(shown.out, Not(HasSubstr(key)));
  }
}

TEST_F(SecretsVerb, RulesAreListedExplainedAndLinted) {
  const Outcome list = launch({"rules", "list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, HasSubstr("private-key"));
  const std::string id = list.out.substr(0, list.out.find(' '));
  EXPECT_THAT(launch({"rules", "explain", id}).out, HasSubstr("pattern:"));
  EXPECT_EQ(launch({"rules", "explain", "no-such-rule"}).code, 2);
  put("bad.yaml", "family: bad\nprovider: Bad\nrules: 7\n");
  EXPECT_EQ(launch({"rules", "lint", path("bad.yaml")}).code, 2);
}

TEST_F(SecretsVerb, MistakesAreNamedBeforeAnythingIsRead) {
  EXPECT_THAT(launch({"--staged", "--since", "HEAD"}).err, HasSubstr("exclude each other"));
  EXPECT_THAT(launch({"https://acme.example", "--staged"}).err, HasSubstr("is none"));
  EXPECT_THAT(launch({"--suppress", "x"}).err, HasSubstr("fingerprint"));
}

TEST_F(SecretsVerb, ATargetThatCannotBeReadTakesNothingFromTheOthers) {
  put("src/app.conf", "api_secret = \"" + random_value(32) + "\"\n");
  const Outcome alone = launch({"/dev/null"});
  EXPECT_EQ(alone.code, 2);
  for (const auto& targets : {std::vector<std::string>{"/dev/null", path("src")},
                              std::vector<std::string>{path("src"), "/dev/null"}}) {
    const Outcome both = launch(targets);
    EXPECT_EQ(both.code, 1);
    EXPECT_THAT(both.out, HasSubstr("1 secret to replace"));
    EXPECT_THAT(both.out, HasSubstr("/dev/null: neither a folder nor a file"));
  }
  put("clean/a.txt", "nothing");
  EXPECT_EQ(launch({path("clean"), "/dev/null"}).code, 3);
  const Outcome accepting =
      launch({path("src"), "/dev/null", "--suppress", "lrs1:" + std::string(32, '0'), "--owner",
              "ops", "--reason", "revoked"});
  EXPECT_EQ(accepting.code, 2);
  EXPECT_THAT(accepting.err, HasSubstr("neither a folder nor a file"));
  const Outcome mistaken = launch({path("src"), path("absent")});
  EXPECT_EQ(mistaken.code, 2);
  EXPECT_THAT(mistaken.out, ::testing::IsEmpty());
}

TEST_F(SecretsVerb, PathsThatCannotBeFollowedAreErrorsWithACure) {
  fs::create_symlink("loop", path("loop"));
  for (const std::string& target : {path("loop"), path(std::string(5000, 'a')), path("absent")}) {
    const Outcome outcome = launch({target});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, Not(HasSubstr("internal error")));
    EXPECT_THAT(outcome.err, ::testing::ContainsRegex("give a folder|check the path"));
  }
  put("src/a.txt", "nothing");
  const Outcome unread = launch({"--suppressions", path("loop"), path("src")});
  EXPECT_EQ(unread.code, 2) << "what is accepted is not known";
}

TEST_F(SecretsVerb, NamesAreContentAndShownNowhere) {
  const std::string key = "sk_" + ("live_" + random_value(24));
  put("src/" + key + ".txt", "nothing");
  put("src/locked-" + key + ".7z", std::string("7z\xBC\xAF\x27\x1C", 6));
  const Outcome text = launch({path()});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.out, HasSubstr("7z: not unpacked"));
  const Outcome json = launch({"--json", path()});
  const Outcome single = launch({path("src/" + key + ".txt")});
  EXPECT_EQ(single.code, 1);
  const Outcome missing = launch({path("src/absent-" + key)});
  EXPECT_EQ(missing.code, 2);
  for (const Outcome& outcome : {text, json, single, missing}) {
    EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr(key)));
  }
}

}  // namespace
}  // namespace lr::cli
