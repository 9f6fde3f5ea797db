#include "secrets/findings/value_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"

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

}  // namespace
}  // namespace lr::secrets
