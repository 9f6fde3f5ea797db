#include "secrets/findings/inventory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "secrets/findings/fingerprint.h"
#include "secrets/findings/placement.h"
#include "secrets/findings/summary.h"

namespace lr::secrets {
namespace {

using report::Severity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kValue = "sk_" + std::string("live_") + "9fK2mPq7LxTz4Wb8Rn3V";

Rule rule(std::string id, std::string family, std::string provider) {
  Rule out;
  out.id = std::move(id);
  out.family = std::move(family);
  out.provider = std::move(provider);
  out.title = "Key of " + out.provider;
  out.pattern = "[sr]k_live_[0-9A-Za-z]{16,}";
  return out;
}

Place place(std::string path, std::uint32_t line) {
  Place out;
  out.path = std::move(path);
  out.line = line;
  return out;
}

Candidate candidate(const Rule& rule, std::string_view secret, Place where) {
  Candidate out;
  out.rule = &rule;
  out.secret = secret;
  out.confidence = rule.confidence;
  out.place = std::move(where);
  return out;
}

TEST(Fingerprint, DependsOnKeyFamilyAndValueOnly) {
  const std::string one = fingerprint_of("key", "stripe", kValue);
  EXPECT_TRUE(is_fingerprint(one));
  EXPECT_EQ(one, fingerprint_of("key", "stripe", " \"" + kValue + "\"\n"));
  EXPECT_NE(one, fingerprint_of("other", "stripe", kValue));
  EXPECT_NE(one, fingerprint_of("key", "generic", kValue));
  EXPECT_NE(one, fingerprint_of("key", "stripe", kValue + "x"));
  const std::string pem =
      fmt::format("-----{} KEY-----\nAbCd\nEfGh\n-----{} KEY-----", "BEGIN", "END");
  const std::string json =
      fmt::format("-----{} KEY-----\\r\\nAbCd\\r\\nEfGh\\r\\n-----{} KEY-----", "BEGIN", "END");
  EXPECT_EQ(fingerprint_of("key", "pem", pem), fingerprint_of("key", "pem", json));
  EXPECT_FALSE(is_fingerprint("lrs1:xyz"));
}

TEST(Inventory, OneFindingForOneValueInManyPlaces) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  inventory.found(candidate(stripe, kValue, place("b.js", 9)));
  inventory.found(candidate(stripe, "\"" + kValue + "\"", place("a.js", 3)));
  inventory.found(candidate(stripe, kValue, place("a.js", 3)));
  const auto findings = inventory.findings("key");
  ASSERT_THAT(findings, SizeIs(1));
  ASSERT_THAT(findings[0].places, SizeIs(2));
  EXPECT_EQ(findings[0].places[0].path, "a.js");
  EXPECT_EQ(findings[0].places_seen, 2u);
  EXPECT_EQ(findings[0].fingerprint, fingerprint_of("key", "stripe", kValue));
  EXPECT_EQ(findings[0].masked, "sk_live_…(28 characters)");
}

TEST(Inventory, TheRuleThatKnowsTheProviderSpeaks) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Rule generic = rule("generic-api-key", "generic", "any");
  generic.confidence = Confidence::kHigh;
  for (const bool generic_first : {true, false}) {
    Inventory inventory;
    inventory.found(candidate(generic_first ? generic : stripe, kValue, place("a", 1)));
    inventory.found(candidate(generic_first ? stripe : generic, kValue, place("a", 1)));
    const auto findings = inventory.findings("key");
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].rule, "stripe-secret-key");
    EXPECT_THAT(findings[0].aliases,
                ::testing::ElementsAre(fingerprint_of("key", "generic", kValue)));
  }
}

TEST(Inventory, AValueInUseIsNamedHoweverItWasFound) {
  std::vector<NamedSecret> live;
  live.push_back({"STRIPE_KEY", Secret(kValue)});
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  inventory.know(live);
  inventory.found(candidate(stripe, kValue, place("a", 1)));
  inventory.found_value(live[0], Encoding::kBase64, place("b", 2));
  const auto findings = inventory.findings("key");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].live_as, "STRIPE_KEY");
  EXPECT_TRUE(findings[0].proved);
  EXPECT_EQ(findings[0].places[1].via.back(), "base64");
  EXPECT_EQ(severity_of(findings[0]), Severity::kCritical);
}

