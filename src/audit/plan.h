// From a contract to what has to be tried: every route with every method, what may be done to it
// at a profile, and what the contract says should happen.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "decide/access.h"
#include "probe/identities.h"
#include "probe/objects.h"

namespace lr::audit {

/// One route with one of its methods.
struct RouteCase {
  const contract::Route* route = nullptr;
  contract::RouteIndex index = 0;
  contract::Method method = contract::Method::kGet;

  bool reads() const {
    return method == contract::Method::kGet || method == contract::Method::kHead;
  }
  bool is_private() const { return route->access.authenticated; }
  /// "GET /v1/history"
  std::string name() const;
};

/// In the order of the contract. HEAD beside GET and OPTIONS are left out: they show nothing more.
std::vector<RouteCase> plan_cases(const contract::Contract& contract);

/// How far a route may be exercised.
enum class Manner : std::uint8_t {
  kValid,  ///< With a valid request.
  kInert,  ///< With a body that is refused before it has an effect: access shows, nothing happens.
  kUntouchable,  ///< Not at all: it would change something that the run did not make.
};
Manner manner_of(const contract::Contract& contract, const RouteCase& route_case,
                 const probe::Objects& objects, contract::Profile profile, bool can_mint);

/// What the contract says to `persona` about the case, when every object named belongs to `owner`.
decide::Decision expected_access(const contract::Contract& contract, const RouteCase& route_case,
                                 const probe::Persona* persona, const probe::Persona* owner);

/// True when the limits of the route count by user, token or conversation: an audit then takes a
/// fresh person for each probe so that it does not run into them.
bool counts_persons(const contract::Contract& contract, const contract::Route& route);

/// The lines of the contract by which a guard closes a hole in the route.
std::string guard_lines(const contract::Contract& contract, const contract::Route& route);
/// The lines by which a guard refuses forged tokens.
std::string identity_lines(const contract::Contract& contract);
/// Without folders: where a file lies is its user's business, not a report's.
std::string file_name(const std::string& path);

}  // namespace lr::audit
