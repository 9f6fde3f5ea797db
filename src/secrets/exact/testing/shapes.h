// Secrets of many kinds, and the shapes of a value written by other code than the searched one's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "secrets/exact/exact_values.h"

namespace lr::secrets::testing {

/// Values as products have them: tokens, connection strings, key blocks, pass phrases.
std::vector<NamedSecret> sample_secrets(std::size_t count, SeededRng& rng);

struct Shape {
  Encoding encoding = Encoding::kPlain;
  std::string text;  ///< The whole value; for base64 with whatever stands around it.
};
/// `value` in every encoding that it has, as libraries and tools write it.
std::vector<Shape> shapes_of(std::string_view value, SeededRng& rng);

std::string random_text(SeededRng& rng, std::string_view alphabet, std::size_t length);

}  // namespace lr::secrets::testing
