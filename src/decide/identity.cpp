#include "decide/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "text/fields.h"

namespace lr::decide {
namespace {

namespace json = text::json;
using contract::Contract;
using contract::Issuer;

/// Subjects and tenants become header values and keys of stores.
constexpr std::size_t kNameBytes = 256;
/// 9999-12-31T23:59:59Z: the last moment that RFC 3339 can write.
constexpr double kLastSecond = 253'402'300'799.0;

std::unexpected<Error> refuse(std::string why) {
  return fail(Code::kUnauthenticated, std::move(why), Origin::kClient);
}

/// NumericDate (RFC 7519 section 2): seconds since the epoch, maybe with a fraction.
std::optional<double> numeric_date(const json::value& value) {
  double out = -1;
  if (value.is_int64()) out = static_cast<double>(value.get_int64());
  if (value.is_uint64()) out = static_cast<double>(value.get_uint64());
  if (value.is_double()) out = value.get_double();
  if (!std::isfinite(out) || out < 0 || out > kLastSecond) return std::nullopt;
  return out;
}

/// Absent is 0 seconds with `present` false; anything but a sane NumericDate is refused.
struct DateClaim {
  bool present = false;
  double at = 0;
};

Result<DateClaim> date_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr) return DateClaim{};
  const auto date = numeric_date(*value);
  if (!date) return refuse(std::string(name) + " is not a date");
  return DateClaim{true, *date};
}

/// A claim by name, or by JSON Pointer when the name starts with '/'.
std::optional<json::value> find_claim(const json::object& claims, const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name.front() != '/') {
    const json::value* value = claims.if_contains(name);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  const json::value document(claims);
  const json::value* value = text::resolve_pointer(document, name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Result<std::string> name_claim(const json::object& claims, const std::string& claim,
                               std::string_view what) {
  const auto value = find_claim(claims, claim);
  if (!value) return refuse(fmt::format("no {} in claim {}", what, claim));
  if (!value->is_string()) return refuse(fmt::format("{} is not a string", what));
  const std::string_view name = value->get_string();
  const bool sound = !name.empty() && name.size() <= kNameBytes && text::is_field_value(name) &&
                     text::trim_ows(name) == name;
  if (!sound) return refuse(fmt::format("{} is empty, too long or has odd characters", what));
  return std::string(name);
}

void add_words(std::string_view list, std::vector<std::string>& out) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end > 0) out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

/// A space-separated string or an array of strings; absent is none.
Result<std::vector<std::string>> list_claim(const json::object& claims, const std::string& claim) {
  std::vector<std::string> out;
  const auto value = find_claim(claims, claim);
  if (!value || value->is_null()) return out;
  if (value->is_string()) {
    add_words(value->get_string(), out);
    return out;
  }
  if (!value->is_array()) return refuse(claim + " is not a list of names");
  for (const json::value& item : value->get_array()) {
    if (!item.is_string()) return refuse(claim + " is not a list of names");
    out.emplace_back(item.get_string());
  }
  return out;
}

std::vector<std::string_view> views(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

/// RFC 8725 section 3.11: an access token must not be mistaken for another kind of token.
Result<> judge_type(const Issuer& issuer, const json::object& header) {
  const json::value* typ = header.if_contains("typ");
  if (typ == nullptr) {
    if (issuer.token_type.empty()) return {};
    return refuse("wrong token type");
  }
  if (!typ->is_string()) return refuse("wrong token type");
  std::string_view type = typ->get_string();
  constexpr std::string_view kPrefix = "application/";  // RFC 7515 section 4.1.9
  if (text::equals_ignoring_case(type.substr(0, kPrefix.size()), kPrefix)) {
    type.remove_prefix(kPrefix.size());
  }
  const bool right =
      issuer.token_type.empty()
          ? text::equals_ignoring_case(type, "JWT") || text::equals_ignoring_case(type, "at+jwt")
          : text::equals_ignoring_case(type, issuer.token_type);
  if (!right) return refuse("wrong token type");
  return {};
}

Result<> judge_issuer(const Issuer& issuer, const json::object& claims) {
  const json::value* iss = claims.if_contains("iss");
  if (iss == nullptr || !iss->is_string() || iss->get_string() != issuer.issuer) {
    return refuse("wrong issuer");
  }
  return {};
}

bool is_audience(const Issuer& issuer, const json::value& value) {
  return std::ranges::any_of(issuer.audiences,
                             [&](const auto& audience) { return value.get_string() == audience; });
}

Result<> judge_audience(const Issuer& issuer, const json::object& claims) {
  const json::value* aud = claims.if_contains("aud");
  if (aud == nullptr) return refuse("wrong audience");
  if (aud->is_string()) {
    if (is_audience(issuer, *aud)) return {};
    return refuse("wrong audience");
  }
  if (!aud->is_array()) return refuse("wrong audience");
  bool found = false;
  for (const json::value& item : aud->get_array()) {
    if (!item.is_string()) return refuse("wrong audience");
    found = found || is_audience(issuer, item);
  }
  if (!found) return refuse("wrong audience");
  return {};
}

/// Returns exp. Every doubt is decided against the token; the skew serves both sides.
Result<double> judge_times(const Issuer& issuer, const json::object& claims, WallTime now_time) {
  LR_TRY(const DateClaim exp, date_claim(claims, "exp"));
  LR_TRY(const DateClaim nbf, date_claim(claims, "nbf"));
  LR_TRY(const DateClaim iat, date_claim(claims, "iat"));
  const double now = std::chrono::duration<double>(now_time.time_since_epoch()).count();
  const double skew = static_cast<double>(issuer.clock_skew.count());
  if (!exp.present) return refuse("no expiry");
  if (now >= exp.at + skew) return refuse("expired");
  if (nbf.present && now + skew < nbf.at) return refuse("not yet valid");
  if (iat.present && now + skew < iat.at) return refuse("issued in the future");
  if (issuer.max_age.count() > 0) {
    if (!iat.present) return refuse("no issue time");
    if (exp.at - iat.at > static_cast<double>(issuer.max_age.count())) {
      return refuse("valid for too long");
    }
  }
  return exp.at;
}

WallTime wall_time(double seconds_since_epoch) {
  return WallTime(std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::seconds(static_cast<std::int64_t>(seconds_since_epoch))));
}

}  // namespace