TEST(Inventory, KeepsValuesOutOfPathsAndAuthors) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  Place where = place("backup-" + kValue + ".txt", 1);
  where.author = "Eve <" + kValue + "@example.com>";
  inventory.found(candidate(stripe, kValue, where));
  const auto findings = inventory.findings("key");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].places[0].path, "backup-[redacted:stripe-secret-key].txt");
  EXPECT_THAT(findings[0].places[0].author, Not(HasSubstr("9fK2mPq7")));
  EXPECT_EQ(inventory.masking().apply("https://x/?k=" + kValue),
            "https://x/?k=[redacted:stripe-secret-key]");
}

TEST(Inventory, CommentsOnTheLineAllow) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  Candidate allowed = candidate(stripe, kValue, place("a", 1));
  allowed.allowed_inline = true;
  inventory.found(allowed);
  EXPECT_THAT(inventory.findings("key"), IsEmpty());
  EXPECT_EQ(inventory.allowed_inline(), 1u);
}

TEST(Inventory, KeepsSoManyPlacesAndCountsTheRest) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  for (std::uint32_t line = 1; line <= 250; ++line) {
    inventory.found(candidate(stripe, kValue, place("a", line)));
  }
  const auto findings = inventory.findings("key");
  EXPECT_THAT(findings[0].places, SizeIs(SecretFinding::kPlacesKept));
  EXPECT_EQ(findings[0].places_seen, 250u);
}

/// Completes what it is asked for, and remembers how much that was.
class OneCommit final : public Source {
 public:
  Result<> read(DocumentVisitor&, Coverage&) override { return {}; }
  void locate(std::span<Place*> places) override {
    asked += places.size();
    for (Place* one : places) one->commit = "3f2ab1c";
  }
  std::size_t asked = 0;
};

/// Everything a reader is told about a finding.
std::string told(const SecretFinding& finding) {
  std::string text = finding.fingerprint + finding.rule + finding.note;
  for (const std::string& alias : finding.aliases) text += alias;
  for (const Place& where : finding.places) text += fmt::format("{}:{} ", where.path, where.line);
  return text + fmt::format("{}", finding.places_seen);
}

TEST(Inventory, SaysTheSameInWhateverOrderThingsWereFound) {
  const Rule one = rule("a-key", "a", "Acme");
  const Rule other = rule("b-key", "b", "Bcme");
  std::vector<Candidate> all;
  for (std::uint32_t i = 0; i < 3 * SecretFinding::kPlacesKept; ++i) {
    all.push_back(candidate(i % 2 == 0 ? one : other, kValue, place(fmt::format("f{}", i), i)));
    all.back().note = i % 3 == 0 ? "" : "expired 2024-01-01";
  }
  Inventory forward;
  for (const Candidate& each : all) forward.found(each);
  Inventory backward;
  for (std::size_t i = all.size(); i-- > 0;) backward.found(all[i]);
  ASSERT_THAT(forward.findings("key"), SizeIs(1));
  ASSERT_THAT(backward.findings("key"), SizeIs(1));
  EXPECT_EQ(told(forward.findings("key")[0]), told(backward.findings("key")[0]));
}

TEST(Inventory, AsksASourceOnceForEachPlace) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  OneCommit source;
  inventory.found(candidate(stripe, kValue, place("a", 1)));
  inventory.locate(source);
  inventory.found(candidate(stripe, kValue, place("b", 1)));
  inventory.locate(source);
  inventory.locate(source);
  EXPECT_EQ(source.asked, 2u);
  EXPECT_EQ(inventory.findings("key")[0].places[1].commit, "3f2ab1c");
}

TEST(Inventory, KnowsAFindingUnderAnotherKey) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  Inventory inventory;
  inventory.found(candidate(stripe, kValue, place("a", 1)));
  const std::string old = inventory.findings("old")[0].fingerprint;
  EXPECT_EQ(inventory.rekeyed(old, "old", "new"), inventory.findings("new")[0].fingerprint);
  EXPECT_EQ(inventory.rekeyed(old, "new", "old"), "");
}

