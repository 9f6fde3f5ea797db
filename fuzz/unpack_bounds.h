// What holds for every file that is unpacked, shared by the targets of the archive formats.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "fuzz/reach.h"
#include "secrets/sources/unpack.h"

namespace lr::fuzz {

/// Touches every byte it is shown and counts.
class CountingVisitor final : public secrets::DocumentVisitor {
 public:
  void visit(const secrets::Document& document) override {
    ++documents;
    bytes += document.bytes.size();
    deepest = std::max(deepest, document.via.size());
    for (const char c : document.bytes) sum += static_cast<std::uint8_t>(c);
  }
  void visit_changed(const secrets::Document& document,
                     std::span<const secrets::Range> changed) override {
    visit(document);
    for (const secrets::Range& range : changed) {
      require(range.begin <= range.end && range.end <= document.bytes.size(),
              "a changed range lies in its document");
    }
  }
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  std::uint64_t sum = 0;
  std::size_t deepest = 0;
};

inline constexpr secrets::sources::UnpackLimits kUnpackLimits = {.depth = 4,
                                                                 .members = 1'000,
                                                                 .total_bytes = 4 << 20,
                                                                 .member_bytes = 1 << 20,
                                                                 .free_bytes = 1 << 20,
                                                                 .ratio = 50};

/// Unpacks `text` and checks the bounds.
inline void unpack(std::string_view text, CountingVisitor& visitor, secrets::Coverage& coverage) {
  secrets::sources::MemoryBytes bytes(text);
  secrets::sources::Unpacker(visitor, coverage, kUnpackLimits).visit("input", bytes);
  require(visitor.documents > 0 || coverage.skipped > 0, "nothing disappears without a word");
  require(visitor.documents <= 4 * (kUnpackLimits.members + 10), "members are bounded");
  require(coverage.decoded_bytes <= kUnpackLimits.total_bytes + kUnpackLimits.member_bytes,
          "what is unpacked is bounded");
}

}  // namespace lr::fuzz
