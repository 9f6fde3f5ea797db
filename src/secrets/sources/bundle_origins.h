// Bundles and their source maps: "app.9c.js:1:48123" is "src/lib/ai.ts:41:7".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "secrets/document.h"
#include "secrets/sources/source_map.h"

namespace lr::secrets::sources {

class BundleOrigins {
 public:
  /// Remembers the map of the bundle at `path`. Keeps the bundle's text only when it is not ASCII:
  /// maps count UTF-16 code units, places count bytes.
  void add(std::string path, std::string_view bundle, SourceMap map);
  bool has(std::string_view path) const { return bundles_.contains(path); }
  /// Sets `place.original` when the place is in a known bundle, in its plain bytes, and its map
  /// has something for it.
  void complete(Place& place) const;
  /// Bytes held, about.
  std::size_t size() const { return size_; }

 private:
  struct Bundle {
    OriginalPositions positions;
    std::string text;
  };
  std::map<std::string, Bundle, std::less<>> bundles_;
  std::size_t size_ = 0;
};

/// UTF-16 code units in UTF-8 text; each invalid byte counts as one.
std::uint32_t utf16_length(std::string_view text);

/// The source map in a `data:` URL (base64 or percent-encoded); nullopt when it is none.
std::optional<std::string> decode_data_url(std::string_view url);

}  // namespace lr::secrets::sources
