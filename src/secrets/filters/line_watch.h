// What stands on a line is asked for every match on it, and the lines of bundles have no end: what
// was read around one match is not read again around the next.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "secrets/catalogue_impl.h"
#include "secrets/document.h"

namespace lr::secrets {

/// For one text, which outlives it.
class LineWatch {
 public:
  explicit LineWatch(std::string_view text) : text_(text) {}
  /// False: the patterns say no to `line`, a piece of the text. True: they have to be asked.
  bool may_match(const AnyPattern& patterns, std::string_view line);

 private:
  struct Watched {
    const AnyPattern* patterns = nullptr;
    Range last;                       ///< The line asked about last.
    Range read;                       ///< What `starts` are about.
    std::size_t step = 0;             ///< How much more is read next.
    std::vector<std::size_t> starts;  ///< Where matches may begin; not all that stand together.
  };
  Watched& watched(const AnyPattern& patterns);
  void read_to(Watched& watched, const AnyPattern::Start& start, std::size_t end) const;

  std::string_view text_;
  std::vector<Watched> all_;  ///< Few: hardly any list is about lines.
};

}  // namespace lr::secrets
