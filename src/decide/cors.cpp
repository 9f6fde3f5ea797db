#include "decide/cors.h"

#include <algorithm>
#include <array>
#include <vector>

#include "text/fields.h"

namespace lr::decide {
namespace {

using contract::Method;

constexpr std::size_t kRequestedHeadersMax = 32;

/// What a browser page may send, besides the API key header.
constexpr std::array<std::string_view, 8> kAllowedHeaders = {
    "Accept",       "Accept-Language", "Authorization", "Content-Language",
    "Content-Type", "Last-Event-ID",   "X-Request-Id",  "traceparent"};

bool header_allowed(const contract::Contract& contract, std::string_view name) {
  if (contract.api_keys && text::equals_ignoring_case(name, contract.api_keys->header)) return true;
  return std::ranges::any_of(kAllowedHeaders, [&](std::string_view allowed) {
    return text::equals_ignoring_case(name, allowed);
  });
}

/// Access-Control-Request-Headers: an empty list, or tokens between commas.
bool all_headers_allowed(const contract::Contract& contract, std::string_view list) {
  if (text::trim_ows(list).empty()) return true;
  for (std::size_t count = 0; count < kRequestedHeadersMax; ++count) {
    const std::size_t comma = list.find(',');
    if (!header_allowed(contract, text::trim_ows(list.substr(0, comma)))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
  return false;
}

contract::MethodSet with_head(contract::MethodSet methods) {
  if ((methods & contract::bit(Method::kGet)) == 0) return methods;
  return static_cast<contract::MethodSet>(methods | contract::bit(Method::kHead));
}

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

std::string method_list(contract::MethodSet methods) {
  std::string out;
  for (std::size_t i = 0; i < contract::kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    if ((methods & contract::bit(method)) != 0) append(out, contract::method_name(method));
  }
  return out;
}

std::string header_list(const contract::Contract& contract) {
  std::string out;
  for (const std::string_view name : kAllowedHeaders) append(out, name);
  if (contract.api_keys) append(out, contract.api_keys->header);
  return out;
}

}  // namespace

bool origin_allowed(const contract::Cors& cors, std::string_view origin) {
  if (origin.empty() || origin == "null" || origin == "*") return false;
  return std::ranges::any_of(cors.origins,
                             [&](const std::string& allowed) { return allowed == origin; });
}

PreflightVerdict decide_preflight(const contract::Contract& contract, std::string_view origin,
                                  std::string_view requested_method,
                                  std::string_view requested_headers,
                                  contract::MethodSet allowed_methods) {
  PreflightVerdict verdict;
  if (!origin_allowed(contract.cors, origin)) return verdict;
  const contract::MethodSet methods = with_head(allowed_methods);
  const auto method = contract::parse_method(requested_method);
  if (!method || (methods & contract::bit(*method)) == 0) return verdict;
  if (!all_headers_allowed(contract, requested_headers)) return verdict;
  verdict.allowed = true;
  verdict.allow_methods = method_list(methods);
  verdict.allow_headers = header_list(contract);
  return verdict;
}

}  // namespace lr::decide
