#include "probe/forge_parts.h"

#include <boost/json/serialize.hpp>

#include "crypto/digest.h"
#include "crypto/jws.h"

namespace lr::probe {

namespace json = text::json;

void Forgery::apply(Request& request) const {
  for (const text::Header& field : headers) request.headers.add(field.name, field.value);
  if (!query_name.empty()) append_query(request.target, query_name, query_value);
  request.credential_variable = "FORGED_TOKEN";
  request.credential_note = form;
}

std::optional<TokenParts> take_apart(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  TokenParts out;
  out.header_text = token.substr(0, first);
  out.payload_text = token.substr(first + 1, second - first - 1);
  out.signature_text = token.substr(second + 1);
  const auto header = crypto::base64url_decode(out.header_text);
  const auto payload = crypto::base64url_decode(out.payload_text);
  if (!header || !payload) return std::nullopt;
  auto header_value = text::parse_json(*header);
  auto payload_value = text::parse_json(*payload);
  if (!header_value || !payload_value || !header_value->is_object() ||
      !payload_value->is_object()) {
    return std::nullopt;
  }
  out.header = std::move(header_value->get_object());
  out.claims = std::move(payload_value->get_object());
  return out;
}

bool is_forgeable(std::string_view token) { return take_apart(token).has_value(); }

std::string encode(const json::object& part) {
  return crypto::base64url_encode(json::serialize(part));
}

std::string assemble(const json::object& header, const json::object& claims,
                     std::string_view signature) {
  return encode(header) + "." + encode(claims) + "." + crypto::base64url_encode(signature);
}

Forgery bearer(std::string form, std::string_view token) {
  return {std::move(form), {{"Authorization", "Bearer " + std::string(token)}}, "", ""};
}

void append_signed(std::vector<Forgery>& out, const ForgeMaterial& material, std::string form,
                   const std::function<void(json::object& claims)>& edit) {
  if (material.test_key == nullptr || !material.algorithm || material.issuer == nullptr) return;
  json::object claims = make_claims(*material.contract, *material.issuer, material.subject,
                                    material.now, seconds(600));
  edit(claims);
  json::object header;
  if (!material.issuer->token_type.empty()) header["typ"] = material.issuer->token_type;
  const auto token =
      crypto::sign_jws(*material.test_key, *material.algorithm, json::serialize(claims), header);
  if (token) out.push_back(bearer(std::move(form), *token));
}

}  // namespace lr::probe
