// The secrets that were reported in a layer, asked again when pieces of it are seen decoded.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "secrets/document.h"

namespace lr::secrets {

/// Of one text, which outlives it.
class Reported {
 public:
  explicit Reported(std::string_view text) : text_(text) {}
  void add(Range secret);
  /// Whether a secret with these bytes was reported that touches `within`.
  bool holds(std::string_view secret, Range within);
  /// The same, but at little cost: false may be wrong where secrets are not asked for in order.
  bool holds_next(std::string_view secret, Range within);

 private:
  bool is_at(std::size_t index, std::string_view secret, Range within) const;
  bool is_known(std::string_view secret, Range within);

  std::string_view text_;
  std::vector<Range> secrets_;
  bool sorted_ = true;    ///< By their begins.
  std::size_t last_ = 0;  ///< The one found last: they are mostly asked for in order.
  /// By their texts, each with its places, rising; made when first needed.
  std::unordered_map<std::string_view, std::vector<std::size_t>> places_;
};

}  // namespace lr::secrets
