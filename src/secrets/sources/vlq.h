// The `mappings` string of a source map: Base64 VLQ deltas (ECMA-426 section "Mappings").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lr::secrets::sources {

/// One mapping that names a source; all from 0.
struct MapSegment {
  std::uint32_t generated_column = 0;
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// The last mapping on `generated_line` that starts at or before `generated_column`. Nullopt when
/// there is none, when it names no source, or when the text before it is no VLQ.
std::optional<MapSegment> find_segment(std::string_view mappings, std::uint32_t generated_line,
                                       std::uint32_t generated_column);

}  // namespace lr::secrets::sources
