#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "crypto/digest.h"
#include "secrets/filters/filters.h"
#include "text/json.h"

namespace lr::secrets {
namespace {

std::optional<text::json::object> decode_part(std::string_view part) {
  const auto bytes = crypto::base64url_decode(part);
  if (!bytes) return std::nullopt;
  auto value = text::parse_json(*bytes);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->as_object());
}

std::optional<std::int64_t> seconds(const text::json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->as_int64();
  if (value->is_double() && value->as_double() < 1e12 && value->as_double() > 0) {
    return static_cast<std::int64_t>(value->as_double());
  }
  return std::nullopt;
}

/// RFC 7515 section 4.1.1: registered or not, it is a short name. Services make up their own.
bool is_algorithm(std::string_view name) {
  constexpr std::size_t kMost = 32;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_+./").contains(c);
  };
  return !name.empty() && name.size() <= kMost && std::ranges::all_of(name, fits);
}

}  // namespace

Proven prove_jwt(std::string_view token, std::int64_t now) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return {};
  const std::size_t second = token.find('.', first + 1);
  const auto header = decode_part(token.substr(0, first));
  if (!header) return {};
  const auto* algorithm = header->if_contains("alg");
  if (algorithm == nullptr || !algorithm->is_string()) return {};
  const std::string_view name = algorithm->as_string();
  if (!is_algorithm(name)) return {};
  if (header->contains("enc")) return {true, "encrypted token"};
  const auto claims = decode_part(token.substr(first + 1, second - first - 1));
  if (!claims) return {};
  if (name == "none") return {true, "alg none"};
  const auto expiry = seconds(*claims, "exp");
  if (expiry && *expiry < now) {
    return {true, fmt::format("expired {:%Y-%m-%d}", fmt::gmtime(static_cast<time_t>(*expiry)))};
  }
  return {true, expiry ? "" : "never expires"};
}

}  // namespace lr::secrets
