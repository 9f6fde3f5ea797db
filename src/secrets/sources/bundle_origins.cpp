#include "secrets/sources/bundle_origins.h"

#include <algorithm>
#include <utility>

#include "crypto/digest.h"
#include "text/fields.h"
#include "text/url.h"

namespace lr::secrets::sources {
namespace {

/// Up to the place: the bytes of its line before its column.
std::string_view before_on_line(std::string_view text, std::uint32_t line, std::uint32_t column) {
  for (std::uint32_t current = 1; current < line; ++current) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return {};
    text.remove_prefix(newline + 1);
  }
  return text.substr(0, std::min<std::size_t>(column - 1, text.find('\n')));
}

}  // namespace

std::uint32_t utf16_length(std::string_view text) {
  std::uint32_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x80 || byte >= 0xC0) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

void BundleOrigins::add(std::string path, std::string_view bundle, SourceMap map) {
  const bool ascii =
      std::ranges::all_of(bundle, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
  Bundle entry{.positions = OriginalPositions(std::move(map)),
               .text = ascii ? std::string() : std::string(bundle)};
  size_ += entry.positions.size() + entry.text.size();
  bundles_.insert_or_assign(std::move(path), std::move(entry));
}

void BundleOrigins::complete(Place& place) const {
  const auto found = bundles_.find(place.path);
  if (found == bundles_.end() || !place.via.empty() || place.line == 0 || place.column == 0) return;
  const Bundle& bundle = found->second;
  MapPosition generated{.line = place.line - 1, .column = place.column - 1};
  if (!bundle.text.empty()) {
    generated.column = utf16_length(before_on_line(bundle.text, place.line, place.column));
  }
  const auto original = bundle.positions.find(generated);
  if (!original) return;
  place.original = original->source + ":" + std::to_string(original->position.line + 1) + ":" +
                   std::to_string(original->position.column + 1);
}

std::optional<std::string> decode_data_url(std::string_view url) {
  if (!text::lower_ascii(url.substr(0, 5)).starts_with("data:")) return std::nullopt;
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view data = url.substr(comma + 1);
  if (url.substr(0, comma).ends_with(";base64")) return crypto::base64_decode(data);
  return text::percent_decode(data);
}

}  // namespace lr::secrets::sources
