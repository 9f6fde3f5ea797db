#include <array>
#include <boost/json/serialize.hpp>

#include "crypto/digest.h"
#include "crypto/jws.h"
#include "lab/testing/probes.h"

namespace lr::lab::testing {
namespace {

constexpr std::string_view kAnywhere = "/v1/profile";

bool enters(Visitor& v, std::string_view token, std::string_view path = kAnywhere) {
  return v.get(path, token).status == 200;
}

std::int64_t now_s() {
  return std::chrono::floor<seconds>(SystemClock().wall()).time_since_epoch().count();
}

bool enters_with(Visitor& v, std::string_view claim, json::value value) {
  json::object claims = v.claims(World::kUserA);
  claims[claim] = std::move(value);
  return enters(v, v.sign(claims));
}

std::string unsigned_token(Visitor& v, std::string_view header) {
  return crypto::base64url_encode(header) + "." +
         crypto::base64url_encode(json::serialize(v.claims(World::kUserA)));
}

bool history_open(Visitor& v) { return v.get("/v1/history").status == 200; }
bool files_open(Visitor& v) { return v.get("/v1/files").status == 200; }
bool garbage_enters(Visitor& v) { return enters(v, "garbage"); }
bool expired_enters(Visitor& v) { return enters_with(v, "exp", now_s() - 3600); }
bool early_enters(Visitor& v) { return enters_with(v, "nbf", now_s() + 3600); }
bool none_enters(Visitor& v) {
  return enters(v, unsigned_token(v, R"({"alg":"none","typ":"JWT"})") + ".");
}

bool unsigned_orders(Visitor& v) {
  const std::string token = v.token(World::kUserA);
  const std::string forged =
      token.substr(0, token.rfind('.') + 1) + crypto::base64url_encode(std::string(64, 'x'));
  return enters(v, forged, "/v1/orders") && !enters(v, forged);
}

bool own_key_enters(Visitor& v) {
  auto key = crypto::Jwk::generate(crypto::Algorithm::kES256, "mine");
  if (!key) return false;
  const auto jwk = text::parse_json(key->public_jwk());
  const auto token = crypto::sign_jws(*key, crypto::Algorithm::kES256,
                                      json::serialize(v.claims(World::kUserA)), {{"jwk", *jwk}});
  return token && enters(v, *token);
}

bool other_issuer_enters(Visitor& v) { return enters_with(v, "iss", "https://evil.example"); }
bool other_audience_enters(Visitor& v) { return enters_with(v, "aud", "another-product"); }

bool tenant_by_header(Visitor& v) {
  const auto answer = v.get("/v1/tenant", v.token(World::kUserA), {{"X-Tenant-Id", "t2"}});
  return value_at(answer, "/id") == "t2";
}

bool public_key_signs(Visitor& v) {
  const std::string input = unsigned_token(v, R"({"alg":"HS256","typ":"JWT"})");
  const auto mac = crypto::hmac_sha256(v.key().public_pem(), input);
  const std::string bytes(mac.begin(), mac.end());
  return enters(v, input + "." + crypto::base64url_encode(bytes));
}

bool token_in_query(Visitor& v) {
  return v.get("/v1/profile?access_token=" + v.token(World::kUserA)).status == 200;
}

constexpr auto kProbes = std::to_array<Probe>({
    {"auth_missing_history", history_open},
    {"auth_missing_files", files_open},
    {"auth_malformed_accepted", garbage_enters},
    {"auth_expired_accepted", expired_enters},
    {"auth_nbf_ignored", early_enters},
    {"auth_alg_none", none_enters},
    {"auth_signature_unchecked_orders", unsigned_orders},
    {"auth_wrong_key", own_key_enters},
    {"auth_issuer_ignored", other_issuer_enters},
    {"auth_audience_ignored", other_audience_enters},
    {"auth_tenant_from_header", tenant_by_header},
    {"auth_hs256_public_key", public_key_signs},
    {"auth_token_in_query", token_in_query},
});

}  // namespace

std::span<const Probe> identity_probes() { return kProbes; }

}  // namespace lr::lab::testing
