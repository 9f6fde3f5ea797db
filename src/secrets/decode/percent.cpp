#include <algorithm>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {

std::string decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t plain = std::min(text.find('%'), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return out;
    std::uint32_t value = 0;
    const bool is_escape = read_hex(text, 1, 2, value) == 2;
    out += is_escape ? static_cast<char>(value) : '%';
    text.remove_prefix(is_escape ? 3 : 1);
  }
}

}  // namespace lr::secrets
