// The shapes in which a known value may stand in a file, a log or a stream.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "secrets/exact/wiped_buffer.h"

namespace lr::secrets {

// X(enumerator, name in reports)
#define LR_ENCODINGS(X)                         \
  X(kPlain, "plain")                            \
  X(kBase64, "base64")                          \
  X(kBase64Url, "base64url")                    \
  X(kBase64Utf16, "base64 of utf-16le")         \
  X(kHexLower, "hex")                           \
  X(kHexUpper, "upper-case hex")                \
  X(kPercent, "percent-encoding")               \
  X(kPercentAll, "percent-encoding, all bytes") \
  X(kJson, "JSON string")                       \
  X(kUnicodeEscapes, "\\u escapes")             \
  X(kByteEscapes, "\\x escapes")                \
  X(kOctalEscapes, "octal escapes")             \
  X(kUtf16Le, "utf-16le")                       \
  X(kUtf16Be, "utf-16be")                       \
  X(kHtml, "HTML entities")                     \
  X(kQuoted, "shell or SQL quoting")            \
  X(kReversed, "reversed")                      \
  X(kOtherLines, "other line ends")

enum class Encoding : std::uint8_t {
#define LR_X(name, text) name,
  LR_ENCODINGS(LR_X)
#undef LR_X
};
std::string_view encoding_name(Encoding encoding);

/// A base64 character that holds bits of the value and bits of its neighbour: `bits` under `mask`
/// of its six. A mask of 0 is no character.
struct Base64Edge {
  std::uint8_t mask = 0;
  std::uint8_t bits = 0;

  bool needed() const { return mask != 0; }
  /// True for a character of either base64 alphabet that agrees.
  bool accepts(char byte) const;
};

/// One shape of a value: these bytes, with an edge character before and after them.
struct EncodedForm {
  Encoding encoding = Encoding::kPlain;
  std::string_view bytes;
  Base64Edge before;
  Base64Edge after;
};

/// Room that write_forms() needs at most for a value of so many bytes.
std::size_t forms_bytes_max(std::size_t value_bytes);

/// Writes every shape of `value` to `arena` and hands it to `take`, each distinct text once, the
/// plain value first. Shapes that need text (UTF-16, \u) are left out for a value that is no UTF-8.
void write_forms(std::string_view value, WipedBuffer& arena,
                 const std::function<void(const EncodedForm&)>& take);

}  // namespace lr::secrets
