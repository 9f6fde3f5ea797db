// The one list of planted defects. Every row becomes an enumerator for the code that has the
// defect, and a Defect for everybody who switches it or checks that an audit finds it.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"
#include "lab/lab.h"

namespace lr::lab {

/// X(enumerator, name, control, check, closed by a guard in front, what is wrong)
#define LR_LAB_FLAWS(X)                                                                            \
  X(kAuthMissingHistory, "auth_missing_history", "AUTHN", "authn.missing", true,                   \
    "GET /v1/history answers without a token, with the first user's messages.")                    \
  X(kAuthMissingFiles, "auth_missing_files", "AUTHN", "authn.missing", true,                       \
    "Files can be listed and read without a token, as the first user.")                            \
  X(kAuthMalformedAccepted, "auth_malformed_accepted", "AUTHN", "authn.malformed", true,           \
    "A bearer value that is no token at all continues the session of the last user.")              \
  X(kAuthExpiredAccepted, "auth_expired_accepted", "AUTHN", "authn.expired", true,                 \
    "Expired tokens are accepted.")                                                                \
  X(kAuthNbfIgnored, "auth_nbf_ignored", "AUTHN", "authn.not_yet_valid", true,                     \
    "Tokens that are not valid yet are accepted.")                                                 \
  X(kAuthAlgNone, "auth_alg_none", "AUTHN", "authn.alg_none", true,                                \
    "Tokens with the algorithm \"none\" need no signature.")                                       \
  X(kAuthSignatureUncheckedOrders, "auth_signature_unchecked_orders", "AUTHN", "authn.signature",  \
    true, "The order routes do not check the token's signature.")                                  \
  X(kAuthWrongKey, "auth_wrong_key", "AUTHN", "authn.wrong_key", true,                             \
    "A token may bring its own key in its \"jwk\" header.")                                        \
  X(kAuthIssuerIgnored, "auth_issuer_ignored", "AUTHN", "authn.issuer", true,                      \
    "Tokens of every issuer are accepted.")                                                        \
  X(kAuthAudienceIgnored, "auth_audience_ignored", "AUTHN", "authn.audience", true,                \
    "Tokens for every audience are accepted.")                                                     \
  X(kAuthTenantFromHeader, "auth_tenant_from_header", "AUTHN", "authn.tenant", true,               \
    "The X-Tenant-Id header overrides the tenant of the token.")                                   \
  X(kAuthHs256PublicKey, "auth_hs256_public_key", "AUTHN", "authn.hs_confusion", true,             \
    "HS256 tokens signed with the text of the public key are accepted.")                           \
  X(kAuthTokenInQuery, "auth_token_in_query", "AUTHN", "authn.token_in_query", true,               \
    "The token may stand in the URL as ?access_token=.")                                           \
  X(kRoleMissingAdminStats, "role_missing_admin_stats", "AUTHZ", "authz.role", true,               \
    "GET /admin/stats does not ask for the admin role.")                                           \
  X(kRoleAdminByQueryFlag, "role_admin_by_query_flag", "AUTHZ", "authz.role", true,                \
    "?admin=true makes everybody an admin.")                                                       \
  X(kMethodOverride, "method_override", "AUTHZ", "authz.method", true,                             \
    "X-HTTP-Method-Override turns a permitted GET into a DELETE that only admins may do.")         \
  X(kScopeIgnoredExport, "scope_ignored_export", "AUTHZ", "authz.scope", true,                     \
    "GET /v1/export does not ask for its scope.")                                                  \
  X(kPathCaseAdmin, "path_case_admin", "AUTHZ", "authz.path_trick", true,                          \
    "/Admin/stats and //admin/stats reach the function without its role check.")                   \
  X(kConversationReadUnowned, "conversation_read_unowned", "OWNER", "owner.read", true,            \
    "Everybody can read every conversation by its id.")                                            \
  X(kFileReadUnowned, "file_read_unowned", "OWNER", "owner.read", true,                            \
    "Everybody can read every file by its id.")                                                    \
  X(kConversationDeleteUnowned, "conversation_delete_unowned", "OWNER", "owner.write", true,       \
    "Everybody can delete every conversation by its id.")                                          \
  X(kOrderQueryUnowned, "order_query_unowned", "OWNER", "owner.query", true,                       \
    "GET /v1/orders/search?order_id= shows orders of others.")                                     \
  X(kChatBodyUnowned, "chat_body_unowned", "OWNER", "owner.body", true,                            \
    "POST /v1/chat continues, and shows, conversations of others named in its body.")              \
  X(kListAllConversations, "list_all_conversations", "OWNER", "owner.list", true,                  \
    "GET /v1/conversations lists the conversations of all users.")                                 \
  X(kOrderCrossTenant, "order_cross_tenant", "OWNER", "owner.tenant", true,                        \
    "Orders of another tenant can be read; only those of the own tenant are protected.")           \
  X(kExistenceLeak, "existence_leak", "OWNER", "owner.existence", true,                            \
    "A foreign object answers 403, a missing one 404: ids can be probed.")                         \
  X(kRateNoneChat, "rate_none_chat", "RATE", "rate.burst", true, "Chat is not limited.")           \
  X(kRateNoneLogin, "rate_none_login", "RATE", "rate.burst", true, "Login is not limited.")        \
  X(kRateTrustsXff, "rate_trusts_xff", "RATE", "rate.spoofed_address", true,                       \
    "The login limit counts by X-Forwarded-For, which the client writes.")                         \
  X(kRateNoRetryAfter, "rate_no_retry_after", "RATE", "rate.retry_after", true,                    \
    "429 answers do not say when to come back.")                                                   \
  X(kRateNoAccountLimit, "rate_no_account_limit", "RATE", "rate.account", true,                    \
    "Passwords of one account can be guessed as fast as the address limit allows.")                \
  X(kCorsReflectsOrigin, "cors_reflects_origin", "CORS", "cors.reflection", true,                  \
    "Every origin is allowed by reflection, with credentials.")                                    \
  X(kCorsNull, "cors_null", "CORS", "cors.null_origin", true, "The origin \"null\" is allowed.")   \
  X(kCorsSuffixMatch, "cors_suffix_match", "CORS", "cors.lookalike", true,                         \
    "Every origin that ends like the right one is allowed.")                                       \
  X(kCorsStarCredentials, "cors_star_credentials", "CORS", "cors.credentials_wildcard", true,      \
    "Access-Control-Allow-Origin is * together with credentials.")                                 \
  X(kCorsReflectsOnError, "cors_reflects_on_error", "CORS", "cors.error_paths", true,              \
    "Error answers reflect every origin.")                                                         \
  X(kHeadersMissing, "headers_missing", "HEADERS", "headers.security", true,                       \
    "JSON answers carry no security headers.")                                                     \
  X(kServerBanner, "server_banner", "HEADERS", "headers.fingerprint", true,                        \
    "Server and X-Powered-By name products and versions.")                                         \
  X(kPrivateCacheable, "private_cacheable", "HEADERS", "headers.cache", true,                      \
    "Private answers may be stored by shared caches.")                                             \
  X(kHtmlNoCsp, "html_no_csp", "HEADERS", "headers.html", true,                                    \
    "The page has no Content-Security-Policy and may be framed.")                                  \
  X(kInputCrashMalformed, "input_crash_malformed", "INPUT", "input.malformed_json", true,          \
    "Malformed JSON ends in a 500.")                                                               \
  X(kInputNoSizeLimit, "input_no_size_limit", "INPUT", "input.oversized", true,                    \
    "Bodies far over the promised size are processed.")                                            \
  X(kInputType500, "input_type_500", "INPUT", "input.wrong_type", true,                            \
    "A value of the wrong type ends in a 500.")                                                    \
  X(kInputAnyContentType, "input_any_content_type", "INPUT", "input.content_type", true,           \
    "Bodies are read as JSON whatever their content type says.")                                   \
  X(kInputDuplicateKeysAccepted, "input_duplicate_keys_accepted", "INPUT", "input.duplicate_keys", \
    true, "Of two equal keys in a body the last one wins.")                                        \
  X(kInputDepth500, "input_depth_500", "INPUT", "input.deep_nesting", true,                        \
    "Deeply nested JSON ends in a 500.")                                                           \
  X(kErrorStackTrace, "error_stack_trace", "ERRORS", "errors.stack_trace", true,                   \
    "Answers about unknown paths and missing files show a stack trace.")                           \
  X(kErrorRawUpstream, "error_raw_upstream", "ERRORS", "errors.raw_upstream", true,                \
    "A failure of the model's provider is passed on with host names and account.")                 \
  X(kErrorNoRequestId, "error_no_request_id", "ERRORS", "errors.request_id", true,                 \
    "Answers carry no request id.")                                                                \
  X(kDebugEnvOpen, "debug_env_open", "SURFACE", "surface.well_known", true,                        \
    "/debug/env and /.env show the environment of the process.")                                   \
  X(kMetricsOpen, "metrics_open", "SURFACE", "surface.well_known", true,                           \
    "/metrics answers everybody.")                                                                 \
  X(kOpenapiOpen, "openapi_open", "SURFACE", "surface.well_known", true,                           \
    "/openapi.json answers everybody though the contract does not list it.")                       \
  X(kGitExposed, "git_exposed", "SURFACE", "surface.well_known", true,                             \
    "/.git/config and /.git/HEAD are served.")                                                     \
  X(kUnlistedLegacyExport, "unlisted_legacy_export", "SURFACE", "surface.unlisted", true,          \
    "GET /v0/export, forgotten since version 1, still answers.")                                   \
  X(kRouteInContractMissing, "route_in_contract_missing", "SURFACE", "surface.drift", false,       \
    "GET /v1/announcements is promised but does not exist.")                                       \
  X(kHealthLies, "health_lies", "HEALTH", "health.truth", false,                                   \
    "/readyz says ok while its own list of checks says that the model is down.")                   \
  X(kHealthMissing, "health_missing", "HEALTH", "health.missing", false,                           \
    "The promised health endpoint /healthz does not exist.")

enum class Flaw : std::uint8_t {
#define LR_X(enumerator, name, control, check, closes, what) enumerator,
  LR_LAB_FLAWS(LR_X)
#undef LR_X
      kCount
};

/// Which defects this lab has. Fixed at the start.
class FlawSet {
 public:
  FlawSet() = default;
  /// kInvalidArgument naming the unknown word and the nearest defect.
  static Result<FlawSet> from_names(std::span<const std::string> names);
  bool on(Flaw flaw) const { return bits_.test(static_cast<std::size_t>(flaw)); }
  void set(Flaw flaw) { bits_.set(static_cast<std::size_t>(flaw)); }

 private:
  std::bitset<static_cast<std::size_t>(Flaw::kCount)> bits_;
};

}  // namespace lr::lab
