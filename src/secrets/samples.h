// Samples of rules: templates whose random part is made up when they are used, so that nothing in
// the repository looks like a live credential. docs/formats/secret-rules.md lists them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::secrets {

/// A document made from a template.
struct Sample {
  std::string path;  ///< Of a first line "path=…", or "".
  std::string text;
  std::string piece;  ///< The longest generated piece: a reported secret holds it. May be "".
};

/// The same bytes for the same rule, index and template, on every machine.
/// Errors: kInvalidArgument for an unknown or malformed template.
Result<Sample> expand_sample(std::string_view text, std::string_view rule_id, std::size_t index);

/// Six base62 digits of the CRC-32 of `text`, as GitHub and npm end their tokens.
std::string crc32_base62(std::string_view text);

}  // namespace lr::secrets
