// Routes against each other: the same path twice, and paths that more specific ones cover.
#include <fmt/format.h>

#include <map>
#include <set>

#include "contract/sections.h"

namespace lr::contract {
namespace {

/// The path with every parameter written as {}: equal shapes match exactly the same paths.
std::string shape_of(const Route& route) {
  std::string out;
  for (const PathSegment& segment : route.segments) {
    out += '/';
    out += segment.kind == PathSegment::Kind::kParameter ? "{}" : segment.text;
  }
  return out;
}

std::string method_names(MethodSet methods) {
  std::string out;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    if ((methods & bit(method)) == 0) continue;
    if (!out.empty()) out += ", ";
    out += method_name(method);
  }
  return out;
}

class PathReview {
 public:
  PathReview(const Contract& contract, const Reader& routes)
      : contract_(contract), routes_(routes) {}

  void run() {
    for (std::size_t i = 0; i < contract_.routes.size(); ++i) {
      if (!contract_.routes[i].path.empty()) by_shape_[shape_of(contract_.routes[i])].push_back(i);
    }
    for (const auto& [shape, members] : by_shape_) review_members(members);
    for (const auto& [shape, members] : by_shape_) review_rest(shape, members);
  }

 private:
  using Members = std::vector<std::size_t>;

  void review_members(const Members& members) const {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) compare(members[j], members[i]);
    }
  }

  /// Two routes of one shape share no method, and call the same places the same.
  void compare(std::size_t first, std::size_t second) const {
    const Route& a = contract_.routes[first];
    const Route& b = contract_.routes[second];
    const Reader place = routes_.item(second).at("path");
    const auto shared = static_cast<MethodSet>(a.methods & b.methods);
    if (shared != 0) {
      place.error(
          fmt::format("routes[{}] (line {}) has the same path for {}: one of the two could "
                      "never be used",
                      first, a.at.line, method_names(shared)));
    }
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
      if (a.segments[i].object == b.segments[i].object) continue;
      place.warning(
          fmt::format("routes[{}] (line {}) calls the same place {{{}}}, here it is "
                      "{{{}}}: only one of them is checked as an object",
                      first, a.at.line, a.segments[i].text, b.segments[i].text));
    }
  }

  bool exists(const std::string& shape) const { return by_shape_.contains(shape); }

  /// `**` is never reached when the path itself, and a parameter followed by `**`, are routes too.
  void review_rest(const std::string& shape, const Members& members) const {
    constexpr std::string_view kRest = "/**";
    if (!shape.ends_with(kRest)) return;
    std::string prefix = shape.substr(0, shape.size() - kRest.size());
    while (exists(prefix)) {
      prefix += "/{}";
      const auto cover = by_shape_.find(prefix + std::string(kRest));
      if (cover == by_shape_.end()) continue;
      const Route& other = contract_.routes[cover->second.front()];
      for (const std::size_t index : members) {
        routes_.item(index).at("path").error(
            fmt::format("is never reached: {} (line {}) and the paths above it match everything "
                        "first",
                        in_quotes(other.path), other.at.line));
      }
      return;
    }
  }

  const Contract& contract_;
  const Reader& routes_;
  std::map<std::string, Members> by_shape_;
};

}  // namespace

void review_paths(const Contract& contract, const Reader& routes) {
  PathReview(contract, routes).run();
}

}  // namespace lr::contract
