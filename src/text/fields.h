// HTTP field lists (RFC 9110 section 5). Fields holds views and is used on the request path;
// Headers owns its strings and is used everywhere else. Names compare without regard to case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lr::text {

/// ASCII case-insensitive equality, as field names and most tokens need it.
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string lower_ascii(std::string_view text);
/// Without leading and trailing spaces and tabs (OWS).
std::string_view trim_ows(std::string_view text);
/// RFC 9110 token (at least one tchar, nothing else).
bool is_token(std::string_view text);
/// May stand as a field value: no CR, LF, NUL or other control character but tab.
bool is_field_value(std::string_view text);

struct Field {
  std::string_view name;
  std::string_view value;
};

/// A list of views; whoever fills it keeps the bytes alive.
class Fields {
 public:
  void add(std::string_view name, std::string_view value) { fields_.push_back({name, value}); }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  /// The first value, or nullopt.
  std::optional<std::string_view> get(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  /// True when one of the comma-separated members of all fields of that name equals `token`.
  bool has_token(std::string_view name, std::string_view token) const;
  void clear() { fields_.clear(); }
  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

/// The owning list.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}
  explicit Headers(const Fields& fields);
  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  /// The first value, or nullopt. The view lives until the list changes.
  std::optional<std::string_view> get(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  Fields view() const;
  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Header> fields_;
};

}  // namespace lr::text
