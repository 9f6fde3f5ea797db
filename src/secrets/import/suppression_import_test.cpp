#include "secrets/import/suppression_import.h"

#include <gtest/gtest.h>

namespace lr::secrets {
namespace {

const std::string kCommit(40, 'a');

bool asks(const ImportedSuppression& entry, std::string_view rule, std::string_view family,
          const Place& place, std::string_view secret = "") {
  const std::string digest = secret_sha1_of(secret);
  return covers(entry, {rule, family, &place, digest});
}

TEST(SuppressionImport, GitleaksIgnoreHasTwoForms) {
  const auto file = import_gitleaks_ignore(
      "# why\n" + kCommit +
          ":src/a:b.py:stripe-access-token:7\r\n\nweb/x.js:generic-api-key:12\n"
          "no fingerprint\n",
      ".gitleaksignore");
  ASSERT_TRUE(file);
  ASSERT_EQ(file->entries.size(), 2U);
  EXPECT_EQ(file->entries[0].commit, kCommit);
  EXPECT_EQ(file->entries[0].path, "src/a:b.py");
  EXPECT_EQ(file->entries[0].rule, "stripe-access-token");
  EXPECT_EQ(file->entries[0].line, 7U);
  EXPECT_EQ(file->entries[0].mark.line, 2U);
  EXPECT_EQ(file->entries[1].commit, "");
  ASSERT_EQ(file->notes.size(), 1U);
  EXPECT_EQ(file->notes[0], ".gitleaksignore:5:1: this line is no fingerprint");
}

TEST(SuppressionImport, AnEntryWithoutAValueCoversItsLineAndKindOnly) {
  const auto file = import_gitleaks_ignore("web/x.js:stripe-access-token:12", "f");
  ASSERT_TRUE(file);
  Place place;
  place.path = "web/x.js";
  place.line = 12;
  EXPECT_TRUE(asks(file->entries[0], "stripe-secret-key", "stripe", place));
  EXPECT_FALSE(asks(file->entries[0], "slack-bot-token", "slack", place));
  place.line = 13;
  EXPECT_FALSE(asks(file->entries[0], "stripe-secret-key", "stripe", place));
}

TEST(SuppressionImport, AnEntryWithACommitCoversThatCommitOnly) {
  const auto file = import_gitleaks_ignore(kCommit + ":a.txt:x:1", "f");
  ASSERT_TRUE(file);
  Place place;
  place.path = "a.txt";
  place.line = 1;
  EXPECT_FALSE(asks(file->entries[0], "x", "x", place));
  place.commit = kCommit;
  EXPECT_TRUE(asks(file->entries[0], "x", "x", place));
}

TEST(SuppressionImport, ABaselineKnowsTheValueAndForgetsIt) {
  const auto file = import_gitleaks_baseline(
      R"([{"RuleID":"x","File":"a.txt","StartLine":3,"Commit":"","Secret":"hunter two"},
          {"RuleID":"y","File":"b.txt","StartLine":4,"Commit":"","Secret":"REDACTED"}])",
      "f");
  ASSERT_TRUE(file) << file.error().detail();
  ASSERT_EQ(file->entries.size(), 2U);
  EXPECT_EQ(file->entries[0].secret_sha1, secret_sha1_of("hunter two"));
  EXPECT_EQ(file->entries[1].secret_sha1, "");
  Place place;
  place.path = "a.txt";
  place.line = 300;
  EXPECT_TRUE(asks(file->entries[0], "other-rule", "other", place, "hunter two"));
  EXPECT_FALSE(asks(file->entries[0], "other-rule", "other", place, "hunter three"));
}

TEST(SuppressionImport, DetectSecretsHashesAreSha1AndAuditedSecretsStay) {
  // FIPS 180-2, appendix A.1.
  EXPECT_EQ(secret_sha1_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  const auto file = import_suppressions(
      R"({"version":"1.5.0","results":{"a.py":[
         {"type":"Secret Keyword","hashed_secret":"a9993e364706816aba3e25717850c26c9cd0d89d",
          "line_number":5},
         {"type":"AWS Access Key","hashed_secret":"00","line_number":6,"is_secret":true}]}})",
      "b");
  ASSERT_TRUE(file) << file.error().detail();
  ASSERT_EQ(file->entries.size(), 1U);
  Place place;
  place.path = "a.py";
  EXPECT_TRUE(asks(file->entries[0], "any", "any", place, "abc"));
  ASSERT_EQ(file->notes.size(), 1U);
  EXPECT_NE(file->notes[0].find("a.py line 6"), std::string::npos);
}

TEST(SuppressionImport, WhatIsNoBaselineIsRefused) {
  EXPECT_FALSE(import_suppressions("[1]", "f"));
  EXPECT_FALSE(import_suppressions("{}", "f"));
  EXPECT_FALSE(import_suppressions("{\"results\": [", "f"));
}

}  // namespace
}  // namespace lr::secrets
