#include "secrets/sources/source_map.h"

#include <algorithm>
#include <utility>

#include "secrets/sources/json_cursor.h"
#include "secrets/sources/vlq.h"

namespace lr::secrets::sources {
namespace {

/// The standard allows one level of sections; some tools nest one more.
constexpr int kSectionDepth = 4;

struct Parsing {
  JsonCursor cursor;
  SourceMap map;
  bool is_map = false;  ///< Has `sources` or `sections`.
};

std::string joined(std::string_view root, std::string_view source) {
  if (root.empty() || source.contains("://") || source.starts_with('/')) {
    return source_path(source);
  }
  std::string whole(root);
  if (!whole.ends_with('/')) whole.push_back('/');
  return source_path(whole.append(source));
}

void parse_map(Parsing& parsing, int depth);

MapPosition parse_offset(JsonCursor& cursor) {
  MapPosition position;
  cursor.object([&](std::string_view name) {
    if (name != "line" && name != "column") return;
    const auto value = static_cast<std::uint32_t>(cursor.integer().value_or(0));
    (name == "line" ? position.line : position.column) = value;
  });
  return position;
}

MapPosition shifted(MapPosition inner, MapPosition by) {
  return {.line = by.line + inner.line, .column = inner.column + (inner.line == 0 ? by.column : 0)};
}

void parse_sections(Parsing& parsing, int depth) {
  JsonCursor& cursor = parsing.cursor;
  cursor.array([&](std::size_t) {
    MapPosition offset;
    const std::size_t first = parsing.map.sections.size();
    cursor.object([&](std::string_view name) {
      if (name == "offset") {
        offset = parse_offset(cursor);
      } else if (name == "map" && depth < kSectionDepth) {
        parse_map(parsing, depth + 1);
      } else if (name == "url") {
        if (auto url = cursor.string()) parsing.map.references.push_back(std::move(*url));
      }
    });
    for (std::size_t i = first; i < parsing.map.sections.size(); ++i) {
      MapPosition& start = parsing.map.sections[i].start;
      start = shifted(start, offset);
    }
  });
}

void parse_map(Parsing& parsing, int depth) {
  JsonCursor& cursor = parsing.cursor;
  MapSection section;
  std::string root;
  std::vector<std::string> names;
  std::vector<std::optional<std::string_view>> contents;
  cursor.object([&](std::string_view name) {
    if (name == "sources") {
      parsing.is_map = true;
      cursor.array([&](std::size_t) { names.push_back(cursor.string().value_or("")); });
    } else if (name == "sourcesContent") {
      cursor.array([&](std::size_t) { contents.push_back(cursor.raw_string()); });
    } else if (name == "sourceRoot") {
      root = cursor.string().value_or("");
    } else if (name == "mappings") {
      section.mappings = cursor.string().value_or("");
    } else if (name == "sections") {
      parsing.is_map = true;
      parse_sections(parsing, depth);
    }
  });
  for (std::size_t i = 0; i < std::max(names.size(), contents.size()); ++i) {
    section.sources.push_back(
        {.path = i < names.size() ? joined(root, names[i]) : "source " + std::to_string(i),
         .content = i < contents.size() ? contents[i] : std::nullopt});
  }
  if (!section.sources.empty()) parsing.map.sections.push_back(std::move(section));
}

void append_rest(JsonCursor& cursor, std::string_view text, std::string& out, int depth) {
  cursor.object([&](std::string_view name) {
    if (name == "sourcesContent" || name == "mappings") return;
    if (name == "map" && depth < kSectionDepth) return append_rest(cursor, text, out, depth + 1);
    if (name == "sections" && depth < kSectionDepth) {
      return cursor.array([&](std::size_t) { append_rest(cursor, text, out, depth + 1); });
    }
    cursor.peek();
    const std::size_t begin = cursor.offset();
    cursor.skip();
    out.append(name).append(": ").append(text.substr(begin, cursor.offset() - begin)).append("\n");
  });
}

/// Without "../" and "./" in front and without a query behind.
std::string_view strip_relative(std::string_view path) {
  while (path.starts_with("../") || path.starts_with("./")) path.remove_prefix(path.find('/') + 1);
  return path.substr(0, path.find('?'));
}

}  // namespace

std::size_t SourceMap::sources() const {
  std::size_t count = 0;
  for (const MapSection& section : sections) count += section.sources.size();
  return count;
}

std::size_t SourceMap::sources_with_content() const {
  std::size_t count = 0;
  for (const MapSection& section : sections) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        section.sources, [](const MapSource& source) { return source.content.has_value(); }));
  }
  return count;
}

