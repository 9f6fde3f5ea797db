#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "contract/problems.h"
#include "contract/shape.h"
#include "contract/values.h"
#include "text/fields.h"
#include "text/nearest.h"

namespace lr::contract {
namespace {

using text::YamlEntry;
using text::YamlNode;
using Kind = Shape::Kind;

bool is_plain_non_text(const YamlNode& node) {
  if (node.quoted) return false;
  const std::string_view text = node.scalar;
  if (text == "true" || text == "false") return true;
  if (std::ranges::count(text, '.') > 1) return false;  // An IPv4 address is no number.
  const bool digits = text.find_first_not_of("0123456789.+-eE") == std::string_view::npos;
  return digits && text.find_first_of("0123456789") != std::string_view::npos;
}

std::string_view kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "something else";
}

std::string wanted(const Shape& shape) {
  switch (shape.kind) {
    case Kind::kScalar:
      return std::string(shape.scalar->what);
    case Kind::kMap:
      return "a map with keys";
    case Kind::kNamed:
      return "a map from names";
    case Kind::kList:
      return "a list";
    case Kind::kJson:
      return "a JSON body";
    case Kind::kChoice:
      break;
  }
  std::string out;
  for (const Shape* option : shape.options) {
    if (!out.empty()) out += ", or ";
    out += wanted(*option);
  }
  return out;
}

std::string joined(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

/// One node of the file while it is checked.
class Checker {
 public:
  explicit Checker(Problems& problems) : problems_(problems) {}
  void check(const YamlNode& node, const Shape& shape, const std::string& path);

 private:
  void check_map(const YamlNode& node, const Shape& shape, const std::string& path);
  void check_named(const YamlNode& node, const Shape& shape, const std::string& path);
  void check_list(const YamlNode& node, const Shape& shape, const std::string& path);
  void check_scalar(const YamlNode& node, const Scalar& scalar, const std::string& path);
  void check_number(const YamlNode& node, const Scalar& scalar, const std::string& path);
  void unknown_key(const YamlEntry& entry, const Shape& shape, const std::string& path);

  Problems& problems_;
};

void Checker::check(const YamlNode& node, const Shape& shape, const std::string& path) {
  const Shape* fit = fitting_shape(shape, node);
  if (fit == nullptr) {
    problems_.error(node.mark, path,
                    fmt::format("must be {}, found {}", wanted(shape), kind_name(node)));
    return;
  }
  if (node.kind == YamlNode::Kind::kNull) return;
  switch (fit->kind) {
    case Kind::kMap:
      return check_map(node, *fit, path);
    case Kind::kNamed:
      return check_named(node, *fit, path);
    case Kind::kList:
      return check_list(node, *fit, path);
    case Kind::kScalar:
      return check_scalar(node, *fit->scalar, path);
    case Kind::kJson:
    case Kind::kChoice:
      return;
  }
}

void Checker::unknown_key(const YamlEntry& entry, const Shape& shape, const std::string& path) {
  std::string message = fmt::format("unknown key {}", in_quotes(entry.key));
  std::vector<std::string_view> known;
  for (const Key& key : shape.keys) known.push_back(key.name);
  const std::string_view near = text::nearest(entry.key, known);
  const bool later =
      path.empty() && std::ranges::find(later_sections(), entry.key) != later_sections().end();
  if (later) {
    message = fmt::format("\"{}\" is not supported by this version", entry.key);
  } else if (!near.empty()) {
    message += fmt::format("; did you mean \"{}\"?", near);
  } else {
    message += fmt::format("; known here: {}", joined(known));
  }
  problems_.error(entry.mark, path, message);
}

void Checker::check_map(const YamlNode& node, const Shape& shape, const std::string& path) {
  for (const YamlEntry& entry : node.entries) {
    const auto key = std::ranges::find(shape.keys, std::string_view(entry.key), &Key::name);
    if (key == shape.keys.end()) {
      unknown_key(entry, shape, path);
    } else {
      check(entry.value, *key->shape, path_of(path, entry.key));
    }
  }
  for (const Key& key : shape.keys) {
    if (key.required && node.find(key.name) == nullptr) {
      problems_.error(node.mark, path, fmt::format("\"{}\" is missing: {}", key.name, key.doc));
    }
  }
}

void Checker::check_named(const YamlNode& node, const Shape& shape, const std::string& path) {
  for (const YamlEntry& entry : node.entries) {
    const bool sound = shape.grant_names ? is_grant_name(entry.key) : is_name(entry.key);
    if (!sound) {
      problems_.error(
          entry.mark, path,
          fmt::format("{} is not a name: use letters, digits, '-' and '_'", in_quotes(entry.key)));
    }
    check(entry.value, *shape.item, path_of(path, entry.key));
  }
  if (shape.items_max != 0 && node.entries.size() > shape.items_max) {
    problems_.error(node.mark, path, fmt::format("more than {} entries", shape.items_max));
  }
}

void Checker::check_list(const YamlNode& node, const Shape& shape, const std::string& path) {
  if (node.items.size() < shape.items_min) {
    problems_.error(node.mark, path, "must not be empty");
  }
  if (shape.items_max != 0 && node.items.size() > shape.items_max) {
    problems_.error(node.mark, path, fmt::format("more than {} entries", shape.items_max));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    check(node.items[i], *shape.item, path_of(path, i));
  }
}

void Checker::check_number(const YamlNode& node, const Scalar& scalar, const std::string& path) {
  const auto count = node.quoted ? std::nullopt : parse_count(node.scalar);
  if (!count) {
    problems_.error(node.mark, path,
                    fmt::format("must be {}, not {}", scalar.what, in_quotes(node.scalar)));
  } else if (*count < scalar.min || (scalar.max != 0 && *count > scalar.max)) {
    problems_.error(node.mark, path,
                    fmt::format("must be between {} and {}", scalar.min, scalar.max));
  }
}

void Checker::check_scalar(const YamlNode& node, const Scalar& scalar, const std::string& path) {
  const std::string_view text = node.scalar;
  if (scalar.type == Scalar::Type::kInteger) return check_number(node, scalar, path);
  if (scalar.secret && !parse_secret_ref(text)) {
    problems_.error(node.mark, path,
                    "a secret must not stand in the contract: put it into an environment variable "
                    "and write ${NAME}, or into a file and write file:path");
    return;
  }
  if (scalar.type == Scalar::Type::kString && is_plain_non_text(node)) {
    problems_.error(node.mark, path,
                    fmt::format("must be text: write it in quotes, \"{}\"", text.substr(0, 40)));
    return;
  }
  if (scalar.type == Scalar::Type::kBoolean && node.quoted) {
    problems_.error(node.mark, path, "must be true or false, without quotes");
    return;
  }
  if (!scalar.choices.empty()) {
    if (std::ranges::find(scalar.choices, text) != scalar.choices.end()) return;
    const std::string_view near = text::nearest(text, scalar.choices);
    problems_.error(
        node.mark, path,
        near.empty()
            ? fmt::format("{} is not one of {}", in_quotes(text), joined(scalar.choices))
            : fmt::format("{} is not known here; did you mean \"{}\"?", in_quotes(text), near));
    return;
  }
  if (scalar.accepts != nullptr && !scalar.accepts(text)) {
    problems_.error(node.mark, path, fmt::format("{} is not {}", in_quotes(text), scalar.what));
  }
}

/// Keys whose values are secrets wherever they stand, also inside JSON bodies.
bool names_a_secret(std::string_view key) {
  constexpr std::array<std::string_view, 9> kNames = {
      "password", "passwd",      "secret",       "client_secret", "api_key",
      "apikey",   "private_key", "access_token", "refresh_token"};
  return std::ranges::find(kNames, text::lower_ascii(key)) != kNames.end();
}

/// "{password}" is replaced when audit logs in; "${NAME}" and "file:" are references.
bool is_reference_or_placeholder(std::string_view text) {
  return text.empty() || parse_secret_ref(text).has_value() ||
         (text.starts_with('{') && text.ends_with('}'));
}

void check_secret_entry(const YamlEntry& entry, const std::string& path, Problems& problems) {
  if (!entry.value.is_scalar() || !names_a_secret(entry.key)) return;
  if (is_reference_or_placeholder(entry.value.scalar)) return;
  problems.secret(entry.value.mark, path,
                  "a secret must not stand in the contract: write ${NAME}, file:path or a "
                  "placeholder such as {password}");
}

}  // namespace

std::string path_of(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key) : fmt::format("{}.{}", parent, key);
}

