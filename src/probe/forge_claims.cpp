#include "probe/forge.h"
#include "probe/forge_parts.h"

namespace lr::probe {
namespace {

namespace json = text::json;

/// Far beyond every clock skew that a contract may allow.
constexpr std::int64_t kFar = 7200;

}  // namespace

std::vector<Forgery> forge_expired(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  const std::int64_t now = material.now;
  append_signed(out, material, "expired two hours ago", [now](json::object& claims) {
    claims["iat"] = now - 2 * kFar;
    claims["exp"] = now - kFar;
  });
  append_signed(out, material, "without an expiry",
                [](json::object& claims) { claims.erase("exp"); });
  append_signed(out, material, "an expiry that is a word",
                [](json::object& claims) { claims["exp"] = "tomorrow"; });
  append_signed(out, material, "a negative expiry",
                [](json::object& claims) { claims["exp"] = -1; });
  return out;
}

std::vector<Forgery> forge_not_yet_valid(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  const std::int64_t now = material.now;
  append_signed(out, material, "valid from two hours on", [now](json::object& claims) {
    claims["nbf"] = now + kFar;
    claims["exp"] = now + 2 * kFar;
  });
  append_signed(out, material, "issued in the future", [now](json::object& claims) {
    claims["iat"] = now + kFar;
    claims["exp"] = now + 2 * kFar;
  });
  return out;
}

std::vector<Forgery> forge_issuer(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  append_signed(out, material, "another issuer",
                [](json::object& claims) { claims["iss"] = "https://stranger.invalid"; });
  append_signed(out, material, "without an issuer",
                [](json::object& claims) { claims.erase("iss"); });
  append_signed(out, material, "an issuer that only begins like the right one",
                [&material](json::object& claims) {
                  claims["iss"] = material.issuer->issuer + ".stranger.invalid";
                });
  return out;
}

std::vector<Forgery> forge_audience(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  if (material.issuer == nullptr || material.issuer->audiences.empty()) return out;
  append_signed(out, material, "another audience",
                [](json::object& claims) { claims["aud"] = "another-product"; });
  append_signed(out, material, "without an audience",
                [](json::object& claims) { claims.erase("aud"); });
  append_signed(out, material, "a list of other audiences", [](json::object& claims) {
    claims["aud"] = json::array({"another-product", "and-one-more"});
  });
  return out;
}

std::vector<Forgery> forge_subject(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  if (material.issuer == nullptr) return out;
  const contract::ClaimMap& map = material.issuer->claims;
  if (!map.tenant.empty()) {
    append_signed(out, material, "without a tenant",
                  [&map](json::object& claims) { erase_claim(claims, map.tenant); });
    append_signed(out, material, "an empty tenant",
                  [&map](json::object& claims) { set_claim(claims, map.tenant, ""); });
  }
  append_signed(out, material, "without a user",
                [&map](json::object& claims) { erase_claim(claims, map.user); });
  return out;
}

}  // namespace lr::probe
