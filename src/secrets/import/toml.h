// toml++ without exceptions, in one place, so that every file of the part reads it the same way.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/impl/preprocessor.h>
// Before it reports a wrong key, the parser promises the compiler that there is none: for hostile
// files that is undefined behaviour. Without the promise it finds the error itself.
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expression) static_assert(true)
#include <toml++/toml.h>

#include <cstdint>

#include "text/yaml.h"

namespace lr::secrets {

inline text::Mark mark_of(const toml::node& node) {
  const auto& begin = node.source().begin;
  return {static_cast<std::uint32_t>(begin.line), static_cast<std::uint32_t>(begin.column)};
}

}  // namespace lr::secrets