Result<Identity> judge_claims(const Contract& contract, const Issuer& issuer,
                              const json::object& header, const json::object& claims,
                              WallTime now) {
  LR_TRY_VOID(judge_type(issuer, header));
  LR_TRY_VOID(judge_issuer(issuer, claims));
  LR_TRY_VOID(judge_audience(issuer, claims));
  LR_TRY(const double expires, judge_times(issuer, claims, now));
  Identity identity;
  LR_TRY(std::string user, name_claim(claims, issuer.claims.user, "subject"));
  identity.user = UserId(std::move(user));
  if (contract.has_tenants()) {
    if (issuer.claims.tenant.empty()) return refuse("issuer names no tenant");
    LR_TRY(std::string tenant, name_claim(claims, issuer.claims.tenant, "tenant"));
    identity.tenant = TenantId(std::move(tenant));
  }
  LR_TRY(const auto roles, list_claim(claims, issuer.claims.roles));
  LR_TRY(const auto scopes, list_claim(claims, issuer.claims.scopes));
  identity.roles = contract.close_roles(views(roles));
  identity.scopes = contract.scope_set(views(scopes));
  identity.issuer = issuer.name;
  identity.expires = wall_time(expires);
  return identity;
}

const Issuer* find_issuer(const Contract& contract, const json::object& claims) {
  const json::value* iss = claims.if_contains("iss");
  if (iss == nullptr || !iss->is_string()) return nullptr;
  const auto found = std::ranges::find_if(
      contract.issuers, [&](const Issuer& issuer) { return iss->get_string() == issuer.issuer; });
  return found == contract.issuers.end() ? nullptr : &*found;
}

const contract::ApiKey* find_api_key(const Contract& contract, const crypto::Sha256& digest) {
  if (!contract.api_keys) return nullptr;
  const auto bytes = [](const crypto::Sha256& hash) {
    return std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size());
  };
  const contract::ApiKey* found = nullptr;
  for (const contract::ApiKey& key : contract.api_keys->keys) {
    if (crypto::constant_time_equal(bytes(key.hash), bytes(digest))) found = &key;
  }
  return found;
}

Identity identity_of(const contract::ApiKey& key) {
  Identity identity;
  identity.user = key.user;
  identity.tenant = key.tenant;
  identity.roles = key.roles;
  identity.scopes = key.scopes;
  identity.issuer = "api_key";
  identity.token_digest = crypto::hex(key.hash);
  return identity;
}

}  // namespace lr::decide
