// Names inside archives are paths like any other.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "secrets/catalogue.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

class Found final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    rules.push_back(candidate.rule->id);
    path = candidate.place.path;
  }
  std::vector<std::string> rules;
  std::string path;
};

Found scan(std::string_view path, const std::vector<std::string>& via, std::string_view bytes) {
  Rule named;
  named.id = "named";
  named.path = R"((?:^|/)vault\.key$)";
  Rule within;
  within.id = "within";
  within.path = R"(\.conf$)";
  within.pattern = "acme_[0-9a-f]{16}";
  std::vector<Rule> rules;
  rules.push_back(std::move(named));
  rules.push_back(std::move(within));
  const auto catalogue = Catalogue::compile(std::move(rules));
  EXPECT_TRUE(catalogue.has_value());
  Found found;
  Scanner scanner(**catalogue, found);
  Document document;
  document.path = path;
  document.via = via;
  document.bytes = bytes;
  scanner.visit(document);
  return found;
}

using Ids = std::vector<std::string>;

TEST(InnerPath, RulesOnPathsSeeNamesInsideArchives) {
  EXPECT_EQ(scan("a.zip", {"zip:etc/vault.key"}, "x").rules, Ids{"named"});
  EXPECT_EQ(scan("a.tgz", {"gzip", "tar:b.zip", "zip:vault.key"}, "x").rules, Ids{"named"});
  EXPECT_EQ(scan("a.zip", {"zip:etc/other.key"}, "x").rules, Ids{});
  const std::string text = "k acme_0f1e2d3c4b5a6978 k";
  EXPECT_EQ(scan("a.zip", {"zip:etc/app.conf"}, text).rules, Ids{"within"});
  EXPECT_EQ(scan("a.zip", {"zip:etc/app.txt"}, text).rules, Ids{});
}

TEST(InnerPath, PlacesKeepTheirOwnPath) {
  EXPECT_EQ(scan("a.zip", {"zip:etc/vault.key"}, "x").path, "a.zip");
}

TEST(InnerPath, StepsThatAreNoNamesDoNotCount) {
  EXPECT_EQ(scan("a.gz", {"gzip", "vault.key"}, "x").rules, Ids{});
}

}  // namespace
}  // namespace lr::secrets
