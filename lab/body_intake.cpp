#include "lab/body_intake.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "base/limits.h"
#include "lab/routes.h"

namespace lr::lab {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kCarelessBytesMax = 4 * limits::kMiB;

bool is_json_type(std::optional<std::string_view> content_type) {
  if (!content_type) return false;
  const std::string_view type = content_type->substr(0, content_type->find(';'));
  return text::equals_ignoring_case(text::trim_ows(type), "application/json");
}

std::unexpected<Error> crash() { return fail(Code::kInternal, "an unhandled exception"); }

/// As a parser reads it that keeps the last of two equal keys.
std::optional<json::value> parse_carelessly(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error) return std::nullopt;
  return value;
}

Result<json::value> parse_body(const Service& service, std::string_view text) {
  if (json_depth(text) > kDepthMax) {
    if (service.flaws.on(Flaw::kInputDepth500)) return crash();
    return fail(Code::kInvalidArgument, "nested too deeply", Origin::kClient);
  }
  auto value = text::parse_json(text);
  if (value) return std::move(*value);
  auto careless = parse_carelessly(text);
  if (!careless && service.flaws.on(Flaw::kInputCrashMalformed)) return crash();
  if (careless && service.flaws.on(Flaw::kInputDuplicateKeysAccepted)) return std::move(*careless);
  return fail(Code::kInvalidArgument, "not strict JSON", Origin::kClient);
}

Result<> check_schema(const Service& service, const Call& call) {
  auto valid = service.schemas.of(call.route->body).validate(call.body);
  if (valid) return {};
  const bool wrong_type = valid.error().detail().ends_with(": type");
  if (wrong_type && service.flaws.on(Flaw::kInputType500)) return crash();
  return fail(Code::kUnprocessable, valid.error().detail(), Origin::kClient);
}

}  // namespace

std::size_t json_depth(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

net::Task<> take_body(Service& service, Call& call) {
  if (call.route->body == Body::kNone) {
    if (!call.exchange.has_body()) co_return Result<>();
    co_return fail(Code::kInvalidArgument, "no body is expected here", Origin::kClient);
  }
  const BodySpec& spec = body_spec(call.route->body);
  if (!is_json_type(call.field("content-type")) && !service.flaws.on(Flaw::kInputAnyContentType)) {
    co_return fail(Code::kUnsupportedMediaType, "not application/json", Origin::kClient);
  }
  const bool careless = service.flaws.on(Flaw::kInputNoSizeLimit);
  const std::size_t max = careless ? kCarelessBytesMax : spec.max_bytes;
  LR_CO_TRY(const std::string_view text, co_await call.exchange.read_all(max));
  LR_CO_TRY(call.body, parse_body(service, text));
  co_return check_schema(service, call);
}

}  // namespace lr::lab
