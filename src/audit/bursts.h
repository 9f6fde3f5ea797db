// Bursts against promised limits: as many requests as the limit allows and a few more, with every
// other key of the route's limits varied so that only the one under test can answer 429.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/check_context.h"

namespace lr::audit {

/// One rule of one limit on the first route that has it.
struct BurstTarget {
  RouteCase route_case;
  const contract::Limit* limit = nullptr;
  const contract::LimitRule* rule = nullptr;
};
std::vector<BurstTarget> plan_bursts(CheckContext& context);

/// "login per_account: 10 in 60 s"
std::string describe(const BurstTarget& target);

struct BurstResult {
  std::uint32_t sent = 0;
  std::uint32_t allowed = 0;               ///< Answers before the first 429.
  std::optional<probe::Exchange> refusal;  ///< The first 429.
  std::optional<probe::Exchange> last;     ///< The last answer that was none.
  std::string problem;                     ///< Why the burst could not be sent; "" when it was.
};

/// Makes the requests of one burst, rotating persons, objects and accounts.
class Burster {
 public:
  Burster(CheckContext& context, BurstTarget target);
  /// The next request, ready to send.
  net::Task<probe::Request> next();
  /// Something that makes a fixed account a new one.
  void change_account();

 private:
  std::uint32_t allowance(contract::LimitKey key) const;
  net::Task<> change_person();

  CheckContext& context_;
  BurstTarget target_;
  Actor actor_;
  bool ready_ = false;
  std::uint32_t by_person_ = 0;
  std::uint32_t by_account_ = 0;
  std::uint32_t account_ = 0;
  std::string tag_;
};

/// Sends until the first 429, or until the limit must have been passed.
net::Task<BurstResult> send_burst(CheckContext& context, BurstTarget target);

}  // namespace lr::audit
