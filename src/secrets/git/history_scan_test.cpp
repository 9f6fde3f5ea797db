// The scanner over generated histories: what it finds in deltas is what it finds in whole objects.
#include <gtest/gtest.h>

#include <set>

#include "base/rng.h"
#include "secrets/git/git_source.h"
#include "secrets/git/testing/sandbox.h"
#include "secrets/scanner.h"

namespace lr::secrets::git {
namespace {

using testing::Sandbox;

class Values final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    all.emplace(candidate.rule->id, std::string(candidate.secret));
  }
  std::set<std::pair<std::string, std::string>> all;
};

/// Forgets what a delta says and has everything looked at.
class WholeDocuments final : public DocumentVisitor {
 public:
  explicit WholeDocuments(Scanner& scanner) : scanner_(scanner) {}
  void visit(const Document& document) override { scanner_.visit(document); }
  void visit_changed(const Document& document, std::span<const Range>) override {
    ++deltas;
    scanner_.visit(document);
  }
  std::size_t deltas = 0;

 private:
  Scanner& scanner_;
};

Rule make_rule(std::string id, std::string pattern) {
  Rule rule;
  rule.id = std::move(id);
  rule.family = "test";
  rule.pattern = std::move(pattern);
  rule.confidence = Confidence::kHigh;
  rule.placeholder_filter = false;
  return rule;
}

std::unique_ptr<Catalogue> catalogue() {
  std::vector<Rule> rules;
  rules.push_back(make_rule("bounded", R"(\bacme_[0-9a-f]{12}\b)"));
  rules.push_back(make_rule("assigned", R"re(token = "([0-9a-z]{10,40})")re"));
  rules.push_back(make_rule("line", R"((?m)^key:[0-9a-f]{8}$)"));
  rules.push_back(make_rule("block", R"(BEGIN BLOCK\n(?:[0-9a-f]+\n){2,40}END BLOCK)"));
  auto compiled = Catalogue::compile(std::move(rules));
  EXPECT_TRUE(compiled.has_value()) << compiled.error().detail();
  return compiled ? std::move(*compiled) : nullptr;
}

std::string piece(Rng& rng) {
  switch (rng.below(9)) {
    case 0:
      return "acme_" + rng.hex(6) + " ";
    case 1:
      return "token = \"" + rng.hex(5 + rng.below(12)) + "\"\n";
    case 2:
      return "\nkey:" + rng.hex(4) + "\n";
    case 3: {
      std::string block = "BEGIN BLOCK\n";
      for (std::uint64_t i = 2 + rng.below(20); i > 0; --i) block += rng.hex(30) + "\n";
      return block + "END BLOCK\n";
    }
    default:
      return rng.hex(1 + rng.below(20)) + (rng.below(4) == 0 ? "\n" : " ");
  }
}

std::string text_of(Rng& rng, std::size_t pieces) {
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) text += piece(rng);
  return text;
}

void edit(std::string& text, Rng& rng) {
  for (std::uint64_t edits = 1 + rng.below(5); edits > 0; --edits) {
    const std::size_t at = rng.below(text.size() + 1);
    switch (rng.below(4)) {
      case 0:
        text.insert(at, text_of(rng, 1 + rng.below(3)));
        break;
      case 1:
        text.erase(at, rng.below(50));
        break;
      case 2:
        text.insert(at, text.substr(rng.below(text.size() + 1), rng.below(300)));
        break;
      default:
        text.insert(at, std::string(1, "\n \"=x"[rng.below(5)]));
    }
  }
}

std::string import_stream(Rng& rng) {
  std::string stream;
  std::string text = text_of(rng, 100 + rng.below(400));
  for (std::uint64_t i = 0; i < 10; ++i) {
    edit(text, rng);
    stream += "commit refs/heads/main\ncommitter A <a@b.test> " +
              std::to_string(1'700'000'000 + i) +
              " +0000\ndata 1\nx\nM 100644 inline f.txt\ndata " + std::to_string(text.size()) +
              "\n" + text + "\n";
  }
  return stream;
}

TEST(HistoryScan, DeltasHoldWhatWholeObjectsHold) {
  const auto rules = catalogue();
  ASSERT_NE(rules, nullptr);
  SeededRng rng(77);
  Sandbox sandbox;
  std::size_t deltas = 0;
  for (int history = 0; history < 20; ++history) {
    const std::string name = "r" + std::to_string(history);
    sandbox.init(name, {"--bare"});
    sandbox.git(name, {"-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"},
                import_stream(rng));
    sandbox.git(name, {"repack", "-adfq", "--window=20"});
    auto source = GitSource::open(sandbox.path(name));
    ASSERT_TRUE(source.has_value());
    Values by_delta;
    Values by_whole;
    Scanner delta_scanner(*rules, by_delta);
    Scanner whole_scanner(*rules, by_whole);
    WholeDocuments whole(whole_scanner);
    Coverage coverage;
    ASSERT_TRUE((*source)->read(delta_scanner, coverage).has_value());
    ASSERT_TRUE((*source)->read(whole, coverage).has_value());
    EXPECT_FALSE(by_whole.all.empty());
    EXPECT_EQ(by_delta.all, by_whole.all) << name;
    deltas += whole.deltas;
  }
  EXPECT_GT(deltas, 100u);
}

}  // namespace
}  // namespace lr::secrets::git
