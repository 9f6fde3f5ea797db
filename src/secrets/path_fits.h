// Which rules are looked for in a document with some path: asked for each rule once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "secrets/catalogue_impl.h"

namespace lr::secrets {

/// For one thread.
class PathFits {
 public:
  explicit PathFits(const Catalogue::Impl& catalogue);
  /// From now on it is about a document with this path, which has to live as long.
  void begin(std::string_view path);
  /// A rule without a path fits every document.
  bool fits(std::uint32_t rule) {
    if (known_[rule] == Known::kNot) ask(rule);
    return known_[rule] == Known::kFits;
  }

 private:
  enum class Known : std::uint8_t { kNot, kFits, kDoesNotFit };
  void ask(std::uint32_t rule);

  const Catalogue::Impl* catalogue_;
  std::string_view path_;
  std::vector<Known> known_;          ///< By rule.
  std::vector<std::uint32_t> asked_;  ///< Rules that are known for this path only.
};

}  // namespace lr::secrets
