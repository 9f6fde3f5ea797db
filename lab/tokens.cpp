#include "lab/tokens.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/jws.h"
#include "text/fields.h"

namespace lr::lab {
namespace {

namespace json = text::json;

constexpr std::array kAllowed = {crypto::Algorithm::kES256};

std::unexpected<Error> refuse(std::string why) {
  return fail(Code::kUnauthenticated, std::move(why), Origin::kClient);
}

/// A token taken apart without any of the rules of crypto::split_jws.
struct LooseToken {
  std::string_view signing_input;
  json::object header;
  json::object claims;
  std::string signature;
};

std::optional<json::object> decode_object(std::string_view part) {
  const auto bytes = crypto::base64url_decode(part);
  if (!bytes) return std::nullopt;
  auto value = text::parse_json(*bytes);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

std::optional<LooseToken> split_loosely(std::string_view token) {
  if (token.size() > limits::kTokenBytes) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  auto header = decode_object(token.substr(0, first));
  auto claims = decode_object(token.substr(first + 1, last - first - 1));
  if (!header || !claims) return std::nullopt;
  return LooseToken{token.substr(0, last), std::move(*header), std::move(*claims),
                    crypto::base64url_decode(token.substr(last + 1)).value_or("")};
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::optional<double> number_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool names(const json::value* value, std::string_view wanted) {
  if (value == nullptr) return false;
  if (value->is_string()) return value->get_string() == wanted;
  if (!value->is_array()) return false;
  return std::ranges::any_of(value->get_array(), [wanted](const json::value& item) {
    return item.is_string() && item.get_string() == wanted;
  });
}

/// An array of strings, or one string of words.
std::vector<std::string> words_of(const json::value* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is_array()) {
    for (const json::value& item : value->get_array()) {
      if (item.is_string()) out.emplace_back(item.get_string());
    }
  } else if (value->is_string()) {
    const std::string_view all = value->get_string();
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = std::min(all.find(' ', at), all.size());
      if (end > at) out.emplace_back(all.substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

void close_roles(std::vector<std::string>& roles) {
  const bool admin = std::ranges::find(roles, "admin") != roles.end();
  const bool viewer = std::ranges::find(roles, "viewer") != roles.end();
  if (admin && !viewer) roles.emplace_back("viewer");
}

/// The confusion of the defect: the public key's text is taken for a shared secret.
bool signed_with_public_key(const LooseToken& token, const crypto::Jwk& key) {
  const std::string pem = key.public_pem();
  const std::string_view bare = std::string_view(pem).substr(0, pem.find_last_not_of('\n') + 1);
  for (const std::string_view secret : {std::string_view(pem), bare}) {
    const crypto::Sha256 mac = crypto::hmac_sha256(secret, token.signing_input);
    const std::string_view bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
    if (crypto::constant_time_equal(bytes, token.signature)) return true;
  }
  return false;
}

bool signed_with_own_key(std::string_view token, const LooseToken& loose) {
  const json::value* own = loose.header.if_contains("jwk");
  const auto jws = crypto::split_jws(token);
  if (own == nullptr || !jws) return false;
  const auto key = crypto::Jwk::parse(json::serialize(*own));
  return key && crypto::verify_jws(*jws, *key, crypto::Algorithm::kES256);
}

}  // namespace

bool Caller::has_role(std::string_view role) const {
  return std::ranges::find(roles, role) != roles.end();
}

bool Caller::has_scope(std::string_view scope) const {
  return std::ranges::find(scopes, scope) != scopes.end();
}

Caller caller_of(const User& user) {
  Caller caller{user.owner, user.roles, user.scopes};
  close_roles(caller.roles);
  return caller;
}

Tokens::Tokens(const FlawSet& flaws, const Clock& clock, crypto::Jwk key)
    : flaws_(flaws), clock_(clock), key_(std::move(key)), keys_({key_}) {}

Result<std::unique_ptr<Tokens>> Tokens::create(const FlawSet& flaws, const Clock& clock) {
  LR_TRY(auto key, crypto::Jwk::generate(crypto::Algorithm::kES256, "lab-1"));
  return std::unique_ptr<Tokens>(new Tokens(flaws, clock, std::move(key)));
}

Result<std::string> Tokens::issue(const User& user) const {
  const auto now = std::chrono::floor<seconds>(clock_.wall()).time_since_epoch().count();
  json::object claims;
  claims["iss"] = kIssuer;
  claims["aud"] = kAudience;
  claims["sub"] = user.owner.user;
  claims["tenant"] = user.owner.tenant;
  json::array roles;
  for (const std::string& role : user.roles) roles.emplace_back(role);
  claims["roles"] = std::move(roles);
  std::string scope;
  for (const std::string& name : user.scopes) scope += scope.empty() ? name : " " + name;
  claims["scope"] = scope;
  claims["iat"] = now;
  claims["exp"] = now + 3600;
  return crypto::sign_jws(key_, crypto::Algorithm::kES256, json::serialize(claims));
}

bool Tokens::weakly_accepted(std::string_view token, bool on_orders) const {
  const auto loose = split_loosely(token);
  if (!loose) return false;
  const std::string algorithm = text_member(loose->header, "alg");
  if (flaws_.on(Flaw::kAuthAlgNone) && text::equals_ignoring_case(algorithm, "none")) return true;
  if (flaws_.on(Flaw::kAuthSignatureUncheckedOrders) && on_orders && algorithm == "ES256") {
    return true;
  }
  if (flaws_.on(Flaw::kAuthHs256PublicKey) && algorithm == "HS256" &&
      signed_with_public_key(*loose, key_)) {
    return true;
  }
  return flaws_.on(Flaw::kAuthWrongKey) && signed_with_own_key(token, *loose);
}

Result<> Tokens::check_times(const json::object& claims) const {
  const double now =
      static_cast<double>(std::chrono::floor<seconds>(clock_.wall()).time_since_epoch().count());
  const double skew = static_cast<double>(kClockSkew.count());
  if (!flaws_.on(Flaw::kAuthExpiredAccepted)) {
    const auto expires = number_member(claims, "exp");
    if (!expires || *expires + skew <= now) return refuse("expired or without exp");
  }
  if (!flaws_.on(Flaw::kAuthNbfIgnored)) {
    if (claims.contains("nbf")) {
      const auto from = number_member(claims, "nbf");
      if (!from || *from - skew > now) return refuse("not valid yet");
    }
    if (claims.contains("iat")) {
      const auto issued = number_member(claims, "iat");
      if (!issued || *issued - skew > now) return refuse("issued in the future");
    }
  }
  return {};
}

Result<> Tokens::check_claims(const json::object& claims) const {
  if (!flaws_.on(Flaw::kAuthIssuerIgnored) && text_member(claims, "iss") != kIssuer) {
    return refuse("wrong issuer");
  }
  if (!flaws_.on(Flaw::kAuthAudienceIgnored) && !names(claims.if_contains("aud"), kAudience)) {
    return refuse("wrong audience");
  }
  return check_times(claims);
}

Result<Caller> Tokens::verify(std::string_view token, bool on_orders) const {
  const auto jws = crypto::split_jws(token);
  const bool good = jws && crypto::verify_jws(*jws, keys_, kAllowed);
  if (!good && !weakly_accepted(token, on_orders)) return refuse("not signed by the issuer");
  const auto parts = split_loosely(token);
  if (!parts) return refuse("the claims are not an object");
  const std::string type = text::lower_ascii(text_member(parts->header, "typ"));
  if (!type.empty() && type != "jwt" && type != "at+jwt") return refuse("wrong type");
  LR_TRY_VOID(check_claims(parts->claims));
  Caller caller;
  caller.owner = {text_member(parts->claims, "sub"), text_member(parts->claims, "tenant")};
  if (caller.owner.user.empty() || caller.owner.tenant.empty()) return refuse("nobody's token");
  caller.roles = words_of(parts->claims.if_contains("roles"));
  caller.scopes = words_of(parts->claims.if_contains("scope"));
  close_roles(caller.roles);
  return caller;
}

}  // namespace lr::lab
