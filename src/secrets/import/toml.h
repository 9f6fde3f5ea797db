// toml++ without exceptions, in one place, so that every file of the part reads it the same way.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cstdint>

#include "text/yaml.h"

namespace lr::secrets {

inline text::Mark mark_of(const toml::node& node) {
  const auto& begin = node.source().begin;
  return {static_cast<std::uint32_t>(begin.line), static_cast<std::uint32_t>(begin.column)};
}

}  // namespace lr::secrets
