// Source maps, version 3 (ECMA-426): what stands in them, and where a place in a bundle came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::secrets::sources {

/// From 0, columns in UTF-16 code units, as source maps count.
struct MapPosition {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const MapPosition&, const MapPosition&) = default;
};

struct OriginalPosition {
  std::string source;  ///< "src/lib/ai.ts"; see source_path().
  MapPosition position;
};

/// One source of a map.
struct MapSource {
  std::string path;                         ///< Joined with sourceRoot, cleaned by source_path().
  std::optional<std::string_view> content;  ///< Still escaped; a view into the map's text.
};

/// A flat map, or one section of an index map.
struct MapSection {
  MapPosition start;  ///< In the generated file.
  std::vector<MapSource> sources;
  std::string mappings;
};

struct SourceMap {
  std::vector<MapSection> sections;
  std::vector<std::string> references;  ///< URLs of sections that stand elsewhere.
  std::size_t sources() const;
  std::size_t sources_with_content() const;
};

/// The text outlives the result. Reads what bundlers write, not only what the standard allows: a
/// `)]}'` line in front, missing versions, null contents. Errors (kInvalidArgument): not JSON, cut
/// off, or no `sources` and no `sections`.
Result<SourceMap> parse_source_map(std::string_view text);

/// The members of a map that are neither texts of sources nor mappings, as they stand, one a line:
/// names, paths and whatever a tool added.
std::string source_map_rest(std::string_view text);

/// Cheap: could the text be a source map? By the members at its front.
bool looks_like_source_map(std::string_view head);

/// Without the schemes that bundlers put in front ("webpack://app/./src/a.ts" is "src/a.ts").
std::string source_path(std::string_view source);

/// The URL in the last `//# sourceMappingURL=` or `/*# … */` of a script or style sheet, or "".
std::string_view source_mapping_url(std::string_view text);

/// What is kept of a map to look up places: mappings and names, no contents.
class OriginalPositions {
 public:
  explicit OriginalPositions(SourceMap map);
  /// The mapping at or before a position on its line; nullopt when there is none.
  std::optional<OriginalPosition> find(MapPosition generated) const;
  /// Bytes held, about.
  std::size_t size() const;

 private:
  std::vector<MapSection> sections_;
};

}  // namespace lr::secrets::sources
