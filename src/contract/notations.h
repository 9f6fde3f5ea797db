// The notations of the contract's single values: what a message calls them, the exported schema's
// pattern, and the function that decides. For shapes.cpp alone.
#pragma once

#include <array>
#include <string_view>

#include "base/limits.h"
#include "contract/shape.h"
#include "contract/values.h"
#include "crypto/api_key.h"
#include "text/fields.h"
#include "text/json.h"

namespace lr::contract {

using Names = std::string_view;
using Type = Scalar::Type;

inline bool is_text(Names text) { return !text.empty() && text.size() <= 2048; }
inline bool is_flag(Names text) { return text == "true" || text == "false"; }
inline bool is_size(Names text) { return parse_size(text).value_or(0) > 0; }
inline bool is_duration(Names text) { return parse_duration(text).has_value(); }
inline bool is_rate(Names text) { return parse_rate(text).has_value(); }
inline bool is_secret(Names text) { return parse_secret_ref(text).has_value(); }
inline bool is_address(Names text) { return parse_listen_address(text).has_value(); }
inline bool is_address_or_none(Names text) { return text == "none" || is_address(text); }
inline bool is_pointer(Names text) { return !text.empty() && text::is_json_pointer(text); }
inline bool is_pointer_or_root(Names text) { return text::is_json_pointer(text); }
inline bool is_path(Names text) { return text.starts_with('/'); }
inline bool is_header_name(Names text) { return text::is_token(text); }
inline bool is_header_value(Names text) { return !text.empty() && text::is_field_value(text); }
inline bool is_key_hash(Names text) { return crypto::parse_api_key_hash(text).has_value(); }
inline bool is_smtp(Names text) { return text.starts_with("smtp") && parse_mail_server(text); }
inline bool is_imap(Names text) { return text.starts_with("imap") && parse_mail_server(text); }
inline bool is_mail_address(Names text) {
  const std::size_t at = text.rfind('@');
  return at != Names::npos && at > 0 && text.find_first_of(" \t<>") == Names::npos &&
         is_host_name(text.substr(at + 1));
}
inline bool is_prefix(Names text) { return text::parse_ip_prefix(text).has_value(); }
inline bool is_media_type(Names text) {
  const std::size_t slash = text.find('/');
  return slash != Names::npos && text::is_token(text.substr(0, slash)) &&
         text::is_token(text.substr(slash + 1));
}

inline constexpr Scalar kTextScalar{.what = "text", .accepts = is_text};
inline constexpr Scalar kNameScalar{.what = "a name of letters, digits, '-' and '_'",
                                    .pattern = "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
                                    .accepts = is_name};
inline constexpr Scalar kGrantScalar{.what = "a name without spaces or quotes",
                                     .pattern = "^[!#-\\[\\]-~]{1,128}$",
                                     .accepts = is_grant_name};
inline constexpr Scalar kFlagScalar{
    .what = "true or false", .type = Type::kBoolean, .accepts = is_flag};
inline constexpr Scalar kVersionScalar{
    .what = "the number 1", .type = Type::kInteger, .min = 1, .max = 1};
inline constexpr Scalar kWorkersScalar{
    .what = "a number of workers", .type = Type::kInteger, .min = 0, .max = 256};
inline constexpr Scalar kCountScalar{
    .what = "a whole number", .type = Type::kInteger, .min = 1, .max = 100'000'000};
inline constexpr Scalar kSizeScalar{.what = "a size such as 64KiB",
                                    .type = Type::kIntegerOrString,
                                    .pattern = "^[0-9]+(B|KiB|MiB|GiB|KB|MB|GB)?$",
                                    .accepts = is_size};
inline constexpr Scalar kDurationScalar{.what = "a duration such as 500ms, 30s, 5m, 1h or 365d",
                                        .pattern = "^[0-9]+(ms|s|m|h|d)$",
                                        .accepts = is_duration};
inline constexpr Scalar kRateScalar{
    .what = "a rate such as 10/min, 5/s, 100/hour or 10/min burst 20",
    .pattern = "^[0-9]+/(s|sec|second|m|min|minute|h|hour|d|day|week)( burst [0-9]+)?$",
    .accepts = is_rate};
inline constexpr Scalar kSecretScalar{.what = "a reference to a secret: ${NAME} or file:path",
                                      .pattern = "^(\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}|file:.+)$",
                                      .accepts = is_secret,
                                      .secret = true};
inline constexpr Scalar kPointerScalar{
    .what = "a JSON Pointer such as /id", .pattern = "^(/([^~/]|~[01])*)+$", .accepts = is_pointer};
inline constexpr Scalar kPointerOrRootScalar{
    .what = "a JSON Pointer such as /items, or \"\" for the root",
    .pattern = "^(/([^~/]|~[01])*)*$",
    .accepts = is_pointer_or_root};
inline constexpr Scalar kPathScalar{
    .what = "a path that starts with '/'", .pattern = "^/", .accepts = is_path};
inline constexpr Scalar kUrlScalar{
    .what = "an http or https URL", .pattern = "^https?://", .accepts = is_text};
inline constexpr Scalar kAddressScalar{.what = "an address with a port such as 127.0.0.1:8443",
                                       .pattern = ":[0-9]+$",
                                       .accepts = is_address};
inline constexpr Scalar kAdminScalar{
    .what = "an address with a port such as 127.0.0.1:9901, or none",
    .pattern = "^none$|:[0-9]+$",
    .accepts = is_address_or_none};
inline constexpr Scalar kPrefixScalar{.what = "an IP address or prefix such as 10.0.0.0/8",
                                      .pattern = "^[0-9A-Fa-f:.]+(/[0-9]+)?$",
                                      .accepts = is_prefix};
inline constexpr Scalar kHeaderNameScalar{
    .what = "a header name", .pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", .accepts = is_header_name};
inline constexpr Scalar kHeaderValueScalar{.what = "a header value", .accepts = is_header_value};
inline constexpr Scalar kHostScalar{.what = "a host name such as chat.acme.example",
                                    .pattern = "^[A-Za-z0-9_.-]{1,253}$",
                                    .accepts = is_host_name};
inline constexpr Scalar kMailAddressScalar{.what = "a mail address such as ops@acme.example",
                                           .pattern = "^[^@ ]+@[A-Za-z0-9_.-]+$",
                                           .accepts = is_mail_address};
inline constexpr Scalar kSmtpScalar{.what = "a mail server such as smtp://mail.acme.example:587",
                                    .pattern = "^smtps?://[A-Za-z0-9_.-]+(:[0-9]+)?$",
                                    .accepts = is_smtp};
inline constexpr Scalar kImapScalar{.what = "a mail server such as imaps://mail.acme.example",
                                    .pattern = "^imaps://[A-Za-z0-9_.-]+(:[0-9]+)?$",
                                    .accepts = is_imap};
inline constexpr Scalar kHashScalar{
    .what = "the hash of a key, sha256:<64 hex digits>; the key itself never stands here",
    .pattern = "^sha256:[0-9A-Fa-f]{64}$",
    .accepts = is_key_hash};
inline constexpr Scalar kMediaTypeScalar{
    .what = "a content type such as application/json or image/*",
    .pattern = "^[^/ ;]+/[^/ ;]+$",
    .accepts = is_media_type};

inline constexpr std::array<Names, 2> kAccessWords = {"public", "authenticated"};
inline constexpr Scalar kAccessScalar{.what = "public or authenticated", .choices = kAccessWords};
inline constexpr std::array<Names, 7> kMethodWords = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
inline constexpr Scalar kMethodScalar{.what = "a method", .choices = kMethodWords};
inline constexpr std::array<Names, 4> kIdWords = {"any", "uuid", "integer", "slug"};
inline constexpr Scalar kIdScalar{.what = "a kind of id", .choices = kIdWords};
inline constexpr std::array<Names, 2> kOwnerWords = {"user", "tenant"};
inline constexpr Scalar kOwnerScalar{.what = "user or tenant", .choices = kOwnerWords};
inline constexpr std::array<Names, 3> kProfileWords = {"observe", "safe", "full"};
inline constexpr Scalar kProfileScalar{.what = "an audit profile", .choices = kProfileWords};
inline constexpr std::array<Names, 13> kAlgorithmWords = {
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512"};
inline constexpr Scalar kAlgorithmScalar{.what = "a signature algorithm",
                                         .choices = kAlgorithmWords};
inline constexpr std::array<Names, 8> kReferrerWords = {"no-referrer",
                                                        "no-referrer-when-downgrade",
                                                        "origin",
                                                        "origin-when-cross-origin",
                                                        "same-origin",
                                                        "strict-origin",
                                                        "strict-origin-when-cross-origin",
                                                        "unsafe-url"};
inline constexpr std::array<Names, 3> kDmarcWords = {"none", "quarantine", "reject"};
inline constexpr Scalar kDmarcScalar{.what = "a DMARC policy", .choices = kDmarcWords};
inline constexpr std::array<Names, 2> kTlsWords = {"intermediate", "modern"};
inline constexpr Scalar kTlsScalar{.what = "a profile of Mozilla's TLS guidelines",
                                   .choices = kTlsWords};
inline constexpr std::array<Names, 2> kEdgeWords = {"cloudflare", "other"};
inline constexpr Scalar kEdgeScalar{.what = "an edge provider", .choices = kEdgeWords};
inline constexpr Scalar kReferrerScalar{.what = "a referrer policy", .choices = kReferrerWords};

}  // namespace lr::contract
