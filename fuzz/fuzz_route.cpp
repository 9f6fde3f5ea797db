// The router against a search through all routes. The input writes routes and a request: every
// byte is one segment, and 0 ends a path. The last path is the request's.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "decide/router.h"
#include "fuzz/reach.h"

namespace lr::decide {
namespace {

using contract::Method;
using contract::PathSegment;
using contract::Route;
using fuzz::require;

enum class State { kMatched, kNotAllowed, kNotFound, kContested };
fuzz::Reach<4> reach({"routes matched", "methods refused", "unlisted paths",
                      "paths that several routes fit"});

constexpr std::size_t kRoutesMax = 24;
constexpr std::size_t kSegmentsMax = 8;

PathSegment segment_of(std::uint8_t byte) {
  if (byte % 8 == 6) return {PathSegment::Kind::kParameter, "p", std::nullopt};
  if (byte % 8 == 7) return {PathSegment::Kind::kRest, "**", std::nullopt};
  return {PathSegment::Kind::kLiteral, std::string(1, static_cast<char>('a' + byte % 8)),
          std::nullopt};
}

/// One letter per segment: the alphabet orders paths by how specific they are.
std::string shape_of(const Route& route) {
  std::string out;
  for (const PathSegment& segment : route.segments) {
    const char kind = static_cast<char>('a' + static_cast<int>(segment.kind));
    out += kind;
    if (segment.kind == PathSegment::Kind::kLiteral) out += segment.text;
  }
  return out;
}

std::string order_of(const Route& route) {
  std::string out;
  for (const PathSegment& segment : route.segments) {
    out += static_cast<char>('a' + static_cast<int>(segment.kind));
  }
  return out;
}

bool fits(const Route& route, const std::vector<std::string_view>& path) {
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    const PathSegment& segment = route.segments[i];
    if (segment.kind == PathSegment::Kind::kRest) return true;
    if (i >= path.size()) return false;
    if (segment.kind == PathSegment::Kind::kLiteral && segment.text != path[i]) return false;
  }
  return route.segments.size() == path.size();
}

/// Routes as a contract that loads would hold them: ** last, no method of a shape twice.
std::vector<Route> routes_of(const std::uint8_t*& data, const std::uint8_t* end) {
  std::vector<Route> out;
  std::vector<std::pair<std::string, contract::MethodSet>> taken;
  while (data != end && out.size() < kRoutesMax && *data != 0xff) {
    Route route;
    route.access.authenticated = true;
    route.methods = static_cast<contract::MethodSet>(*data++ & 0x3d);
    while (data != end && *data != 0) {
      const PathSegment segment = segment_of(*data++);
      const bool full = route.segments.size() == kSegmentsMax;
      const bool closed =
          !route.segments.empty() && route.segments.back().kind == PathSegment::Kind::kRest;
      if (!full && !closed) route.segments.push_back(segment);
    }
    if (data != end) ++data;
    const std::string shape = shape_of(route);
    for (const auto& [other, methods] : taken) {
      if (other == shape)
        route.methods = static_cast<contract::MethodSet>(route.methods & ~methods);
    }
    if (route.methods == 0) continue;
    taken.emplace_back(shape, route.methods);
    out.push_back(std::move(route));
  }
  if (data != end) ++data;
  return out;
}

std::string path_of(const std::uint8_t* data, const std::uint8_t* end) {
  std::string path;
  for (std::size_t i = 0; data != end && i < kSegmentsMax + 2; ++i, ++data) {
    path += '/';
    path += static_cast<char>('a' + *data % 7);
  }
  return path.empty() ? "/" : path;
}

/// The methods of the most specific shape that fits, and the route for this one.
struct Expected {
  std::size_t fitting = 0;
  contract::MethodSet allowed = 0;
  const Route* route = nullptr;
};

Expected search(const std::vector<Route>& routes, const std::vector<std::string_view>& path,
                Method method) {
  Expected out;
  std::string best = "z";
  for (const Route& route : routes) {
    if (!fits(route, path)) continue;
    ++out.fitting;
    best = std::min(best, order_of(route));
  }
  for (const Route& route : routes) {
    if (!fits(route, path) || order_of(route) != best) continue;
    out.allowed = static_cast<contract::MethodSet>(out.allowed | route.methods);
    const bool head = method == Method::kHead && (route.methods & contract::bit(Method::kGet)) != 0;
    if ((route.methods & contract::bit(method)) != 0 || head) out.route = &route;
  }
  if ((out.allowed & contract::bit(Method::kGet)) != 0) {
    out.allowed = static_cast<contract::MethodSet>(out.allowed | contract::bit(Method::kHead));
  }
  return out;
}

void run(const std::uint8_t* data, const std::uint8_t* end) {
  reach.run();
  if (data == end) return;
  const auto method = static_cast<Method>(*data++ % contract::kMethodCount);
  contract::Contract contract;
  contract.routes = routes_of(data, end);
  text::CanonicalTarget target;
  require(text::canonicalize_target(path_of(data, end), target).has_value(), "paths are plain");
  std::vector<std::string_view> path = target.segments;
  if (path.size() == 1 && path.front().empty()) path.clear();
  const Expected expected = search(contract.routes, path, method);
  const Router router(contract);
  RouteMatch match;
  router.match(method, target, match);
  if (expected.fitting > 1) reach.mark(State::kContested);
  require(match.allowed == expected.allowed, "the same methods are allowed");
  require(match.route == expected.route, "the same route is found");
  if (match.outcome == RouteMatch::Outcome::kMatched) return reach.mark(State::kMatched);
  require(match.outcome == (expected.fitting > 0 ? RouteMatch::Outcome::kMethodNotAllowed
                                                 : RouteMatch::Outcome::kNotFound),
          "the outcome is the same");
  reach.mark(expected.fitting > 0 ? State::kNotAllowed : State::kNotFound);
}

}  // namespace
}  // namespace lr::decide

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::decide::run(data, data + size);
  return 0;
}
