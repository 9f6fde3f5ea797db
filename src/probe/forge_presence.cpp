#include "crypto/digest.h"
#include "probe/forge.h"
#include "probe/forge_parts.h"

namespace lr::probe {

std::vector<Forgery> forge_missing(const ForgeMaterial&) {
  return {{"no credential at all", {}, "", ""}};
}

std::vector<Forgery> forge_malformed(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  out.push_back(bearer("a word that is no token", "not-a-token"));
  out.push_back({"an empty Authorization field", {{"Authorization", ""}}, "", ""});
  out.push_back({"\"Bearer\" without a token", {{"Authorization", "Bearer"}}, "", ""});
  out.push_back(bearer("the word \"null\"", "null"));
  out.push_back({"the wrong scheme",
                 {{"Authorization", "Basic " + crypto::base64_encode("admin:admin")}},
                 "",
                 ""});
  if (const auto parts = take_apart(material.token)) {
    out.push_back(
        bearer("two parts instead of three", parts->header_text + "." + parts->payload_text));
    out.push_back(bearer("three empty parts", ".."));
    out.push_back(bearer(
        "a header that is no JSON",
        crypto::base64url_encode("{") + "." + parts->payload_text + "." + parts->signature_text));
    out.push_back(bearer(
        "claims that are no object",
        parts->header_text + "." + crypto::base64url_encode("[]") + "." + parts->signature_text));
  }
  return out;
}

std::vector<Forgery> forge_in_query(const ForgeMaterial& material) {
  std::vector<Forgery> out;
  for (const char* name : {"access_token", "token", "jwt"}) {
    out.push_back({std::string("a valid token in ?") + name + "=", {}, name, material.token});
  }
  return out;
}

}  // namespace lr::probe
