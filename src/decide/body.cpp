#include "decide/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "text/fields.h"

namespace lr::decide {
namespace {

using contract::Method;
using contract::Route;

std::unexpected<Error> refuse(Code code, std::string why) {
  return fail(code, std::move(why), Origin::kClient);
}

bool carries_body(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

/// "image/*" in the contract covers every image type.
bool type_matches(std::string_view rule, std::string_view type) {
  if (rule.ends_with("/*")) {
    const std::string_view group = rule.substr(0, rule.size() - 1);
    return type.size() > group.size() &&
           text::equals_ignoring_case(type.substr(0, group.size()), group);
  }
  return text::equals_ignoring_case(rule, type);
}

/// JSON is UTF-8 (RFC 8259 section 8.1); another charset would make two readers disagree.
bool charset_is_utf8(std::string_view parameters) {
  const std::string lower = text::lower_ascii(parameters);
  const std::size_t at = lower.find("charset");
  if (at == std::string::npos) return true;
  std::string_view value = std::string_view(lower).substr(at + std::string_view("charset").size());
  if (value.find("charset") != std::string_view::npos || !value.starts_with('=')) return false;
  value = text::trim_ows(value.substr(1, value.find(';') - 1));
  return value == "utf-8" || value == "\"utf-8\"";
}

Result<> judge_type(const std::vector<std::string>& accepted,
                    std::optional<std::string_view> content_type) {
  if (accepted.empty()) return {};
  if (!content_type) return refuse(Code::kUnsupportedMediaType, "body without a content type");
  const std::size_t end = std::min(content_type->find(';'), content_type->size());
  const std::string_view type = text::trim_ows(content_type->substr(0, end));
  const bool known = std::ranges::any_of(
      accepted, [&](const std::string& rule) { return type_matches(rule, type); });
  if (!known) return refuse(Code::kUnsupportedMediaType, "content type is not accepted");
  const bool is_json = text::equals_ignoring_case(type, "application/json");
  if (is_json && !charset_is_utf8(content_type->substr(end))) {
    return refuse(Code::kUnsupportedMediaType, "JSON in another charset than UTF-8");
  }
  return {};
}

}  // namespace

std::size_t body_bytes_max(const Route& route) {
  return route.body ? route.body->max_bytes : limits::kBodyBytes;
}

Result<> judge_body_head(const Route& route, Method method,
                         std::optional<std::string_view> content_type,
                         std::optional<std::uint64_t> declared_length, bool has_body) {
  if (!has_body) {
    if (route.body && route.body->schema && carries_body(method)) {
      return refuse(Code::kInvalidArgument, "a body is required");
    }
    return {};
  }
  if (!route.body && !carries_body(method)) {
    return refuse(Code::kInvalidArgument,
                  fmt::format("a body is not accepted with {}", contract::method_name(method)));
  }
  if (declared_length && *declared_length > body_bytes_max(route)) {
    return refuse(Code::kPayloadTooLarge, fmt::format("body of {} bytes, at most {}",
                                                      *declared_length, body_bytes_max(route)));
  }
  if (!route.body) return {};
  return judge_type(route.body->content_types, content_type);
}

bool needs_parsed_body(const contract::Contract& contract, const Route& route) {
  if (route.body && route.body->schema) return true;
  const bool named = std::ranges::any_of(route.references, [](const auto& reference) {
    return reference.place == contract::Reference::Place::kBody;
  });
  if (named) return true;
  return std::ranges::any_of(route.limits, [&](contract::LimitIndex index) {
    const auto& rules = contract.limits[index].rules;
    return std::ranges::any_of(
        rules, [](const auto& rule) { return rule.key == contract::LimitKey::kAccount; });
  });
}

Result<text::json::value> judge_body(const Route& route, std::string_view body,
                                     text::json::storage_ptr storage) {
  if (body.size() > body_bytes_max(route)) {
    return refuse(Code::kPayloadTooLarge, "body is larger than the route accepts");
  }
  auto value = text::parse_json(body, {}, std::move(storage));
  if (!value) return refuse(Code::kInvalidArgument, value.error().detail());
  if (!route.body || !route.body->schema) return value;
  if (auto valid = route.body->schema->validate(*value); !valid) {
    return refuse(Code::kUnprocessable, valid.error().detail());
  }
  return value;
}

}  // namespace lr::decide
