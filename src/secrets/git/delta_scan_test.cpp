// Looking only at what deltas change finds what looking at everything finds.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/rng.h"
#include "secrets/git/git_source.h"
#include "secrets/git/testing/sandbox.h"

namespace lr::secrets::git {
namespace {

using testing::Sandbox;

/// Finds every "<dddd>"; of changed documents only what touches a change or spans a cut.
class TokenVisitor final : public DocumentVisitor {
 public:
  void visit(const Document& document) override {
    const Range all{0, document.bytes.size() + 1};
    collect(document.bytes, {&all, 1});
  }
  void visit_changed(const Document& document, std::span<const Range> changed) override {
    ++deltas;
    for (std::size_t i = 1; i < changed.size(); ++i) {
      EXPECT_LT(changed[i - 1].end, changed[i].begin) << "ranges are sorted and do not touch";
    }
    if (!changed.empty()) EXPECT_LE(changed.back().end, document.bytes.size());
    collect(document.bytes, changed);
  }
  void collect(std::string_view bytes, std::span<const Range> changed) {
    for (std::size_t at = bytes.find('<'); at != std::string_view::npos;
         at = bytes.find('<', at + 1)) {
      const std::size_t end = at + 6;
      if (end > bytes.size() || bytes[end - 1] != '>') continue;
      if (bytes.substr(at + 1, 4).find_first_not_of("0123456789") != std::string_view::npos)
        continue;
      while (!changed.empty() && changed.front().end <= at) changed = changed.subspan(1);
      if (changed.empty()) return;
      if (changed.front().begin < end) tokens.emplace(bytes.substr(at, 6));
    }
  }

  std::set<std::string> tokens;
  std::size_t deltas = 0;
};

std::string token(Rng& rng) {
  std::string digits = std::to_string(10'000 + rng.below(10'000)).substr(1);
  return "<" + digits + ">";
}

/// Words, lines and tokens; some tokens broken in two by what later edits take away.
std::string words(Rng& rng, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    switch (rng.below(8)) {
      case 0:
        text += token(rng);
        break;
      case 1:
        text += token(rng).insert(1 + rng.below(5), "broken by this");
        break;
      case 2:
        text += '\n';
        break;
      default:
        text += rng.hex(1 + rng.below(12)) + " ";
    }
  }
  return text;
}

void edit(std::string& text, Rng& rng) {
  for (std::uint64_t edits = 1 + rng.below(4); edits > 0; --edits) {
    const std::size_t at = rng.below(text.size() + 1);
    const std::size_t size = rng.below(60);
    switch (rng.below(5)) {
      case 0:
        text.insert(at, words(rng, 1 + rng.below(4)));
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:  // A piece moves: cuts on three sides.
        text.insert(rng.below(text.size() + 1), text.substr(at, size * 4));
        break;
      case 3:
        text.replace(at, size, words(rng, 2));
        break;
      default: {  // What broke a token goes away.
        const std::size_t broken = text.find("broken by this", at);
        if (broken != std::string::npos) text.erase(broken, 14);
      }
    }
  }
}

std::string import_stream(Rng& rng) {
  std::string stream;
  std::string text = words(rng, 50 + rng.below(400));
  const std::uint64_t commits = 3 + rng.below(12);
  for (std::uint64_t i = 0; i < commits; ++i) {
    edit(text, rng);
    stream += "commit refs/heads/main\ncommitter A <a@b.test> " +
              std::to_string(1'700'000'000 + i) +
              " +0000\ndata 1\nx\nM 100644 inline f.txt\ndata " + std::to_string(text.size()) +
              "\n" + text + "\n";
  }
  return stream;
}

std::uint64_t packs_to_make() {
  const char* wanted = std::getenv("LR_GIT_PACKS");
  return wanted == nullptr ? 60 : std::strtoull(wanted, nullptr, 10);
}

TEST(DeltaScan, FindsWhatTheFullScanFinds) {
  SeededRng rng(2024);
  std::size_t deltas = 0;
  std::size_t tokens = 0;
  Sandbox sandbox;
  for (std::uint64_t pack = 0; pack < packs_to_make(); ++pack) {
    sandbox.init("r", {"--bare"});
    sandbox.git("r", {"-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"},
                import_stream(rng));
    if (pack % 3 != 0) {
      sandbox.git("r", {"-c", pack % 2 == 0 ? "repack.useDeltaBaseOffset=false" : "gc.auto=0",
                        "repack", "-adfq", "--window=20"});
    }
    TokenVisitor full;
    const std::string all = sandbox.git("r", {"cat-file", "--batch-all-objects", "--batch"});
    const Range everything{0, all.size()};
    full.collect(all, {&everything, 1});
    auto source = GitSource::open(sandbox.path("r"));
    ASSERT_TRUE(source.has_value());
    TokenVisitor visitor;
    Coverage coverage;
    ASSERT_TRUE((*source)->read(visitor, coverage).has_value());
    EXPECT_TRUE(coverage.complete());
    ASSERT_EQ(visitor.tokens, full.tokens) << "pack " << pack;
    deltas += visitor.deltas;
    tokens += full.tokens.size();
    std::filesystem::remove_all(sandbox.path("r"));
  }
  RecordProperty("tokens", static_cast<int>(tokens));
  EXPECT_GT(deltas, packs_to_make()) << "deltas were looked at as deltas";
  EXPECT_GT(tokens, packs_to_make() * 10);
}

}  // namespace
}  // namespace lr::secrets::git
