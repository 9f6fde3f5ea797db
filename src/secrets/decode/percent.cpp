#include "secrets/decode/append_utf8.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {

std::string decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t value = 0;
    if (text[i] == '%' && read_hex(text, i + 1, 2, value) == 2) {
      out += static_cast<char>(value);
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace lr::secrets
