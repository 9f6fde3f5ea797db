#include "decide/router.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "text/fields.h"

namespace lr::decide {
namespace {

using contract::Method;
using contract::MethodSet;
using contract::PathSegment;
using contract::RouteIndex;

constexpr RouteIndex kNoRoute = std::numeric_limits<RouteIndex>::max();

/// The routes of one path shape, by method.
struct Leaf {
  std::array<RouteIndex, contract::kMethodCount> by_method;
  MethodSet methods = 0;  ///< With HEAD wherever there is GET.

  constexpr Leaf() { by_method.fill(kNoRoute); }
  bool used() const { return methods != 0; }
  void add(RouteIndex index, MethodSet set);
  RouteIndex find(Method method) const { return by_method[static_cast<std::size_t>(method)]; }
};

/// What matches only if the case of a literal is ignored.
constinit const Leaf kMisspelt;

bool has_capital(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

void Leaf::add(RouteIndex index, MethodSet set) {
  for (std::size_t i = 0; i < contract::kMethodCount; ++i) {
    if ((set & contract::bit(static_cast<Method>(i))) != 0) by_method[i] = index;
  }
  methods = static_cast<MethodSet>(methods | set);
  auto& head = by_method[static_cast<std::size_t>(Method::kHead)];
  const RouteIndex get = find(Method::kGet);
  if (head == kNoRoute && get != kNoRoute) {
    head = get;
    methods = static_cast<MethodSet>(methods | contract::bit(Method::kHead));
  }
}

}  // namespace

/// One position in the trie. Every node is reached by exactly one sequence of segment kinds, so a
/// match visits each node at most once however much it backtracks.
struct Router::Node {
  using Literal = std::pair<std::string_view, std::unique_ptr<Node>>;

  std::vector<Literal> literals;  ///< Sorted by text once built.
  std::unique_ptr<Node> parameter;
  Leaf here;
  Leaf rest;

  bool capitals = false;  ///< Some literal has one.

  Node& literal(std::string_view text);
  const Node* find(std::string_view text) const;
  bool rival_matches(std::span<const std::string_view> segments) const;
  const Leaf* match(std::span<const std::string_view> segments) const;
};

Router::Node& Router::Node::literal(std::string_view text) {
  const auto place =
      std::lower_bound(literals.begin(), literals.end(), text,
                       [](const Literal& a, std::string_view b) { return a.first < b; });
  if (place != literals.end() && place->first == text) return *place->second;
  capitals = capitals || has_capital(text);
  return *literals.emplace(place, text, std::make_unique<Node>())->second;
}

const Router::Node* Router::Node::find(std::string_view text) const {
  const auto place =
      std::lower_bound(literals.begin(), literals.end(), text,
                       [](const Literal& a, std::string_view b) { return a.first < b; });
  return place != literals.end() && place->first == text ? place->second.get() : nullptr;
}

/// Would an application that ignores case find a listed route here under another spelling?
bool Router::Node::rival_matches(std::span<const std::string_view> segments) const {
  const std::string_view segment = segments.front();
  if (literals.empty() || (!capitals && !has_capital(segment))) return false;
  return std::ranges::any_of(literals, [&](const Literal& literal) {
    return literal.first != segment && text::equals_ignoring_case(literal.first, segment) &&
           literal.second->match(segments.subspan(1)) != nullptr;
  });
}

const Leaf* Router::Node::match(std::span<const std::string_view> segments) const {
  if (segments.empty()) {
    if (here.used()) return &here;
  } else {
    const std::string_view segment = segments.front();
    if (const Node* next = find(segment)) {
      if (const Leaf* leaf = next->match(segments.subspan(1))) return leaf;
    }
    if (rival_matches(segments)) return &kMisspelt;
    if (parameter && !segment.empty()) {
      if (const Leaf* leaf = parameter->match(segments.subspan(1))) return leaf;
    }
  }
  return rest.used() ? &rest : nullptr;
}

Router::Router(const contract::Contract& contract)
    : contract_(contract), root_(std::make_unique<Node>()) {
  for (RouteIndex i = 0; i < contract.routes.size(); ++i) {
    const contract::Route& route = contract.routes[i];
    Node* node = root_.get();
    bool rest = false;
    for (const PathSegment& segment : route.segments) {
      if (segment.kind == PathSegment::Kind::kRest) {
        rest = true;
        break;
      }
      if (segment.kind == PathSegment::Kind::kLiteral) {
        node = &node->literal(segment.text);
        continue;
      }
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    }
    (rest ? node->rest : node->here).add(i, route.methods);
  }
}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

void Router::match(std::optional<Method> method, const text::CanonicalTarget& target,
                   RouteMatch& out) const {
  out.outcome = RouteMatch::Outcome::kNotFound;
  out.route = nullptr;
  out.index = 0;
  out.method = method;
  out.allowed = 0;
  out.parameters.clear();

  std::span<const std::string_view> segments = target.segments;
  if (segments.size() == 1 && segments.front().empty()) segments = {};  // the root path
  const Leaf* leaf = root_->match(segments);
  if (leaf == nullptr || leaf == &kMisspelt) return;
  out.allowed = leaf->methods;
  const RouteIndex index = method ? leaf->find(*method) : kNoRoute;
  if (index == kNoRoute) {
    out.outcome = RouteMatch::Outcome::kMethodNotAllowed;
    return;
  }
  out.outcome = RouteMatch::Outcome::kMatched;
  out.index = index;
  out.route = &contract_.routes[index];
  for (std::size_t i = 0; i < out.route->segments.size(); ++i) {
    const PathSegment& segment = out.route->segments[i];
    if (segment.kind != PathSegment::Kind::kParameter) continue;
    out.parameters.push_back({segment.text, segments[i], segment.object});
  }
}

}  // namespace lr::decide
