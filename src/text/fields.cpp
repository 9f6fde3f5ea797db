#include "text/fields.h"

#include <algorithm>
#include <cstring>

#include "text/ascii.h"

namespace lr::text {
namespace {

constexpr CharTable make_value_table() {
  CharTable table{};
  for (unsigned c = 0x20; c < 256; ++c) table[c] = c == 0x7f ? 0 : 1;
  table['\t'] = 1;
  return table;
}
constexpr CharTable kValueChars = make_value_table();

/// True when none of the eight bytes is below 0x20 or equal to 0x7f; a tab is a false alarm that
/// the caller settles byte by byte.
bool eight_are_plain(const char* at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull;
  constexpr std::uint64_t kHighs = 0x8080808080808080ull;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const std::uint64_t low = (word - kOnes * 0x20) & ~word & kHighs;
  const std::uint64_t flipped = word ^ (kOnes * 0x7f);
  const std::uint64_t del = (flipped - kOnes) & ~flipped & kHighs;
  return (low | del) == 0;
}

template <class List>
std::size_t count_named(const List& list, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      list, [name](const auto& field) { return equals_ignoring_case(field.name, name); }));
}

template <class List>
std::optional<std::string_view> first_named(const List& list, std::string_view name) {
  for (const auto& field : list) {
    if (equals_ignoring_case(field.name, name)) return std::string_view(field.value);
  }
  return std::nullopt;
}

template <class List>
void erase_named(List& list, std::string_view name) {
  std::erase_if(list, [name](const auto& field) { return equals_ignoring_case(field.name, name); });
}

/// Keeps the place of the first field of that name, drops the others.
template <class List, class Value>
void set_named(List& list, std::string_view name, Value value) {
  const auto named = [name](const auto& field) { return equals_ignoring_case(field.name, name); };
  auto first = std::ranges::find_if(list, named);
  if (first == list.end()) {
    list.push_back({decltype(list.front().name)(name), std::move(value)});
    return;
  }
  first->value = std::move(value);
  list.erase(std::remove_if(first + 1, list.end(), named), list.end());
}

bool list_has_member(std::string_view list, std::string_view token) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(trim_ows(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return in_table(kTokenChars, c); });
}

bool is_field_value(std::string_view text) {
  while (text.size() >= 8 && eight_are_plain(text.data())) text.remove_prefix(8);
  return std::ranges::all_of(text, [](char c) { return in_table(kValueChars, c); });
}

void Fields::set(std::string_view name, std::string_view value) { set_named(fields_, name, value); }

void Fields::remove(std::string_view name) { erase_named(fields_, name); }

std::optional<std::string_view> Fields::get(std::string_view name) const {
  return first_named(fields_, name);
}

std::size_t Fields::count(std::string_view name) const { return count_named(fields_, name); }

bool Fields::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(fields_, [&](const Field& field) {
    return equals_ignoring_case(field.name, name) && list_has_member(field.value, token);
  });
}

Headers::Headers(const Fields& fields) {
  fields_.reserve(fields.size());
  for (const Field& field : fields) add(std::string(field.name), std::string(field.value));
}

void Headers::add(std::string name, std::string value) {
  fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string_view name, std::string value) {
  set_named(fields_, name, std::move(value));
}

void Headers::remove(std::string_view name) { erase_named(fields_, name); }

std::optional<std::string_view> Headers::get(std::string_view name) const {
  return first_named(fields_, name);
}

std::size_t Headers::count(std::string_view name) const { return count_named(fields_, name); }

Fields Headers::view() const {
  Fields views;
  for (const Header& field : fields_) views.add(field.name, field.value);
  return views;
}

}  // namespace lr::text
