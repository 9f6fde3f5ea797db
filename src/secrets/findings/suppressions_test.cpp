#include "secrets/findings/suppressions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "secrets/findings/glob.h"

namespace lr::secrets {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string print(int number) { return fmt::format("lrs1:{:032x}", number); }
sys_days day(int y, unsigned m, unsigned d) {
  return sys_days(year(y) / std::chrono::month(m) / std::chrono::day(d));
}
const sys_days kToday = day(2026, 11, 25);

Suppression entry(int number, std::string path = "", sys_days expires = day(2027, 1, 31)) {
  return {print(number), "ops@acme.example", "a \"test\" key: no access",
          expires,       std::move(path),    0};
}

SecretFinding finding(int number, std::vector<std::string> paths) {
  SecretFinding out;
  out.fingerprint = print(number);
  for (std::string& path : paths) {
    Place place;
    place.path = std::move(path);
    out.places.push_back(std::move(place));
  }
  out.places_seen = out.places.size();
  return out;
}

Suppressions file_with(std::vector<Suppression> entries) {
  Suppressions out;
  out.set_key("00112233445566778899aabbccddeeff");
  for (Suppression& one : entries) out.add(std::move(one));
  return out;
}

TEST(Suppressions, AreReadAsTheyWereWritten) {
  const Suppressions written = file_with({entry(2), entry(1, "docs/**"), entry(1)});
  const auto read = Suppressions::parse(written.text(), "s.yaml");
  ASSERT_TRUE(read.has_value()) << read.error().detail();
  EXPECT_EQ(read->key(), "00112233445566778899aabbccddeeff");
  ASSERT_THAT(read->entries(), SizeIs(3));
  EXPECT_EQ(read->entries()[1].path, "docs/**");
  EXPECT_EQ(read->entries()[2].reason, "a \"test\" key: no access");
  EXPECT_EQ(read->text(), written.text());
}

TEST(Suppressions, OneLineEachSoThatBranchesMerge) {
  const std::string base = file_with({entry(1), entry(9)}).text();
  const std::string ours = file_with({entry(1), entry(3), entry(9)}).text();
  // The other branch's line put where a merge that keeps both sides leaves it.
  std::string both = ours;
  const std::string theirs = file_with({entry(2)}).text();
  both += theirs.substr(theirs.find("  - "));
  const auto merged = Suppressions::parse(both, "s.yaml");
  ASSERT_TRUE(merged.has_value()) << merged.error().detail();
  EXPECT_EQ(merged->text(), file_with({entry(1), entry(2), entry(3), entry(9)}).text());
  EXPECT_EQ(std::ranges::count(ours, '\n'), std::ranges::count(base, '\n') + 1);
}

TEST(Suppressions, RefuseWithThePlaceAndTheCure) {
  const auto error = [](std::string_view text) {
    const auto read = Suppressions::parse(text, "s.yaml");
    return read ? std::string("accepted") : read.error().detail();
  };
  const std::string key = "key: \"00112233445566778899aabbccddeeff\"\naccepted:\n";
  EXPECT_THAT(error("accepted: []\n"), HasSubstr("key is missing"));
  EXPECT_THAT(error("accepted: []\n"), HasSubstr("openssl rand -hex 16"));
  EXPECT_THAT(error(key + "  fingerprint: \"" + print(1) + "\"\n"), HasSubstr("a dash"));
  EXPECT_EQ(error(key), "accepted");
  EXPECT_THAT(error("key: x\n"), HasSubstr("s.yaml:1:6"));
  EXPECT_THAT(error(key + "  - {fingerprint: \"" + print(1) + "\", owner: a, reason: b}\n"),
              HasSubstr("expires"));
  EXPECT_THAT(error(key + "  - {fingerprint: nope}\n"), HasSubstr("lrs1:"));
  EXPECT_THAT(error(key + "  - {fingerprint: \"" + print(1) +
                    "\", owner: a, reason: b, expires: 2026-02-30}\n"),
              HasSubstr("must be a day"));
  EXPECT_THAT(error(key + "  - {fingerprnt: x}\n"), HasSubstr("unknown key"));
}

TEST(Suppressions, CoverEverywhereOrUnderAPath) {
  const auto outcome =
      suppress({finding(1, {"a.js"}), finding(2, {"docs/a.md", "src/b.js"}), finding(3, {"c.js"})},
               file_with({entry(1), entry(2, "docs/**")}), kToday);
  EXPECT_EQ(outcome.suppressed, 1u);
  ASSERT_THAT(outcome.open, SizeIs(2));
  ASSERT_THAT(outcome.open[0].places, SizeIs(1));
  EXPECT_EQ(outcome.open[0].places[0].path, "src/b.js");
  EXPECT_THAT(outcome.stale, IsEmpty());
}

TEST(Suppressions, SurviveMovesAndOtherFamilies) {
  SecretFinding moved = finding(7, {"other/place.js"});
  moved.aliases = {print(1)};
  EXPECT_EQ(suppress({moved}, file_with({entry(1)}), kToday).suppressed, 1u);
}

TEST(Suppressions, ExpiredCoverNothingAndStaleOnesAreNamed) {
  const auto outcome =
      suppress({finding(1, {"a"})}, file_with({entry(1, "", kToday), entry(5)}), kToday);
  EXPECT_THAT(outcome.open, SizeIs(1));
  ASSERT_THAT(outcome.expired, SizeIs(1));
  ASSERT_THAT(outcome.stale, SizeIs(1));
  EXPECT_EQ(outcome.stale[0].fingerprint, print(5));
}

TEST(Suppressions, WhatCannotBeReadIsAcceptedByItsPath) {
  const auto file = Suppressions::parse(
      "key: \"0123456789abcdef0123456789abcdef\"\n"
      "accepted:\n"
      "  - {fingerprint: not-covered, owner: o, reason: r, expires: 2027-01-01, path: "
      "\"old/**\"}\n",
      "s.yaml");
  ASSERT_TRUE(file.has_value()) << file.error().detail();
  const auto gaps = [] {
    Coverage out;
    out.skip("old/cut.zip", "cut off");
    out.skip("old/a.zip > zip:b.xz", "xz: not unpacked");
    out.skip("new/cut.zip", "cut off");
    return out;
  };
  Coverage coverage = gaps();
  const GapOutcome accepted = accept_gaps(coverage, *file, *parse_day("2026-12-31"));
  EXPECT_EQ(accepted.accepted, 2U);
  EXPECT_THAT(accepted.expired, IsEmpty());
  EXPECT_THAT(accepted.stale, IsEmpty());
  EXPECT_EQ(coverage.skipped, 1U);
  ASSERT_EQ(coverage.gaps.size(), 1U);
  EXPECT_EQ(coverage.gaps[0].path, "new/cut.zip");
  coverage = gaps();
  const GapOutcome late = accept_gaps(coverage, *file, *parse_day("2027-01-01"));
  EXPECT_EQ(late.accepted, 0U);
  EXPECT_THAT(late.expired, SizeIs(1));
  Coverage whole;
  EXPECT_THAT(accept_gaps(whole, *file, *parse_day("2026-12-31")).stale, SizeIs(1));
  EXPECT_TRUE(suppress({}, *file, *parse_day("2026-12-31")).stale.empty());
  EXPECT_FALSE(
      Suppressions::parse("key: \"0123456789abcdef0123456789abcdef\"\naccepted:\n"
                          "  - {fingerprint: not-covered, owner: o, reason: r, "
                          "expires: 2027-01-01}\n",
                          "s.yaml"))
      << "without a path it would accept everything";
}

TEST(Suppressions, FilesAreReplacedWhole) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("lr-sup-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::string path = folder / std::string(Suppressions::kFileName);
  EXPECT_TRUE(Suppressions::load(path).value().entries().empty());
  ASSERT_TRUE(file_with({entry(1)}).save(path).has_value());
  EXPECT_THAT(Suppressions::load(path).value().entries(), SizeIs(1));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_FALSE(file_with({}).save("/nonexistent/folder/file").has_value());
  std::filesystem::remove_all(folder);
}

TEST(Glob, MatchesAsGitignoreDoes) {
  for (const auto& [pattern, path] :
       std::vector<std::pair<std::string_view, std::string_view>>{{".env", ".env"},
                                                                  {".env", "a/b/.env"},
                                                                  {"*.pem", "keys/a.pem"},
                                                                  {"docs/**", "docs/a/b.md"},
                                                                  {"**/test/*", "a/b/test/x"},
                                                                  {"**/test/*", "test/x"},
                                                                  {"a/**/z", "a/z"},
                                                                  {"a/**/z", "a/b/c/z"},
                                                                  {"a/?.js", "a/b.js"},
                                                                  {"/src/*", "src/a"}}) {
    EXPECT_TRUE(matches_glob(pattern, path)) << pattern << " " << path;
  }
  for (const auto& [pattern, path] :
       std::vector<std::pair<std::string_view, std::string_view>>{{".env", ".env.local"},
                                                                  {"docs/*", "docs/a/b.md"},
                                                                  {"docs/**", "src/docs/x"},
                                                                  {"a/?.js", "a//.js"},
                                                                  {"a/b", "a"},
                                                                  {"*.pem", "pem"},
                                                                  {"a/**/z", "a/b/y"}}) {
    EXPECT_FALSE(matches_glob(pattern, path)) << pattern << " " << path;
  }
  const std::string hostile(5'000, 'a');
  EXPECT_FALSE(matches_glob("**a*a*a*a*a*a*a*a*a*b", hostile));
}

}  // namespace
}  // namespace lr::secrets
