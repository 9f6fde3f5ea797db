// The running guard: workers, the control thread with the admin and redirect listeners, stores.
#pragma once

#include <atomic>
#include <mutex>

#include "guard/admin.h"
#include "guard/guard.h"
#include "guard/redirect.h"
#include "guard/worker.h"

namespace lr::guard {

/// Replacements for tests. Null members are made by the guard itself.
struct GuardParts {
  const Clock* clock = nullptr;
  store::Ledger* ledger = nullptr;
  store::OwnershipStore* ownership = nullptr;
  store::RateStore* rates = nullptr;
  Log* log = nullptr;
  JwksTimes jwks;
  milliseconds head_timeout{10'000};
};

Result<std::unique_ptr<Guard>> start_guard(GuardOptions options, GuardParts parts);

}  // namespace lr::guard
