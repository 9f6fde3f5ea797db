#include <array>
#include <cmath>

#include "secrets/filters/filters.h"

namespace lr::secrets {

double shannon_entropy(std::string_view text) {
  std::array<std::uint32_t, 256> counts{};
  for (char c : text) ++counts[static_cast<std::uint8_t>(c)];
  double bits = 0;
  for (std::uint32_t count : counts) {
    if (count == 0) continue;
    const double p = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= p * std::log2(p);
  }
  return bits;
}

}  // namespace lr::secrets
