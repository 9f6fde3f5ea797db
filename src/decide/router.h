// Which route a request means. The most specific path decides, segment by segment from the left:
// literal segments win over parameters, parameters over `**`. Only then the method is looked at, so
// a method that the most specific path does not list is refused (405) even when a wider path lists
// it. `**` also stands for nothing: "/admin/**" is "/admin" too. A contract whose routes cannot be
// told apart does not load.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "contract/contract.h"

namespace lr::decide {

struct PathParameter {
  std::string_view name;   ///< Lives in the contract.
  std::string_view value;  ///< Lives in the CanonicalTarget.
  std::optional<contract::ObjectIndex> object;
};

struct RouteMatch {
  enum class Outcome : std::uint8_t { kMatched, kNotFound, kMethodNotAllowed };
  Outcome outcome = Outcome::kNotFound;
  const contract::Route* route = nullptr;
  contract::RouteIndex index = 0;
  std::optional<contract::Method> method;  ///< As asked for; HEAD stays HEAD.
  contract::MethodSet allowed = 0;  ///< Of every route with this path, for `Allow` and preflights.
  std::vector<PathParameter> parameters;
};

/// Compiled once per contract; immutable and shared by all workers. Keeps a reference to the
/// contract, which must outlive it.
class Router {
 public:
  explicit Router(const contract::Contract& contract);
  ~Router();
  Router(Router&&) noexcept;
  /// HEAD is answered by routes that list HEAD or GET. `method` nullopt is a method no route can
  /// have. `out` keeps its capacity between calls.
  void match(std::optional<contract::Method> method, const text::CanonicalTarget& target,
             RouteMatch& out) const;

 private:
  struct Node;
  const contract::Contract& contract_;
  std::unique_ptr<Node> root_;
};

}  // namespace lr::decide
