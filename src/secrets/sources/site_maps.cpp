// The part of a crawl that deals with source maps.
#include <utility>

#include "secrets/sources/json_cursor.h"
#include "secrets/sources/site_crawl.h"

namespace lr::secrets::sources {
namespace {

std::string counted(const SourceMap& map) {
  return std::to_string(map.sources()) + " sources, " + std::to_string(map.sources_with_content()) +
         " of them with their text";
}

bool may_have_map(const text::Url& url) {
  const std::string_view path = std::string_view(url.target).substr(0, url.target.find('?'));
  return path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".css");
}

}  // namespace

void SiteCrawl::find_map(const text::Url& bundle, const Fetched& answer) {
  auto header = answer.headers.get("sourcemap");
  if (!header) header = answer.headers.get("x-sourcemap");
  const std::string_view reference = header ? *header : source_mapping_url(answer.body);
  if (const auto inlined = decode_data_url(reference)) {
    auto map = parse_source_map(*inlined);
    if (!map) return skip(bundle, "inline source map: " + map.error().detail());
    observe(Observation::Kind::kInlineSourceMap, bundle.str(), counted(*map));
    return use_map(bundle, answer.body, bundle, *inlined);
  }
  if (!reference.empty()) return fetch_map(bundle, answer.body, reference);
  if (!options_.probe || !may_have_map(bundle)) return;
  const std::string file = bundle.target.substr(0, bundle.target.find('?'));
  fetch_map(bundle, answer.body, file.substr(file.rfind('/') + 1) + ".map");
}

/// A map that is named and not there is as it should be: no gap.
void SiteCrawl::fetch_map(const text::Url& bundle, std::string_view text,
                          std::string_view reference) {
  const auto url = resolve_reference(bundle, reference);
  if (!url || !allowed({.url = *url, .kind = LinkKind::kScript, .reason = Reason::kNamed}) ||
      !seen_.insert(url->str()).second) {
    return;
  }
  const auto answer = get(*url);
  if (!answer || answer->status != 200 || is_html(*answer)) return;
  use_map(bundle, text, *url, answer->body);
}

void SiteCrawl::use_map(const text::Url& bundle, std::string_view bundle_text, const text::Url& at,
                        std::string_view map_text) {
  auto map = parse_source_map(map_text);
  if (!map) {
    visit(Surface::kSourceMap, at.str(), map_text, "");
    return skip(at, "source map: " + map.error().detail());
  }
  if (at.str() != bundle.str()) {
    observe(Observation::Kind::kPublicSourceMap, at.str(), counted(*map));
  }
  visit_sources(at.str(), *map);
  visit(Surface::kSourceMap, at.str(), source_map_rest(map_text), "other");
  const std::vector<std::string> elsewhere = std::move(map->references);
  if (origins_.size() < options_.map_bytes && !map->sections.empty()) {
    origins_.add(bundle.str(), bundle_text, std::move(*map));
  }
  for (const std::string& reference : elsewhere) fetch_map(at, {}, reference);
}

void SiteCrawl::visit_sources(std::string_view path, const SourceMap& map) {
  for (const MapSection& section : map.sections) {
    for (const MapSource& source : section.sources) {
      if (!source.content) continue;
      visit(Surface::kSourceMap, path, unescape_json(*source.content), "source " + source.path);
    }
  }
}

}  // namespace lr::secrets::sources
