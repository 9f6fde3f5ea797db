#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"
#include "contract/values.h"
#include "text/nearest.h"

namespace lr::contract {
namespace {

using Kind = PathSegment::Kind;

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> out;
  if (path == "/") return out;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    out.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// A near miss of an object's name would silently be a parameter without an owner.
void warn_near_object(const Contract& contract, const std::string& name, const Reader& value) {
  std::vector<std::string_view> names;
  for (const Object& object : contract.objects) names.emplace_back(object.name);
  const std::string_view near = text::nearest(name, names);
  if (!near.empty()) {
    value.warning(
        fmt::format("{{{}}} is not the name of an object; did you mean {{{}}}?", name, near));
  }
}

std::optional<PathSegment> read_parameter(const Contract& contract, const std::string& text,
                                          const Reader& value) {
  const std::string name = text.substr(1, text.size() - 2);
  if (!is_name(name)) {
    value.error(fmt::format("{} is not a name: use letters, digits, '-' and '_'", in_quotes(name)));
    return std::nullopt;
  }
  PathSegment segment{Kind::kParameter, name, contract.find_object(name)};
  if (!segment.object) warn_near_object(contract, name, value);
  return segment;
}

/// A literal must be written the way requests are compared, or it would never match.
bool is_canonical_literal(const std::string& text, const Reader& value) {
  text::CanonicalTarget target;
  const auto result = text::canonicalize_target("/" + text, target);
  const bool plain = result && !target.has_query && text.find_first_of("{}*") == std::string::npos;
  if (!plain) {
    value.error(
        fmt::format("segment {} can never be part of an accepted path; {{name}} and ** must "
                    "be whole segments",
                    in_quotes(text)));
    return false;
  }
  if (target.path.substr(1) != text) {
    value.error(
        fmt::format("write segment {} as {}", in_quotes(text), in_quotes(target.path.substr(1))));
    return false;
  }
  return true;
}

std::optional<PathSegment> read_segment(const Contract& contract, const std::string& text,
                                        const Reader& value) {
  if (text == "**") return PathSegment{Kind::kRest, text, std::nullopt};
  if (text.starts_with('{') && text.ends_with('}')) return read_parameter(contract, text, value);
  if (!is_canonical_literal(text, value)) return std::nullopt;
  return PathSegment{Kind::kLiteral, text, std::nullopt};
}

/// Names are unique and ** comes last.
bool fits_after(const std::vector<PathSegment>& before, const PathSegment& segment,
                const Reader& value) {
  if (!before.empty() && before.back().kind == Kind::kRest) {
    value.error("** must be the last segment");
    return false;
  }
  const bool repeated = segment.kind == Kind::kParameter &&
                        std::ranges::any_of(before, [&](const PathSegment& other) {
                          return other.kind == Kind::kParameter && other.text == segment.text;
                        });
  if (repeated) value.error(fmt::format("{{{}}} stands here twice", segment.text));
  return !repeated;
}

}  // namespace

std::optional<std::vector<PathSegment>> read_path(const Contract& contract, const Reader& value) {
  const std::string path = value.text();
  if (!path.starts_with('/')) return std::nullopt;
  if (path.size() > 1 && path.ends_with('/')) {
    value.error("must not end with '/': such requests are refused");
    return std::nullopt;
  }
  const auto parts = split(path);
  if (parts.size() > limits::kPathSegments) {
    value.error(fmt::format("more than {} segments", limits::kPathSegments));
    return std::nullopt;
  }
  std::vector<PathSegment> out;
  for (const std::string& part : parts) {
    if (part.empty()) {
      value.error("has an empty segment (//): such requests are refused");
      return std::nullopt;
    }
    auto segment = read_segment(contract, part, value);
    if (!segment || !fits_after(out, *segment, value)) return std::nullopt;
    out.push_back(std::move(*segment));
  }
  return out;
}

}  // namespace lr::contract
