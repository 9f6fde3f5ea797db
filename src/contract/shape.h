// What a contract file may hold, declared once as data. The loader checks every file against it
// and export_schema() prints it, so neither can know a key that the other does not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "text/yaml.h"

namespace lr::contract {

class Problems;
struct Shape;

/// One notation of a single value.
struct Scalar {
  enum class Type : std::uint8_t { kString, kInteger, kBoolean, kIntegerOrString };
  std::string_view what;  ///< "a rate such as 10/min", for messages and descriptions.
  Type type = Type::kString;
  std::string_view pattern = {};  ///< For the exported schema; may be wider than `accepts`.
  bool (*accepts)(std::string_view text) = nullptr;
  std::uint64_t min = 0;
  std::uint64_t max = 0;  ///< For integers; 0 is no bound.
  std::span<const std::string_view> choices = {};
  bool secret = false;  ///< Must be a reference; the text is never quoted.
};

/// One key of a map with fixed keys.
struct Key {
  std::string_view name;
  const Shape* shape;
  std::string_view doc;
  bool required = false;
};

struct Shape {
  enum class Kind : std::uint8_t {
    kScalar,
    kMap,     ///< Fixed keys.
    kNamed,   ///< Names chosen by the author, each with the shape `item`.
    kList,    ///< Of `item`.
    kChoice,  ///< One of `options`, which differ in their YAML kind (scalar, list, map).
    kJson,    ///< Anything: a JSON body written as YAML.
  };
  Kind kind = Kind::kScalar;
  const Scalar* scalar = nullptr;
  std::span<const Key> keys = {};
  const Shape* item = nullptr;
  std::span<const Shape* const> options = {};
  std::size_t items_min = 0;
  std::size_t items_max = 0;  ///< 0 is no bound beyond the file's size.
  bool may_be_empty = false;  ///< A map that may be left empty: `viewer:`.
  bool grant_names = false;   ///< kNamed: names are roles rather than plain names.
};

/// The whole file.
const Shape& contract_shape();
/// An API key store file: a list of keys.
const Shape& api_key_list_shape();
/// Top-level keys that belong to the product but not to this version of the program.
std::span<const std::string_view> later_sections();

/// The option of a kChoice that a node of this YAML kind means; null when none does. Other shapes
/// stand for themselves, null when the node's kind is wrong.
const Shape* fitting_shape(const Shape& shape, const text::YamlNode& node);

/// Reports unknown and missing keys, wrong kinds and values that are not in their notation.
void check_shape(const text::YamlNode& node, const Shape& shape, const std::string& path,
                 Problems& problems);
/// Reports every scalar that is a credential, wherever it stands.
void check_no_credentials(const text::YamlNode& node, const std::string& path, Problems& problems);

/// "a.b" and "a[3]".
std::string path_of(std::string_view parent, std::string_view key);
std::string path_of(std::string_view parent, std::size_t index);

}  // namespace lr::contract
