#include <algorithm>
#include <string>

#include "crypto/digest.h"
#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEFabcdef";

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=';
}

/// The bytes of a base64 body as it stands in files and in string literals: line ends, blanks,
/// quotes, "\n" written out, "+" between literals.
std::string plain_body(std::string_view body) {
  std::string plain;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    const bool escaped_line_end =
        c == '\\' && i + 1 < body.size() && (body[i + 1] == 'n' || body[i + 1] == 'r');
    if (escaped_line_end) ++i;
    if (is_base64_digit(c)) plain += c;
  }
  return plain;
}

/// What joins one literal of a program to the next, and escaped line ends.
void trim_line_end(std::string_view& line) {
  constexpr std::string_view kMarks = " \t\r\"',;)";
  while (!line.empty()) {
    const char before = line.size() > 1 ? line[line.size() - 2] : ' ';
    const bool joins = line.back() == '+' && kMarks.contains(before);
    if (line.ends_with("\\n") || line.ends_with("\\r")) {
      line.remove_suffix(2);
    } else if (joins || kMarks.contains(line.back())) {
      line.remove_suffix(1);
    } else {
      return;
    }
  }
}

/// The same for lines that start with something else, such as the time in a log, or are literals
/// that "+" joins: the last word of each. What is before "-----END" starts the last line.
std::string last_words(std::string_view body) {
  std::string plain;
  for (std::size_t end = body.find('\n'); end != std::string_view::npos; end = body.find('\n')) {
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    trim_line_end(line);
    std::size_t start = line.size();
    while (start > 0 && is_base64_digit(line[start - 1])) --start;
    plain += line.substr(start);
  }
  return plain;
}

/// Behind "Proc-Type: 4,ENCRYPTED" (RFC 1421) the key is encrypted and starts at the blank line,
/// which is hard to tell in a program's literals or a patch: also behind the last header, which
/// ends with an initialization vector in hex.
bool skip_headers(std::string_view& body) {
  const bool encrypted = body.find("ENCRYPTED") != std::string_view::npos;
  if (const std::size_t last = body.find("DEK-Info:"); last != std::string_view::npos) {
    const std::size_t vector = std::min(body.find(',', last), body.size() - 1) + 1;
    body.remove_prefix(std::min(body.find_first_not_of(kHexDigits, vector), body.size()));
    return encrypted;
  }
  for (std::string_view blank : {"\n\n", "\r\n\r\n", "\\n\\n"}) {
    const std::size_t at = body.find(blank);
    if (body.find(':') < at && at != std::string_view::npos) body = body.substr(at + blank.size());
  }
  return encrypted;
}

/// What the base64 of a block's body proves about it.
Proven prove_body(std::string_view name, std::string_view base64, bool encrypted) {
  const auto der = crypto::base64_decode(base64);
  if (!der) return {};
  if (name.starts_with("OPENSSH")) return {der->starts_with("openssh-key-v1"), ""};
  if (encrypted) return {der->size() >= 32, "encrypted"};
  return prove_der(*der);
}

/// As much as a key on a small curve has, of characters that are as even as those of a key. Prose
/// shows less, or has dots where something was left out.
bool looks_like_key(std::string_view body, std::string_view base64) {
  constexpr std::size_t kLeast = 120;
  constexpr double kEven = 5;  // Bits per character; 6 if all of base64 came alike.
  return base64.size() >= kLeast && shannon_entropy(base64) >= kEven && !body.contains("..") &&
         !is_placeholder(base64);
}

}  // namespace

Proven prove_pem(std::string_view block) {
  constexpr std::string_view kDashes = "-----";
  const std::size_t begin = block.find("-----BEGIN ");
  if (begin == std::string_view::npos) return {};
  const std::size_t label = begin + 11;
  const std::size_t label_end = block.find(kDashes, label);
  if (label_end == std::string_view::npos) return {};
  const std::string_view name = block.substr(label, label_end - label);
  const std::size_t end = block.find("-----END", label_end + kDashes.size());
  if (end == std::string_view::npos) return {};
  std::string_view body =
      block.substr(label_end + kDashes.size(), end - label_end - kDashes.size());
  const bool encrypted = skip_headers(body) || name.starts_with("ENCRYPTED");
  const std::string base64 = plain_body(body);
  if (name.starts_with("PGP")) {  // A line "=XXXX" with a checksum follows the data.
    const std::size_t sum = base64.find('=');
    return {sum != std::string::npos && base64.size() > 200, ""};
  }
  Proven proven = prove_body(name, base64, encrypted);
  if (!proven.holds) proven = prove_body(name, last_words(body), encrypted);
  if (proven.holds || !looks_like_key(body, base64)) return proven;
  return {.holds = true, .note = "does not decode: it was changed or cut off", .sure = false};
}

}  // namespace lr::secrets
