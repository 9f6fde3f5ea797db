// Patterns that are nothing but runs of bytes, one behind the other ("[0-9a-f]{32}", "[\w.]{16,200}
// ={0,2}"), matched without RE2, which costs ten times as much.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "secrets/pattern.h"

namespace lr::secrets {

/// `min` to `max` bytes of one set; `max` may be kUnbounded.
struct ByteRun {
  ByteSet set;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
};

/// The runs of a pattern when there is but one way to give a text's bytes to them; else nullopt.
std::optional<std::vector<ByteRun>> byte_runs(const PatternNode& tree);

/// The runs match the whole text, as RE2::FullMatch would say.
bool runs_match(const std::vector<ByteRun>& runs, std::string_view text);

}  // namespace lr::secrets
