// Names that are given values, in any language: `KEY=v`, `"key": "v"`, `key => 'v'`,
// `<key>v</key>`, `--key v`, `setKey("v")`, `name: KEY` above `value: v`.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "secrets/document.h"
#include "secrets/pattern.h"

namespace lr::secrets {

/// What a value is made of, and how long it may be.
struct ValueShape {
  const ByteSet& bytes;
  std::size_t longest;
};

struct Assignment {
  Range value;
  bool quoted = false;  ///< The value is a string literal or an element, not a bare word.
};

/// The value given to the name that `name_part` is a part of. The value must fill its place:
/// behind it comes what ends a value. nullopt: no assignment.
std::optional<Assignment> assignment_of(std::string_view bytes, Range name_part,
                                        const ValueShape& shape);

/// The next name between `from` and `to` that says it is a credential and is given a value.
std::optional<Assignment> next_credential(std::string_view bytes, Range within,
                                          const ValueShape& shape);

}  // namespace lr::secrets
