// The lab's limits on calls, by the route's promise. Each adds RateLimit fields to the answer.
#pragma once

#include "lab/service.h"

namespace lr::lab {

/// Chat by user, login by address. kResourceExhausted with Retry-After.
Result<> limit_call(Service& service, Call& call);
/// Login by the account that the body names, whoever asks.
Result<> limit_account(Service& service, Call& call, std::string_view account);

}  // namespace lr::lab
