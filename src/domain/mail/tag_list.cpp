#include "domain/mail/tag_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/ascii.h"

namespace lr::domain {
namespace {

using std::string_view;

constexpr string_view kFolding = " \t\r\n";
constexpr std::size_t kTagsMax = 100;

bool is_alpha(char c) { return text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z'; }

/// tag-name = ALPHA *ALNUMPUNC
bool is_tag_name(string_view name) {
  return !name.empty() && is_alpha(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || text::is_digit(c) || c == '_';
  });
}

}  // namespace

std::string_view trim_folding(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kFolding);
  if (begin == string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kFolding) - begin + 1);
}

std::string without_folding(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return kFolding.contains(c); });
  return out;
}

Result<TagList> TagList::parse(std::string_view text) {
  TagList list;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const string_view part = text.substr(at, end - at);
    const bool last = end == text.size();
    const string_view trimmed = trim_folding(part);
    if (trimmed.empty() && last && !list.tags_.empty()) break;
    const std::size_t equals = trimmed.find('=');
    if (equals == string_view::npos) {
      return fail(Code::kInvalidArgument,
                  fmt::format("column {}: '{}' is no tag", at + 1, trimmed));
    }
    const string_view name = trim_folding(trimmed.substr(0, equals));
    const auto begin = static_cast<std::size_t>(trimmed.data() - text.data());
    if (!is_tag_name(name)) {
      return fail(Code::kInvalidArgument,
                  fmt::format("column {}: '{}' is no name of a tag", begin + 1, name));
    }
    if (list.find(name) != nullptr || list.tags_.size() == kTagsMax) {
      return fail(Code::kInvalidArgument,
                  fmt::format("column {}: the tag {} comes twice", begin + 1, name));
    }
    list.tags_.push_back({.name = name,
                          .value = trim_folding(trimmed.substr(equals + 1)),
                          .begin = begin,
                          .end = begin + trimmed.size()});
    at = end + 1;
  }
  if (list.tags_.empty()) return fail(Code::kInvalidArgument, "there is no tag in it");
  return list;
}

const Tag* TagList::find(std::string_view name) const {
  const auto found = std::ranges::find(tags_, name, &Tag::name);
  return found == tags_.end() ? nullptr : &*found;
}

std::optional<std::string_view> TagList::value(std::string_view name) const {
  const Tag* tag = find(name);
  return tag == nullptr ? std::nullopt : std::optional(tag->value);
}

}  // namespace lr::domain
