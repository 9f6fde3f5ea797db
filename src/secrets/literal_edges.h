// What must stand around a literal for a match to hold it. A rule's literal may be a word that
// stands all over a text where its pattern never matches; a look at the byte behind it costs less
// than a search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "secrets/pattern.h"

namespace lr::secrets {

struct LiteralEdges {
  /// One of these comes behind a literal of that length, unless the text ends.
  struct Behind {
    std::size_t length = 0;
    ByteSet bytes;
  };
  std::vector<Behind> behind;  ///< None: every byte may come.
  bool at_line_start = false;  ///< A match begins where a line or the text does.
  std::string word;            ///< A match holds this, too; "": nothing more.
};
/// Of every match of the pattern that holds one of the literals where the anchors say.
LiteralEdges literal_edges(const PatternNode& tree, const AnchorSet& anchors);

/// A literal in a text, and how far before it a match begins.
struct LiteralPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t min_offset = 0;
  std::uint32_t max_offset = 0;
};
/// False: no match holds the literal that stands there.
bool may_be_held(const LiteralEdges& edges, std::string_view bytes, const LiteralPlace& literal);

/// The edges of the literals that a rule is found by, worked out when they are first needed; safe
/// from several threads. Nothing is known where matches may be wider than is searched.
class LazyEdges {
 public:
  LazyEdges(std::string pattern, std::uint32_t max_width)
      : pattern_(std::move(pattern)), max_width_(max_width) {}
  const LiteralEdges& get() const;

 private:
  std::string pattern_;
  std::uint32_t max_width_;
  mutable std::once_flag once_;
  mutable LiteralEdges edges_;
};

}  // namespace lr::secrets
