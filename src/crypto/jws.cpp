#include "crypto/jws.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/jwk_impl.h"

namespace lr::crypto {
namespace {

namespace json = boost::json;

/// Real headers are flat, or hold one "jwk".
constexpr std::size_t kHeaderDepth = 8;

std::unexpected<Error> refuse(std::string why) {
  return fail(Code::kUnauthenticated, std::move(why), Origin::kClient);
}

Result<std::string> decode_part(std::string_view part, std::string_view name) {
  auto bytes = base64url_decode(part);
  if (!bytes) return refuse(fmt::format("the {} is not strict base64url", name));
  return *std::move(bytes);
}

/// "" when absent; an empty string in the token is refused, so that "" means absent.
Result<std::string> header_text(const json::object& header, std::string_view name) {
  const json::value* member = header.if_contains(name);
  if (member == nullptr) return std::string();
  if (!member->is_string() || member->get_string().empty()) {
    return refuse(fmt::format("header \"{}\" is not a string with content", name));
  }
  return std::string(member->get_string());
}

Result<json::object> parse_header(std::string_view part) {
  LR_TRY(const std::string text, decode_part(part, "header"));
  auto document = text::parse_json(text, {.depth = kHeaderDepth});
  if (!document) return refuse("the header is not strict JSON: " + document.error().detail());
  if (!document->is_object()) return refuse("the header is not a JSON object");
  json::object header = std::move(document->get_object());
  // RFC 7515 section 4.1.11: what is critical must be understood, and nothing is.
  if (header.contains("crit")) return refuse("header \"crit\" is not supported");
  const json::value* encoded = header.if_contains("b64");
  if (encoded != nullptr && *encoded != true) return refuse("header \"b64\" is not true");
  return header;
}

}  // namespace

Result<UnverifiedJws> split_jws(std::string_view token) {
  if (token.size() > limits::kTokenBytes) return refuse("the token is too long");
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last || token.find('.', first + 1) != last) {
    return refuse("the token does not have three parts");
  }
  UnverifiedJws jws;
  jws.signing_input = token.substr(0, last);
  LR_TRY(jws.header, parse_header(token.substr(0, first)));
  LR_TRY(jws.algorithm, header_text(jws.header, "alg"));
  LR_TRY(jws.kid, header_text(jws.header, "kid"));
  LR_TRY(jws.payload, decode_part(token.substr(first + 1, last - first - 1), "payload"));
  LR_TRY(jws.signature, decode_part(token.substr(last + 1), "signature"));
  return jws;
}

bool verify_jws(const UnverifiedJws& jws, const Jwk& key, Algorithm algorithm) {
  return key.fits(algorithm) && jws.algorithm == algorithm_name(algorithm) &&
         verify_raw(key.impl(), algorithm, jws.signing_input, jws.signature);
}

Result<> verify_jws(const UnverifiedJws& jws, const JwkSet& keys,
                    std::span<const Algorithm> allowed) {
  const auto algorithm = parse_algorithm(jws.algorithm);
  if (!algorithm || std::ranges::find(allowed, *algorithm) == allowed.end()) {
    return refuse("the algorithm is not allowed");
  }
  const auto meant = [&](const Jwk& key) { return jws.kid.empty() || key.kid() == jws.kid; };
  if (!jws.kid.empty() && std::ranges::none_of(keys.keys(), meant)) return refuse("unknown key");
  bool fitting = false;
  for (const Jwk& key : keys.keys()) {
    if (!meant(key) || !key.fits(*algorithm)) continue;
    fitting = true;
    if (verify_jws(jws, key, *algorithm)) return {};
  }
  return refuse(fitting ? "the signature is wrong" : "no key fits the algorithm");
}

Result<std::string> sign_jws(const Jwk& key, Algorithm algorithm, std::string_view payload,
                             const text::json::object& header) {
  if (!key.is_private()) return fail(Code::kInvalidArgument, "signing needs a private key");
  if (!key.fits(algorithm))
    return fail(Code::kInvalidArgument, "the key does not fit the algorithm");
  json::object full;
  full["alg"] = algorithm_name(algorithm);
  full["typ"] = "JWT";
  if (!key.kid().empty()) full["kid"] = key.kid();
  for (const auto& [name, member] : header) {
    if (name != "alg") full[name] = member;
  }
  std::string token = base64url_encode(json::serialize(full)) + "." + base64url_encode(payload);
  LR_TRY(const std::string signature, sign_raw(key.impl(), algorithm, token));
  token += '.';
  token += base64url_encode(signature);
  return token;
}

}  // namespace lr::crypto
