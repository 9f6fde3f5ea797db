// Writing token claims: the mirror image of what decide::judge_claims reads.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "contract/contract.h"
#include "text/json.h"

namespace lr::probe {

/// `place` is a claim name, or a JSON Pointer (starting with '/') whose parents are made as needed.
void set_claim(text::json::object& claims, std::string_view place, text::json::value value);
void erase_claim(text::json::object& claims, std::string_view place);

/// Who a token speaks for.
struct Subject {
  UserId user;
  TenantId tenant;
  contract::NameSet roles = 0;
  contract::NameSet scopes = 0;
};

/// Claims that the contract's issuer would write: iss, aud, iat, exp, jti and the mapped ones.
text::json::object make_claims(const contract::Contract& contract, const contract::Issuer& issuer,
                               const Subject& subject, std::int64_t now, seconds lifetime);

}  // namespace lr::probe