std::string source_path(std::string_view source) {
  // webpack://<name>/<path>: the name is the package's, and may be empty or hold a scope.
  const std::size_t scheme = source.find("://");
  if (scheme != std::string_view::npos && !source.starts_with("http") &&
      !source.starts_with("file:")) {
    source.remove_prefix(scheme + 3);
    const std::size_t dot = source.find("/./");
    const std::size_t slash = dot != std::string_view::npos ? dot : source.find('/');
    if (slash != std::string_view::npos) source.remove_prefix(slash + 1);
  }
  return std::string(strip_relative(source));
}

Result<SourceMap> parse_source_map(std::string_view text) {
  if (text.starts_with(")]}'")) text.remove_prefix(std::min(text.find('\n'), text.size()));
  Parsing parsing{.cursor = JsonCursor(text), .map = {}};
  if (parsing.cursor.peek() != '{') return fail(Code::kInvalidArgument, "not a JSON object");
  parse_map(parsing, 0);
  if (!parsing.cursor.ok()) return fail(Code::kInvalidArgument, "the source map is cut off");
  if (!parsing.is_map) return fail(Code::kInvalidArgument, "no sources and no sections");
  return std::move(parsing.map);
}

std::string source_map_rest(std::string_view text) {
  if (text.starts_with(")]}'")) text.remove_prefix(std::min(text.find('\n'), text.size()));
  std::string out;
  JsonCursor cursor(text);
  append_rest(cursor, text, out, 0);
  return out;
}

bool looks_like_source_map(std::string_view head) {
  if (head.starts_with(")]}'")) head.remove_prefix(std::min(head.find('\n'), head.size()));
  const std::size_t brace = head.find_first_not_of(" \t\r\n");
  if (brace == std::string_view::npos || head[brace] != '{') return false;
  head = head.substr(brace);
  const bool version = head.contains("\"version\"");
  return (version && (head.contains("\"sources\"") || head.contains("\"mappings\"") ||
                      head.contains("\"sections\""))) ||
         head.contains("\"sourcesContent\"");
}

std::string_view source_mapping_url(std::string_view text) {
  constexpr std::string_view kMark = "sourceMappingURL=";
  for (std::size_t at = text.rfind(kMark); at != std::string_view::npos && at >= 3;
       at = at == 0 ? std::string_view::npos : text.rfind(kMark, at - 1)) {
    const std::string_view before = text.substr(at >= 5 ? at - 5 : 0, at >= 5 ? 5 : at);
    const bool comment = before.ends_with("//# ") || before.ends_with("//@ ") ||
                         before.ends_with("/*# ") || before.ends_with("/*@ ");
    if (!comment) continue;
    const std::string_view url = text.substr(at + kMark.size());
    return url.substr(0, url.find_first_of(" \t\r\n*'\"`"));
  }
  return {};
}

OriginalPositions::OriginalPositions(SourceMap map) : sections_(std::move(map.sections)) {
  for (MapSection& section : sections_) {
    for (MapSource& source : section.sources) source.content = std::nullopt;
  }
  std::ranges::sort(sections_, {}, &MapSection::start);
}

std::optional<OriginalPosition> OriginalPositions::find(MapPosition generated) const {
  const auto after = std::ranges::upper_bound(sections_, generated, {}, &MapSection::start);
  if (after == sections_.begin()) return std::nullopt;
  const MapSection& section = *std::prev(after);
  if (generated.line == section.start.line) generated.column -= section.start.column;
  generated.line -= section.start.line;

  const auto segment = find_segment(section.mappings, generated.line, generated.column);
  if (!segment || segment->source >= section.sources.size()) return std::nullopt;
  return OriginalPosition{.source = section.sources[segment->source].path,
                          .position = {.line = segment->line, .column = segment->column}};
}

std::size_t OriginalPositions::size() const {
  std::size_t bytes = 0;
  for (const MapSection& section : sections_) {
    bytes += section.mappings.size();
    for (const MapSource& source : section.sources) bytes += source.path.size() + sizeof(source);
  }
  return bytes;
}

}  // namespace lr::secrets::sources
