#include "secrets/filters/filters.h"
#include "secrets/samples.h"

namespace lr::secrets {

bool has_crc32_ending(std::string_view token) {
  constexpr std::size_t kDigits = 6;
  token = token.substr(token.rfind('_') + 1);
  if (token.size() <= kDigits) return false;
  const std::size_t split = token.size() - kDigits;
  return crc32_base62(token.substr(0, split)) == token.substr(split);
}

}  // namespace lr::secrets
