#include "domain/idn.h"

#include <fmt/format.h>
#include <idn2.h>

#include <memory>

#include "domain/zone.h"

namespace lr::domain {
namespace {

struct Free {
  void operator()(char* text) const { idn2_free(text); }
};

/// The most that one name can take before it is mapped: four bytes a character.
constexpr std::size_t kNameBytesMax = 4 * 253;

}  // namespace

Result<std::string> to_ascii_name(std::string_view name) {
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kInvalidArgument,
                fmt::format("\"{}\" is no domain name: {}", name.substr(0, 80), why));
  };
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return wrong("it is empty");
  if (name.size() > kNameBytesMax) return wrong("it is too long");
  char* converted = nullptr;
  const std::string text(name);
  const int code =
      idn2_to_ascii_8z(text.c_str(), &converted, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, Free> owned(converted);
  if (code != IDN2_OK) return wrong(idn2_strerror(code));
  std::string out = canonical_name(owned.get());
  if (!is_askable(out)) return wrong("a label has 1 to 63 bytes, a name at most 253");
  for (const char c : out) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!fits) return wrong("a host name has letters, digits, hyphens and dots");
  }
  return out;
}

std::string zone_apex(Resolver& resolver, std::string_view host) {
  std::string name = canonical_name(host);
  while (!name.empty()) {
    const Answer answer = resolver.query(name, RecordType::kSoa);
    // An alias answers with the record of where it leads, which is another zone's.
    if (answer.outcome == Outcome::kAnswer && answer.aliases.empty()) return name;
    const std::size_t dot = name.find('.');
    if (answer.failed() || dot == std::string::npos) return "";
    name.erase(0, dot + 1);
  }
  return "";
}

}  // namespace lr::domain
