// Source maps: parsing, positions, and the links and chunk names that scripts are searched for.
#include <cstdint>
#include <string>

#include "fuzz/reach.h"
#include "secrets/sources/chunk_names.h"
#include "secrets/sources/json_cursor.h"
#include "secrets/sources/site_links.h"
#include "secrets/sources/source_map.h"
#include "text/url.h"

namespace lr::secrets::sources {
namespace {

using fuzz::require;

enum class State { kAccepted, kContent, kSections, kFound, kRefused };
fuzz::Reach<5> reach({"maps accepted", "with contents", "with sections", "positions found",
                      "refused"});

void check_map(std::string_view text) {
  require(source_map_rest(text).size() <= 4 * text.size(), "the rest is a part");
  auto map = parse_source_map(text);
  if (!map) return reach.mark(State::kRefused);
  reach.mark(State::kAccepted);
  require(map->sources_with_content() <= map->sources(), "contents belong to sources");
  if (map->sources_with_content() > 0) reach.mark(State::kContent);
  if (map->sections.size() > 1) reach.mark(State::kSections);
  for (const MapSection& section : map->sections) {
    for (const MapSource& source : section.sources) {
      if (!source.content) continue;
      require(unescape_json(*source.content).size() <= source.content->size(),
              "a text is no longer than its escapes");
    }
  }
  const OriginalPositions positions(std::move(*map));
  for (const std::uint32_t line : {0u, 1u, 7u}) {
    for (const std::uint32_t column : {0u, 9u, 100'000u}) {
      if (positions.find({.line = line, .column = column})) reach.mark(State::kFound);
    }
  }
}

void check_links(std::string_view text) {
  const text::Url base{.scheme = "https", .host = "x", .port = 443, .target = "/a/b"};
  for (const std::string& reference : find_file_references(text)) {
    const auto url = resolve_reference(base, reference);
    if (!url) continue;
    const auto again = text::parse_url(url->str());
    require(again && again->str() == url->str(), "a resolved reference is a URL");
  }
  find_page_links(text);
  for (const ChunkName& rule : ChunkName::find(text)) {
    for (const std::string& id : rule.ids()) static_cast<void>(rule.name(id));
  }
  require(source_mapping_url(text).size() <= text.size(), "the URL stands in the text");
}

void run(std::string_view text) {
  reach.run();
  check_map(text);
  check_links(text);
}

}  // namespace
}  // namespace lr::secrets::sources

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::secrets::sources::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
