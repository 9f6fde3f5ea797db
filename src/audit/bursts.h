// Bursts against promised limits: as many requests as the limit allows and a few more, with every
// other key of the route's limits varied so that only the one under test can answer 429.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/check_context.h"

namespace lr::audit {

/// One rule of one limit on one of the routes that have it.
struct BurstTarget {
  RouteCase route_case;  ///< Without a route when none has the limit.
  const contract::Limit* limit = nullptr;
  const contract::LimitRule* rule = nullptr;
  bool again = false;   ///< The rule is tried on another route before.
  std::string untried;  ///< Why it cannot be tried here, and what to add; "" when it can.
};
/// Every rule on every route that has it, the routes that show most first; rules per address last.
/// Below `**` a path is made up.
std::vector<BurstTarget> plan_bursts(CheckContext& context);

Cell cell_of(const BurstTarget& target);
/// Counts a target that cannot be tried as inconclusive; true when it was one.
bool left_out(CheckContext& context, const BurstTarget& target);

/// "login per_account: 10 in 60 s"
std::string describe(const BurstTarget& target);

struct BurstResult {
  std::uint32_t sent = 0;
  std::uint32_t allowed = 0;                ///< Answers before the first 429.
  std::optional<probe::Exchange> refusal;   ///< The first 429.
  std::optional<probe::Exchange> last;      ///< The last answer that was none.
  const probe::Persona* persona = nullptr;  ///< Who was refused.
  std::string problem;                      ///< Why the burst shows nothing; "" when it does.
};

/// Makes the requests of one burst, rotating persons, objects and accounts.
class Burster {
 public:
  Burster(CheckContext& context, BurstTarget target);
  /// The next request, ready to send.
  net::Task<probe::Request> next();
  /// Something that makes a fixed account a new one.
  void change_account();
  const probe::Persona* persona() const { return actor_.persona; }
  /// Somebody whom the burst has not used yet, when there is a test key.
  net::Task<> change_person();
  /// The next requests are this person's.
  net::Task<> become(const probe::Persona& persona);
  /// Why a refusal could come from another limit of the route; "" when it cannot.
  std::string ambiguity() const;
  /// True when the requests have a body that is refused before it has an effect.
  bool inert() const;

 private:
  std::uint32_t allowance(contract::LimitKey key) const;
  /// How many requests one person may send; 0 is no bound.
  std::uint32_t personal_allowance() const;
  Result<> name_account(probe::Request& request) const;

  CheckContext& context_;
  BurstTarget target_;
  Actor actor_;
  bool ready_ = false;
  std::uint32_t by_person_ = 0;
  std::uint32_t by_account_ = 0;
  std::uint32_t account_ = 0;
  std::string tag_;
};

/// True when `spent`, who is over the limit on another route, is over it on this one too while
/// somebody else is not: then no burst is needed.
net::Task<bool> shares_count(CheckContext& context, BurstTarget target,
                             const probe::Persona* spent);

/// Sends until the first 429, or until the limit must have been passed.
net::Task<BurstResult> send_burst(CheckContext& context, BurstTarget target);

}  // namespace lr::audit
