// A scan of what changed finds what a scan of everything finds there: on generated documents and
// generated changes.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/rng.h"
#include "crypto/digest.h"
#include "secrets/rule_file.h"
#include "secrets/samples.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

struct Found {
  std::string rule;
  std::string via;
  std::size_t begin = 0;  ///< Of the match in its layer.
  std::size_t end = 0;
  friend auto operator<=>(const Found&, const Found&) = default;
};

class Collector final : public CandidateSink {
 public:
  explicit Collector(std::string_view bytes) : bytes_(bytes) {}
  void found(const Candidate& candidate) override {
    Found one{candidate.rule->id, "", 0, 0};
    for (const std::string& hop : candidate.place.via) one.via += hop + ">";
    if (one.via.empty()) {
      one.begin = static_cast<std::size_t>(candidate.match.data() - bytes_.data());
      one.end = one.begin + candidate.match.size();
    } else {
      one.begin = candidate.place.offset;
    }
    all.insert(one);
  }
  std::set<Found> all;

 private:
  std::string_view bytes_;
};

Rule make_rule(std::string id, std::string pattern) {
  Rule rule;
  rule.id = std::move(id);
  rule.family = "test";
  rule.pattern = std::move(pattern);
  rule.placeholder_filter = false;
  return rule;
}

const Catalogue& rules() {
  static const auto catalogue = [] {
    std::vector<Rule> all;
    all.push_back(make_rule("acme", R"(\bacme_live_[0-9A-Za-z]{24,40}\b)"));
    all.push_back(make_rule("loose", R"([0-9a-f]{32}-us[0-9]{1,2})"));
    all.push_back(make_rule("chain", R"(glpat-[0-9A-Za-z_-]{20,40})"));
    all.push_back(make_rule("wide", R"(-----BEGIN X-----[\s0-9A-Za-z]*?-----END X-----)"));
    all.push_back(make_rule("middle", R"(<key>[^<>]+</key>)"));
    all.back().max_width = 1500;
    Rule assigned = make_rule("assigned", "");
    assigned.assigned = "[0-9a-f]{32}";
    assigned.keywords = {"wombat"};
    all.push_back(assigned);
    Rule generic = make_rule("generic", "");
    generic.family = "generic";
    generic.assigned = "[0-9A-Za-z_-]{16,64}";
    generic.keywords = {"secret", "token"};
    all.push_back(generic);
    return Catalogue::compile(std::move(all));
  }();
  return **catalogue;
}

/// Pieces that make matches, parts of matches, and what lies between.
std::string piece(Rng& rng, std::size_t index) {
  static constexpr std::string_view kPieces[] = {"acme_live_<base62:24>",
                                                 "acme_live_",
                                                 "<base62:24>",
                                                 "<hex:32>-us1",
                                                 "<hex:32>",
                                                 "-us2",
                                                 "glpat-<base62:20>",
                                                 "glpat-glpat-<base62:30>glpat-<base62:5>",
                                                 "-----BEGIN X-----\n",
                                                 "<base62:700>\n",
                                                 "-----END X-----",
                                                 "<key>",
                                                 "</key>",
                                                 "<key>many words {and signs}</key>",
                                                 "WOMBAT_KEY=<hex:32>\n",
                                                 "wombat: ",
                                                 "api_key: ",
                                                 "secret = \"<base62:30>\"",
                                                 "secret",
                                                 "token",
                                                 " = ",
                                                 "\n",
                                                 " ",
                                                 "\"",
                                                 "%41",
                                                 "\\x41",
                                                 "&#65;",
                                                 "plain words that say nothing\n",
                                                 "<encode64:text with acme_live_<base62:24> in it>",
                                                 "<base62:300>",
                                                 "<base64:64>\n<base64:64>\n<base64:64>\n",
                                                 "<base64:64>\n",
                                                 "\n<base64:30>=="};
  const std::string_view text = kPieces[rng.below(std::size(kPieces))];
  return expand_sample(text, "changed-test", index)->text;
}

struct Change {
  std::string bytes;
  std::vector<Range> changed;
};

/// A document made of pieces, some of which are "inserted", and cuts where something was removed.
Change make_change(Rng& rng) {
  Change change;
  const std::size_t pieces = 1 + rng.below(30);
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t begin = change.bytes.size();
    change.bytes += piece(rng, rng.below(1000));
    const auto kind = rng.below(8);
    if (kind == 0) change.changed.push_back({begin, change.bytes.size()});
    if (kind == 1) change.changed.push_back({begin, begin});
    if (kind == 2 && change.bytes.size() > begin) {
      const std::size_t at = begin + rng.below(change.bytes.size() - begin);
      change.changed.push_back({at, std::min(at + rng.below(9), change.bytes.size())});
    }
  }
  return change;
}

std::set<Found> scan(const Change& change, bool only_changed) {
  Collector collector(change.bytes);
  Scanner scanner(rules(), collector);
  Document document;
  document.path = "a";
  document.bytes = change.bytes;
  if (only_changed) {
    scanner.visit_changed(document, change.changed);
  } else {
    scanner.visit(document);
  }
  return collector.all;
}

bool touches(const Found& found, const Change& change) {
  return std::ranges::any_of(change.changed, [&](const Range& range) {
    return range.begin == range.end ? found.begin < range.begin && range.begin < found.end
                                    : found.begin < range.end && range.begin < found.end;
  });
}

TEST(ScannerChanged, EqualsTheFullScanAroundChanges) {
  SeededRng rng(20250701);
  std::size_t expected = 0;
  for (int round = 0; round < 6'000; ++round) {
    const Change change = make_change(rng);
    const std::set<Found> full = scan(change, false);
    const std::set<Found> part = scan(change, true);
    for (const Found& found : part) {
      ASSERT_TRUE(full.contains(found)) << round << " extra " << found.rule << found.via;
    }
    for (const Found& found : full) {
      if (!found.via.empty() || !touches(found, change)) continue;
      ++expected;
      ASSERT_TRUE(part.contains(found)) << round << " missed " << found.rule;
    }
  }
  EXPECT_GT(expected, 2'000u);
}

TEST(ScannerChanged, FindsEncodedTextThatWasChanged) {
  const std::string text =
      expand_sample("some text and acme_live_<base62:24> in it", "changed", 0)->text;
  const std::string encoded = crypto::base64_encode(text);
  Change change;
  change.bytes = std::string(9000, ' ') + encoded + std::string(9000, ' ');
  for (const std::size_t at :
       {std::size_t{9000}, 9000 + encoded.size() / 2, 9000 + encoded.size()}) {
    change.changed = {{at, at}};
    EXPECT_EQ(scan(change, true).size(), 1u) << at;
  }
  change.changed = {{20, 30}};
  EXPECT_EQ(scan(change, true).size(), 0u);
}

}  // namespace
}  // namespace lr::secrets
