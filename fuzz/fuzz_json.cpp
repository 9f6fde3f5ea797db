// Strict JSON against Boost's own parser and against a count of its members.
#include <boost/json/parse.hpp>
#include <cstdint>
#include <string>

#include "fuzz/reach.h"
#include "text/json.h"
#include "text/utf8.h"

namespace lr::text {
namespace {

using fuzz::require;

enum class State { kAccepted, kMembers, kDuplicate, kRange, kSyntax };
fuzz::Reach<5> reach({"values accepted", "objects with members", "duplicate keys refused",
                      "numbers out of range", "bad syntax"});

/// Colons outside strings: as many as there are members, duplicates included.
std::size_t count_colons(std::string_view text) {
  std::size_t colons = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ':') {
      ++colons;
    }
  }
  return colons;
}

std::size_t count_members(const json::value& value) {
  std::size_t members = 0;
  if (value.is_object()) {
    for (const auto& member : value.get_object()) members += 1 + count_members(member.value());
  } else if (value.is_array()) {
    for (const auto& item : value.get_array()) members += count_members(item);
  }
  return members;
}

void check_refusal(std::string_view text, const Error& error) {
  const std::string& why = error.detail();
  require(why.starts_with("offset "), "a refusal names the offset");
  const bool duplicate = why.find("same key twice") != std::string::npos;
  const bool range = why.find("out of range") != std::string::npos;
  reach.mark(duplicate ? State::kDuplicate : range ? State::kRange : State::kSyntax);
  if (duplicate || range) return;
  json::error_code failed;
  json::parse(text, failed, {}, {.max_depth = limits::kJsonDepth});
  require(static_cast<bool>(failed), "what Boost accepts is refused for a reason of ours only");
}

void run(std::string_view text) {
  reach.run();
  const auto value = parse_json(text);
  if (!value) return check_refusal(text, value.error());
  reach.mark(State::kAccepted);
  const std::size_t members = count_members(*value);
  if (members > 0) reach.mark(State::kMembers);
  require(members == count_colons(text), "no member is lost");
  require(is_utf8(text), "what is accepted is UTF-8");
  const std::string canonical = canonical_json(*value);
  const auto again = parse_json(canonical);
  require(again.has_value() && canonical_json(*again) == canonical, "the canonical form is final");
  const auto pretty = parse_json(pretty_json(*value));
  require(pretty.has_value() && canonical_json(*pretty) == canonical, "pretty means the same");
}

}  // namespace
}  // namespace lr::text

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::text::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