TEST(Masked, ShowsOnlyWhatThePatternSays) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  EXPECT_EQ(masked("hunter-blue-47-Xy", &stripe), "…(17 characters)");
  EXPECT_EQ(masked("sk_" + std::string("live_abc_9fK2mPq7LxTz4Wb8"), &stripe),
            "sk_live_…(28 characters)");
  EXPECT_EQ(masked(kValue, nullptr), "…(28 characters)");
  EXPECT_THAT(masked(fmt::format("-----{} PRIVATE KEY-----\nAbCdEfGhIj", "BEGIN"), &stripe),
              StartsWith("-----BEGIN PRIVATE KEY-----…("));
  EXPECT_EQ(masked("postgres://app:secret@db/x", &stripe), "postgres://…(26 characters)");
}

TEST(Remedy, SaysNothingHasLeakedOnlyWhenThatIsSo) {
  SecretFinding finding;
  finding.places = {place("a", 1), place("a", 1)};
  finding.places[1].surface = Surface::kGit;
  finding.places[1].reachability = "staged";
  EXPECT_THAT(remedy(finding), HasSubstr("nothing has leaked"));
  finding.places.push_back(finding.places[1]);
  finding.places.back().reachability = "local";
  EXPECT_THAT(remedy(finding), Not(HasSubstr("nothing has leaked")));
  finding.places.back().reachability = "published";
  EXPECT_THAT(remedy(finding), HasSubstr("clones keep the history"));
}

TEST(Severity, FollowsKindCertaintyAndExposure) {
  SecretFinding finding;
  finding.places.push_back(place("a", 1));
  EXPECT_EQ(severity_of(finding), Severity::kMedium);
  finding.proved = true;
  EXPECT_EQ(severity_of(finding), Severity::kHigh);
  finding.places[0].surface = Surface::kBundle;
  EXPECT_EQ(severity_of(finding), Severity::kCritical);
  finding.note = "expired 2024-01-01";
  EXPECT_EQ(severity_of(finding), Severity::kLow);
  finding.live_as = "TOKEN";
  EXPECT_EQ(severity_of(finding), Severity::kCritical);
  finding.kind = Kind::kPublishable;
  EXPECT_EQ(severity_of(finding), Severity::kInfo);
}

TEST(Terms, AllowedPlacesVanishAndOwnersAreNamed) {
  SecretFinding finding;
  finding.live_as = "DB_URL";
  finding.places = {place(".env", 1), place("deploy/prod/.env", 2), place("src/a.js", 3)};
  finding.places_seen = 3;
  std::vector<SecretFinding> findings = {finding};
  const std::vector<SecretTerms> terms = {
      {"DB_URL", false, {".env"}, "ops@acme.example", "Run it.", "/srv/keys/db"}};
  EXPECT_EQ(apply_terms(findings, terms), 0u);
  ASSERT_THAT(findings[0].places, SizeIs(1));
  EXPECT_EQ(findings[0].places[0].path, "src/a.js");
  EXPECT_EQ(findings[0].owner, "ops@acme.example");
  EXPECT_EQ(findings[0].rotate, "Run it.");
  findings[0].places = {place(".env", 1)};
  EXPECT_EQ(apply_terms(findings, terms), 1u);
  EXPECT_THAT(findings, IsEmpty());
}

TEST(Placement, AValueGivenToABrowserVariableIsExposedAndAllowedNowhere) {
  const Rule stripe = rule("stripe-secret-key", "stripe", "Stripe");
  const std::string line = "NEXT_PUBLIC_PAY_KEY=" + kValue;
  Candidate found = candidate(stripe, std::string_view(line).substr(20), place("deploy/a.env", 1));
  found.line = line;
  Inventory inventory;
  const NamedSecret live[] = {{"pay", Secret(std::string(kValue))}};
  inventory.know(live);
  inventory.found(found);
  auto findings = inventory.findings("key");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].places[0].via, ElementsAre("browser variable NEXT_PUBLIC_PAY_KEY"));
  EXPECT_TRUE(is_exposed(findings[0].places[0]));
  SecretTerms terms;
  terms.name = "pay";
  terms.allowed_in = {"deploy/*.env"};
  EXPECT_EQ(apply_terms(findings, {&terms, 1}), 0u) << "its build gives it to every browser";
}

}  // namespace
}  // namespace lr::secrets
