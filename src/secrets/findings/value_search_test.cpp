#include "secrets/findings/value_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "secrets/catalogue.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

using ::testing::SizeIs;

/// Counts what it is shown.
class Counting final : public DocumentVisitor {
 public:
  void visit(const Document&) override { ++whole; }
  void visit_changed(const Document&, std::span<const Range>) override { ++changed; }
  int whole = 0;
  int changed = 0;
};

std::vector<NamedSecret> token(const std::string& value) {
  std::vector<NamedSecret> out;
  out.push_back({"TOKEN", Secret(value)});
  return out;
}

struct Search {
  std::string value = "q7Rt2LmX9pZvB4";
  std::vector<NamedSecret> secrets = token(value);
  ExactValues values = ExactValues::build(secrets);
  Inventory inventory;
  Counting next;
  ValueSearch search{values, secrets, inventory, next};
};

TEST(ValueSearch, NamesLineColumnAndEncoding) {
  Search s;
  const std::string text = "one\ntwo " + crypto::base64_encode(s.value) + "\n";
  Document document;
  document.path = "a.txt";
  document.bytes = text;
  document.start.lines = 10;
  s.search.visit(document);
  EXPECT_EQ(s.next.whole, 1);
  const auto findings = s.inventory.findings("key");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].live_as, "TOKEN");
  EXPECT_EQ(findings[0].places[0].line, 12u);
  EXPECT_EQ(findings[0].places[0].column, 5u);
  EXPECT_EQ(findings[0].places[0].via.back(), "base64");
}

TEST(ValueSearch, FindsWhatTouchesAChange) {
  for (const std::size_t cut : {10u, 11u, 17u, 24u}) {
    Search s;
    const std::string text = std::string(10, '.') + s.value + std::string(5'000, '.');
    Document document;
    document.bytes = text;
    const Range changed[] = {{cut, cut}, {4'000, 4'001}};
    s.search.visit_changed(document, changed);
    EXPECT_EQ(s.next.changed, 1);
    EXPECT_THAT(s.inventory.findings("key"), SizeIs(1)) << cut;
  }
}

/// The places of the value in `text`, scanned as `launchready secrets` does.
std::vector<Place> places_in(const std::string& text) {
  Search s;
  Rule rule;
  rule.id = "unrelated";
  rule.pattern = "acme_live_[0-9a-f]{32}";
  const auto catalogue = Catalogue::compile({rule});
  Scanner scanner(**catalogue, s.inventory);
  ValueSearch search(s.values, s.secrets, s.inventory, scanner);
  scanner.show_layers(&search);
  Document document;
  document.path = "a.txt";
  document.bytes = text;
  search.visit(document);
  std::vector<Place> places;
  for (const auto& finding : s.inventory.findings("key")) {
    for (const auto& place : finding.places) places.push_back(place);
  }
  return places;
}

TEST(ValueSearch, LooksIntoWhatTheScannerDecodes) {
  const std::string value = Search().value;
  const std::string twice =
      crypto::base64_encode("a text around " + crypto::base64_encode(crypto::hex("key " + value)));
  const auto nested = places_in("one\n  " + twice + "\n");
  ASSERT_THAT(nested, SizeIs(1));
  EXPECT_EQ(nested[0].line, 2u);
  EXPECT_EQ(nested[0].column, 3u);
  EXPECT_EQ(nested[0].via.front(), "base64");
  EXPECT_GE(nested[0].via.size(), 2u);
  // A value that is broken by the end of a line.
  std::string lines = crypto::base64_encode(std::string(40, 'x') + value + std::string(90, 'y'));
  for (std::size_t at = 64; at < lines.size(); at += 65) lines.insert(at, "\n");
  EXPECT_THAT(places_in(lines + "\n"), SizeIs(1));
  // Once is enough.
  EXPECT_THAT(places_in("x " + crypto::base64_encode("a text that holds " + value + " in it")),
              SizeIs(1));
}

}  // namespace
}  // namespace lr::secrets