std::string path_of(std::string_view parent, std::size_t index) {
  return fmt::format("{}[{}]", parent, index);
}

const Shape* fitting_shape(const Shape& shape, const YamlNode& node) {
  switch (shape.kind) {
    case Kind::kJson:
      return &shape;
    case Kind::kScalar:
      return node.is_scalar() ? &shape : nullptr;
    case Kind::kList:
      return node.is_sequence() ? &shape : nullptr;
    case Kind::kMap:
    case Kind::kNamed:
      if (node.kind == YamlNode::Kind::kNull && shape.may_be_empty) return &shape;
      return node.is_map() ? &shape : nullptr;
    case Kind::kChoice:
      break;
  }
  for (const Shape* option : shape.options) {
    if (const Shape* fit = fitting_shape(*option, node)) return fit;
  }
  return nullptr;
}

void check_shape(const YamlNode& node, const Shape& shape, const std::string& path,
                 Problems& problems) {
  Checker(problems).check(node, shape, path);
}

void check_no_credentials(const YamlNode& node, const std::string& path, Problems& problems) {
  constexpr std::string_view kMessage =
      "this looks like a credential: take it out, replace it where it is valid, and refer to it "
      "by ${NAME}";
  if (node.is_scalar() && looks_like_credential(node.scalar)) {
    problems.secret(node.mark, path, std::string(kMessage));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    check_no_credentials(node.items[i], path_of(path, i), problems);
  }
  for (const YamlEntry& entry : node.entries) {
    if (looks_like_credential(entry.key)) {
      problems.secret(entry.mark, path, std::string(kMessage));
      continue;
    }
    check_secret_entry(entry, path_of(path, entry.key), problems);
    check_no_credentials(entry.value, path_of(path, entry.key), problems);
  }
}

}  // namespace lr::contract
