#include "guard/error_answer.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace lr::guard {
namespace {

std::string allowed_methods(contract::MethodSet set) {
  std::string out;
  // GET implies HEAD, and OPTIONS is answered for preflights.
  if ((set & contract::bit(contract::Method::kGet)) != 0) {
    set = static_cast<contract::MethodSet>(set | contract::bit(contract::Method::kHead));
  }
  for (std::size_t i = 0; i < contract::kMethodCount; ++i) {
    const auto method = static_cast<contract::Method>(i);
    if ((set & contract::bit(method)) == 0) continue;
    if (!out.empty()) out += ", ";
    out += contract::method_name(method);
  }
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  out += boost::json::serialize(boost::json::string(text));
}

}  // namespace

std::string error_body(Code code, std::string_view message, std::string_view request_id) {
  std::string out = R"({"error":{"code":")";
  out += code_name(code);
  out += R"(","message":)";
  append_quoted(out, message);
  out += R"(,"request_id":")";
  out += request_id;
  out += "\"}}\n";
  return out;
}

void make_error_answer(const contract::Contract& contract, Exchange& exchange,
                       const Verdict& verdict) {
  Answer& answer = exchange.answer;
  const Code code = verdict.code == Code::kCancelled ? Code::kUnavailable : verdict.code;
  answer.local = true;
  answer.buffered = false;
  answer.event_stream = false;
  answer.status = http_status(code);
  answer.fields.clear();
  const bool own_text = answer.status >= 500 && !contract.guard.fallback_message.empty();
  answer.body = error_body(code, own_text ? contract.guard.fallback_message : public_text(code),
                           exchange.request_id);
  answer.length = answer.body.size();
  answer.fields.add("Content-Type", "application/json");
  if (code == Code::kMethodNotAllowed) {
    answer.fields.add("Allow", exchange.keep(allowed_methods(exchange.match.allowed)));
  }
  if (code == Code::kUnauthenticated) {
    answer.fields.add("WWW-Authenticate",
                      exchange.credential_bad ? "Bearer error=\"invalid_token\"" : "Bearer");
  }
  if (exchange.retry_after) {
    answer.fields.add("Retry-After", exchange.keep(std::to_string(exchange.retry_after->count())));
  }
}

Code code_for_status(int status) {
  switch (status) {
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 404:
    case 410:
      return Code::kNotFound;
    case 405:
      return Code::kMethodNotAllowed;
    case 408:
      return Code::kRequestTimeout;
    case 409:
    case 412:
      return Code::kConflict;
    case 413:
      return Code::kPayloadTooLarge;
    case 414:
      return Code::kUriTooLong;
    case 415:
      return Code::kUnsupportedMediaType;
    case 417:
      return Code::kExpectationFailed;
    case 422:
      return Code::kUnprocessable;
    case 429:
      return Code::kResourceExhausted;
    case 431:
      return Code::kHeadersTooLarge;
    case 501:
      return Code::kUnimplemented;
    case 500:
      return Code::kInternal;
    case 503:
      return Code::kUnavailable;
    case 504:
      return Code::kDeadlineExceeded;
    default:
      return status < 500 ? Code::kInvalidArgument : Code::kBadGateway;
  }
}

}  // namespace lr::guard
