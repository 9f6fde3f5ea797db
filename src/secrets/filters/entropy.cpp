#include <array>
#include <cmath>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

double weight(std::size_t count) {
  return count == 0 ? 0 : static_cast<double>(count) * std::log2(static_cast<double>(count));
}

/// weight() of small counts, which are nearly all.
const std::array<double, 64>& small_weights() {
  static const auto kWeights = [] {
    std::array<double, 64> weights{};
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = weight(i);
    return weights;
  }();
  return kWeights;
}

}  // namespace

double shannon_entropy(std::string_view text) {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (char c : text) ++counts[static_cast<std::uint8_t>(c)];
  const auto& small = small_weights();
  double sum = 0;
  for (char c : text) {  // Each byte that occurs, once.
    std::uint32_t& count = counts[static_cast<std::uint8_t>(c)];
    sum += count < small.size() ? small[count] : weight(count);
    count = 0;
  }
  const auto size = static_cast<double>(text.size());
  return std::log2(size) - sum / size;
}

}  // namespace lr::secrets
