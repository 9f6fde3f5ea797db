// The one place where a refusal becomes an HTTP answer.
#pragma once

#include <string>
#include <string_view>

#include "guard/filter.h"

namespace lr::guard {

/// {"error":{"code":"not_found","message":"…","request_id":"…"}}
std::string error_body(Code code, std::string_view message, std::string_view request_id);

/// Replaces whatever answer was there by the refusal: status, Content-Type, Allow (405),
/// WWW-Authenticate (401), Retry-After. The security headers come from the filters.
void make_error_answer(const contract::Contract& contract, Exchange& exchange,
                       const Verdict& verdict);

/// The code that stands for an upstream's 4xx or 5xx when its body is not passed on.
Code code_for_status(int status);

}  // namespace lr::guard
