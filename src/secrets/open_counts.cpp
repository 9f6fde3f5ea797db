#include "secrets/open_counts.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "secrets/pattern.h"

namespace lr::secrets {
namespace {

/// Fewer copies are no burden.
constexpr std::uint32_t kMany = 16;
constexpr std::size_t kLevels = 3;

struct Count {
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::size_t size = 0;  ///< Of the text.
};

/// "{min,max}" at the front of a text.
std::optional<Count> count_at(std::string_view text) {
  Count count;
  const char* const end = text.data() + text.size();
  const auto min = std::from_chars(text.data() + 1, end, count.min);
  if (min.ec != std::errc() || min.ptr == end || *min.ptr != ',') return std::nullopt;
  const auto max = std::from_chars(min.ptr + 1, end, count.max);
  if (max.ec != std::errc() || max.ptr == end || *max.ptr != '}') return std::nullopt;
  count.size = static_cast<std::size_t>(max.ptr + 1 - text.data());
  return count;
}

/// Bytes of "\d", "\x7f", "\x{7f}" or "\.".
std::size_t escape_size(std::string_view text) {
  if (text.size() < 2 || text[1] != 'x') return std::min<std::size_t>(2, text.size());
  if (text.size() > 2 && text[2] == '{') return std::min(text.find('}'), text.size() - 1) + 1;
  return std::min<std::size_t>(4, text.size());
}

/// Bytes of "[^]a-z[:digit:]\]]".
std::size_t class_size(std::string_view text) {
  std::size_t at = text.starts_with("[^") ? 2 : 1;
  for (bool first = true; at < text.size() && (first || text[at] != ']'); first = false) {
    if (text.substr(at).starts_with("[:")) {
      at = std::min(text.find(":]", at), text.size() - 2) + 2;
    } else {
      at += text[at] == '\\' ? escape_size(text.substr(at)) : 1;
    }
  }
  return std::min(at + 1, text.size());
}

std::string opened(const Count& count) {
  if (count.min == 0) return "*";
  return count.min == 1 ? "+" : "{" + std::to_string(count.min) + ",}";
}

std::size_t token_size(std::string_view text) {
  if (text.front() == '[') return class_size(text);
  return text.front() == '\\' ? escape_size(text) : 1;
}

/// Opens the counts that only matches of more than `least` bytes can reach. All other bytes of a
/// match take `others` at least, but for what the counted byte takes of them.
std::optional<OpenCounts> opened_beyond(std::string_view pattern, std::uint32_t least,
                                        std::uint32_t others) {
  OpenCounts open;
  open.longest = kUnbounded;
  bool behind_byte = false;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::string_view rest = pattern.substr(at);
    const auto count = rest.front() == '{' ? count_at(rest) : std::nullopt;
    if (count) {
      const std::uint32_t longest = count->max + others - std::min(count->min, others);
      const bool opens = behind_byte && count->max >= kMany && longest > least;
      open.pattern += opens ? opened(*count) : rest.substr(0, count->size);
      if (opens) open.longest = std::min(open.longest, longest);
      behind_byte = false;
      at += count->size;
      continue;
    }
    const std::size_t size = token_size(rest);
    behind_byte = !std::string_view("(){}|*+?^$").contains(rest.front());
    open.pattern += rest.substr(0, size);
    at += size;
  }
  return open.longest == kUnbounded ? std::nullopt : std::optional(std::move(open));
}

}  // namespace

std::vector<OpenCounts> open_counts(std::string_view pattern) {
  std::vector<OpenCounts> all;
  for (const char* other : {"\\Q", "\\p", "\\P"}) {
    if (pattern.contains(other)) return all;
  }
  const auto tree = parse_pattern(pattern);
  const std::uint32_t others = tree ? std::min(pattern_width(*tree).min, kMany * kMany) : 0;
  while (all.size() < kLevels) {
    auto open = opened_beyond(pattern, all.empty() ? 0 : all.back().longest, others);
    if (!open) break;
    all.push_back(std::move(*open));
  }
  return all;
}

}  // namespace lr::secrets
