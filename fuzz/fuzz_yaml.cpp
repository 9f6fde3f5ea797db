// YAML: places are inside the file, trees are within the bounds, keys are unique.
#include <charconv>
#include <cstdint>
#include <set>
#include <string>

#include "base/limits.h"
#include "fuzz/reach.h"
#include "text/yaml.h"

namespace lr::text {
namespace {

using fuzz::require;

enum class State { kAccepted, kMap, kSequence, kDuplicate, kAnchor, kRefused };
fuzz::Reach<6> reach({"documents accepted", "maps", "sequences", "duplicate keys refused",
                      "anchors refused", "documents refused"});

void check_tree(const YamlNode& node, std::size_t depth) {
  require(depth <= limits::kContractDepth, "the depth is bounded");
  require(node.mark.line >= 1 && node.mark.column >= 1, "places count from 1");
  std::set<std::string_view> keys;
  for (const YamlEntry& entry : node.entries) {
    require(keys.insert(entry.key).second, "keys are unique");
    check_tree(entry.value, depth + 1);
  }
  for (const YamlNode& item : node.items) check_tree(item, depth + 1);
  if (node.is_map()) reach.mark(State::kMap);
  if (node.is_sequence()) reach.mark(State::kSequence);
}

/// "f:LINE:COLUMN: why", with a line that the text has (or the one behind its end).
void check_refusal(std::string_view text, const std::string& detail) {
  require(detail.starts_with("f:"), "a refusal names the file");
  std::size_t line = 0;
  const char* end = detail.data() + detail.size();
  const auto parsed = std::from_chars(detail.data() + 2, end, line);
  require(parsed.ec == std::errc() && *parsed.ptr == ':', "a refusal names the line");
  std::size_t lines = 2;
  for (char c : text) lines += c == '\n' || c == '\r' ? 1 : 0;
  require(line >= 1 && line <= lines, "the line is one of the file");
  if (detail.find("is here twice") != std::string::npos) reach.mark(State::kDuplicate);
  if (detail.find("anchors") != std::string::npos) reach.mark(State::kAnchor);
  reach.mark(State::kRefused);
}

void run(std::string_view text) {
  reach.run();
  const auto root = parse_yaml(text, "f");
  if (!root) return check_refusal(text, root.error().detail());
  reach.mark(State::kAccepted);
  check_tree(*root, 0);
}

}  // namespace
}  // namespace lr::text

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::text::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
