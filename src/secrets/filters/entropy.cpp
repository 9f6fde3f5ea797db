#include <array>
#include <cmath>
#include <cstdint>

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

/// Of small sizes, as std::log2 says it.
const std::array<double, 64>& small_logarithms() {
  static const auto kLogarithms = [] {
    std::array<double, 64> logarithms{};
    for (std::size_t i = 1; i < logarithms.size(); ++i) {
      logarithms[i] = std::log2(static_cast<double>(i));
    }
    return logarithms;
  }();
  return kLogarithms;
}

/// Count: wide enough for the text's size; the counts of all bytes are cleared for each text.
template <class Count>
double entropy_of(std::string_view text) {
  std::array<Count, 256> counts{};
  for (char c : text) ++counts[static_cast<std::uint8_t>(c)];
  const auto& small = small_weights();
  double sum = 0;
  for (char c : text) {  // Each byte that occurs, once.
    Count& count = counts[static_cast<std::uint8_t>(c)];
    sum += count < small.size() ? small[count] : weight(count);
    count = 0;
  }
  const auto size = static_cast<double>(text.size());
  const bool is_small = text.size() < small_logarithms().size();
  return (is_small ? small_logarithms()[text.size()] : std::log2(size)) - sum / size;
}

}  // namespace

double shannon_entropy(std::string_view text) {
  if (text.empty()) return 0;
  return text.size() <= UINT8_MAX ? entropy_of<std::uint8_t>(text)
                                  : entropy_of<std::uint32_t>(text);
}

}  // namespace lr::secrets
