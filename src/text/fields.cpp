#include "text/fields.h"

#include <algorithm>
#include <cstring>

#include "text/ascii.h"

namespace lr::text {
namespace {

std::uint64_t eight_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// to_lower() of eight bytes at once: in each byte that holds an ASCII capital, the bit 0x20 is
/// set. The additions never carry into the next byte, because the high bits are left out.
constexpr std::uint64_t eight_lower(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull;
  constexpr std::uint64_t kHighs = 0x80 * kOnes;
  const std::uint64_t low = word & ~kHighs;
  const std::uint64_t from_a = low + (0x80 - 'A') * kOnes;
  const std::uint64_t behind_z = low + (0x7f - 'Z') * kOnes;
  const std::uint64_t capital = (from_a ^ behind_z) & ~word & kHighs;
  return word | capital >> 2;
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
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) {
      if (to_lower(a[i]) != to_lower(b[i])) return false;
    }
    return true;
  }
  const auto same = [&](std::size_t at) {
    return eight_lower(eight_at(a.data() + at)) == eight_lower(eight_at(b.data() + at));
  };
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    if (!same(at)) return false;
  }
  return same(size - 8);  // Overlaps what was compared already.
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
  // Without a way out in the middle the compiler looks at many bytes at once.
  std::uint8_t control = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    const int here = static_cast<int>(byte < 0x20) & static_cast<int>(byte != '\t');
    control |= static_cast<std::uint8_t>(here | static_cast<int>(byte == 0x7f));
  }
  return control == 0;
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
