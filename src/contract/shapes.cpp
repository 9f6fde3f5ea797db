// The table of everything a contract may hold. A new key is one line here and one read in the
// section's loader.
#include <array>

#include "base/limits.h"
#include "contract/shape.h"
#include "contract/values.h"
#include "crypto/api_key.h"
#include "text/fields.h"
#include "text/json.h"

namespace lr::contract {
namespace {

using Kind = Shape::Kind;
using Type = Scalar::Type;
using Names = std::string_view;

// ---- notations ----------------------------------------------------------------------------------

bool is_text(Names text) { return !text.empty() && text.size() <= 2048; }
bool is_flag(Names text) { return text == "true" || text == "false"; }
bool is_size(Names text) { return parse_size(text).value_or(0) > 0; }
bool is_duration(Names text) { return parse_duration(text).has_value(); }
bool is_rate(Names text) { return parse_rate(text).has_value(); }
bool is_secret(Names text) { return parse_secret_ref(text).has_value(); }
bool is_address(Names text) { return parse_listen_address(text).has_value(); }
bool is_address_or_none(Names text) { return text == "none" || is_address(text); }
bool is_pointer(Names text) { return !text.empty() && text::is_json_pointer(text); }
bool is_pointer_or_root(Names text) { return text::is_json_pointer(text); }
bool is_path(Names text) { return text.starts_with('/'); }
bool is_header_name(Names text) { return text::is_token(text); }
bool is_header_value(Names text) { return !text.empty() && text::is_field_value(text); }
bool is_key_hash(Names text) { return crypto::parse_api_key_hash(text).has_value(); }
bool is_prefix(Names text) { return text::parse_ip_prefix(text).has_value(); }
bool is_media_type(Names text) {
  const std::size_t slash = text.find('/');
  return slash != Names::npos && text::is_token(text.substr(0, slash)) &&
         text::is_token(text.substr(slash + 1));
}

constexpr Scalar kTextScalar{.what = "text", .accepts = is_text};
constexpr Scalar kNameScalar{.what = "a name of letters, digits, '-' and '_'",
                             .pattern = "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
                             .accepts = is_name};
constexpr Scalar kGrantScalar{.what = "a name without spaces or quotes",
                              .pattern = "^[!#-\\[\\]-~]{1,128}$",
                              .accepts = is_grant_name};
constexpr Scalar kFlagScalar{.what = "true or false", .type = Type::kBoolean, .accepts = is_flag};
constexpr Scalar kVersionScalar{.what = "the number 1", .type = Type::kInteger, .min = 1, .max = 1};
constexpr Scalar kWorkersScalar{
    .what = "a number of workers", .type = Type::kInteger, .min = 0, .max = 256};
constexpr Scalar kCountScalar{
    .what = "a whole number", .type = Type::kInteger, .min = 1, .max = 100'000'000};
constexpr Scalar kSizeScalar{.what = "a size such as 64KiB",
                             .type = Type::kIntegerOrString,
                             .pattern = "^[0-9]+(B|KiB|MiB|GiB|KB|MB|GB)?$",
                             .accepts = is_size};
constexpr Scalar kDurationScalar{.what = "a duration such as 500ms, 30s, 5m, 1h or 365d",
                                 .pattern = "^[0-9]+(ms|s|m|h|d)$",
                                 .accepts = is_duration};
constexpr Scalar kRateScalar{
    .what = "a rate such as 10/min, 5/s, 100/hour or 10/min burst 20",
    .pattern = "^[0-9]+/(s|sec|second|m|min|minute|h|hour|d|day|week)( burst [0-9]+)?$",
    .accepts = is_rate};
constexpr Scalar kSecretScalar{.what = "a reference to a secret: ${NAME} or file:path",
                               .pattern = "^(\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}|file:.+)$",
                               .accepts = is_secret,
                               .secret = true};
constexpr Scalar kPointerScalar{
    .what = "a JSON Pointer such as /id", .pattern = "^(/([^~/]|~[01])*)+$", .accepts = is_pointer};
constexpr Scalar kPointerOrRootScalar{.what = "a JSON Pointer such as /items, or \"\" for the root",
                                      .pattern = "^(/([^~/]|~[01])*)*$",
                                      .accepts = is_pointer_or_root};
constexpr Scalar kPathScalar{
    .what = "a path that starts with '/'", .pattern = "^/", .accepts = is_path};
constexpr Scalar kUrlScalar{
    .what = "an http or https URL", .pattern = "^https?://", .accepts = is_text};
constexpr Scalar kAddressScalar{.what = "an address with a port such as 127.0.0.1:8443",
                                .pattern = ":[0-9]+$",
                                .accepts = is_address};
constexpr Scalar kAdminScalar{.what = "an address with a port such as 127.0.0.1:9901, or none",
                              .pattern = "^none$|:[0-9]+$",
                              .accepts = is_address_or_none};
constexpr Scalar kPrefixScalar{.what = "an IP address or prefix such as 10.0.0.0/8",
                               .pattern = "^[0-9A-Fa-f:.]+(/[0-9]+)?$",
                               .accepts = is_prefix};
constexpr Scalar kHeaderNameScalar{
    .what = "a header name", .pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", .accepts = is_header_name};
constexpr Scalar kHeaderValueScalar{.what = "a header value", .accepts = is_header_value};
constexpr Scalar kHashScalar{
    .what = "the hash of a key, sha256:<64 hex digits>; the key itself never stands here",
    .pattern = "^sha256:[0-9A-Fa-f]{64}$",
    .accepts = is_key_hash};
constexpr Scalar kMediaTypeScalar{.what = "a content type such as application/json or image/*",
                                  .pattern = "^[^/ ;]+/[^/ ;]+$",
                                  .accepts = is_media_type};

constexpr std::array<Names, 2> kAccessWords = {"public", "authenticated"};
constexpr Scalar kAccessScalar{.what = "public or authenticated", .choices = kAccessWords};
constexpr std::array<Names, 7> kMethodWords = {"GET",   "HEAD",   "POST",   "PUT",
                                               "PATCH", "DELETE", "OPTIONS"};
constexpr Scalar kMethodScalar{.what = "a method", .choices = kMethodWords};
constexpr std::array<Names, 4> kIdWords = {"any", "uuid", "integer", "slug"};
constexpr Scalar kIdScalar{.what = "a kind of id", .choices = kIdWords};
constexpr std::array<Names, 2> kOwnerWords = {"user", "tenant"};
constexpr Scalar kOwnerScalar{.what = "user or tenant", .choices = kOwnerWords};
constexpr std::array<Names, 3> kProfileWords = {"observe", "safe", "full"};
constexpr Scalar kProfileScalar{.what = "an audit profile", .choices = kProfileWords};
constexpr std::array<Names, 13> kAlgorithmWords = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                                   "PS512", "ES256", "ES384", "ES512", "EdDSA",
                                                   "HS256", "HS384", "HS512"};
constexpr Scalar kAlgorithmScalar{.what = "a signature algorithm", .choices = kAlgorithmWords};
constexpr std::array<Names, 8> kReferrerWords = {"no-referrer",
                                                 "no-referrer-when-downgrade",
                                                 "origin",
                                                 "origin-when-cross-origin",
                                                 "same-origin",
                                                 "strict-origin",
                                                 "strict-origin-when-cross-origin",
                                                 "unsafe-url"};
constexpr Scalar kReferrerScalar{.what = "a referrer policy", .choices = kReferrerWords};

// ---- shapes of one value, and lists -------------------------------------------------------------

constexpr Shape one(const Scalar& scalar) { return {.kind = Kind::kScalar, .scalar = &scalar}; }
constexpr Shape list(const Shape& item, std::size_t min = 0, std::size_t max = 0) {
  return {.kind = Kind::kList, .item = &item, .items_min = min, .items_max = max};
}
constexpr Shape map(std::span<const Key> keys) { return {.kind = Kind::kMap, .keys = keys}; }
constexpr Shape named(const Shape& item, std::size_t max = 0) {
  return {.kind = Kind::kNamed, .item = &item, .items_max = max};
}
constexpr Shape choice(std::span<const Shape* const> options) {
  return {.kind = Kind::kChoice, .options = options};
}

constexpr Shape kText = one(kTextScalar), kName = one(kNameScalar), kGrant = one(kGrantScalar);
constexpr Shape kFlag = one(kFlagScalar), kCount = one(kCountScalar), kSize = one(kSizeScalar);
constexpr Shape kVersion = one(kVersionScalar), kWorkers = one(kWorkersScalar);
constexpr Shape kDuration = one(kDurationScalar), kRate = one(kRateScalar);
constexpr Shape kSecret = one(kSecretScalar), kPointer = one(kPointerScalar);
constexpr Shape kPointerOrRoot = one(kPointerOrRootScalar), kPath = one(kPathScalar);
constexpr Shape kUrl = one(kUrlScalar), kAddress = one(kAddressScalar), kAdmin = one(kAdminScalar);
constexpr Shape kPrefix = one(kPrefixScalar), kHeaderName = one(kHeaderNameScalar);
constexpr Shape kHeaderValue = one(kHeaderValueScalar), kHash = one(kHashScalar);
constexpr Shape kMediaType = one(kMediaTypeScalar), kAccessWord = one(kAccessScalar);
constexpr Shape kMethod = one(kMethodScalar), kId = one(kIdScalar), kOwner = one(kOwnerScalar);
constexpr Shape kProfile = one(kProfileScalar), kAlgorithm = one(kAlgorithmScalar);
constexpr Shape kReferrer = one(kReferrerScalar);
constexpr Shape kJson{.kind = Kind::kJson};

constexpr Shape kGrants = list(kGrant, 0, 64), kGrantsSome = list(kGrant, 1, 64);
constexpr Shape kNames = list(kName), kTexts = list(kText), kTextsSome = list(kText, 1);
constexpr Shape kPointers = list(kPointer), kMethods = list(kMethod, 1);
constexpr Shape kAlgorithms = list(kAlgorithm, 1), kMediaTypes = list(kMediaType);
constexpr Shape kPrefixes = list(kPrefix), kHeaderNames = list(kHeaderName);
constexpr std::array<const Shape*, 2> kTextOrTextsOptions = {&kText, &kTextsSome};
constexpr Shape kTextOrTexts = choice(kTextOrTextsOptions);

// ---- sections -----------------------------------------------------------------------------------

constexpr std::array<Key, 2> kProductKeys = {
    {{"name", &kText, "What the product is called."},
     {"owner", &kText, "Who answers for it: an e-mail address."}}};
constexpr Shape kProduct = map(kProductKeys);

constexpr std::array<Key, 2> kEnvironmentKeys = {
    {{"url", &kUrl, "Where users reach the product."},
     {"upstream", &kUrl, "Where the application itself listens, behind the guard."}}};
constexpr Shape kEnvironment = map(kEnvironmentKeys), kEnvironments = named(kEnvironment, 32);

constexpr std::array<Key, 4> kClaimKeys = {
    {{"user", &kText, "Claim (name or JSON Pointer) with the user's id. Default sub."},
     {"tenant", &kText, "Claim with the tenant's id. Leave it out when there are no tenants."},
     {"roles", &kText, "Claim with the roles. Default roles."},
     {"scopes", &kText, "Claim with the scopes. Default scope."}}};
constexpr Shape kClaims = map(kClaimKeys);

constexpr std::array<Key, 10> kIssuerKeys = {
    {{"name", &kName, "A short name for this issuer.", true},
     {"issuer", &kText, "The exact value of the token's iss claim.", true},
     {"audience", &kTextOrTexts, "The value, or values, of which one must be in aud.", true},
     {"jwks", &kText, "Where the public keys are: an https URL or a file."},
     {"secret", &kSecret, "A shared secret for HS256. Development only."},
     {"algorithms", &kAlgorithms, "Accepted algorithms. Default RS256 and ES256."},
     {"claims", &kClaims, "Where user, tenant, roles and scopes stand in the token."},
     {"clock_skew", &kDuration, "Tolerated difference of clocks. Default 30s."},
     {"max_age", &kDuration, "Longest accepted lifetime of a token."},
     {"type", &kText, "Required typ header, such as at+jwt."}}};
constexpr Shape kIssuer = map(kIssuerKeys), kIssuers = list(kIssuer, 0, 32);

constexpr std::array<Key, 6> kApiKeyKeys = {
    {{"id", &kName, "A name for the key, for logs.", true},
     {"hash", &kHash, "sha256:<64 hex digits> of the key.", true},
     {"user", &kText, "Whose key it is.", true},
     {"tenant", &kText, "The user's tenant."},
     {"roles", &kGrants, "Roles of the key."},
     {"scopes", &kGrants, "Scopes of the key."}}};
constexpr Shape kApiKey = map(kApiKeyKeys), kApiKeyList = list(kApiKey, 0, 10'000);
constexpr std::array<Key, 3> kApiKeysKeys = {
    {{"header", &kHeaderName, "The header that carries a key. Default X-Api-Key."},
     {"keys", &kApiKeyList, "The keys, stored as hashes."},
     {"store", &kText, "A YAML file with the same list, kept apart from the contract."}}};
constexpr Shape kApiKeys = map(kApiKeysKeys);

constexpr std::array<Key, 2> kIdentityKeys = {
    {{"issuers", &kIssuers, "Who issues the tokens (JWT) of your users."},
     {"api_keys", &kApiKeys, "Keys for programs."}}};
constexpr Shape kIdentity = map(kIdentityKeys);

constexpr std::array<Key, 1> kRoleKeys = {
    {{"includes", &kGrants, "Roles whose rights this role has too."}}};
constexpr Shape kRole{.kind = Kind::kMap, .keys = kRoleKeys, .may_be_empty = true};
constexpr Shape kRoles{
    .kind = Kind::kNamed, .item = &kRole, .items_max = limits::kRoles, .grant_names = true};
constexpr Shape kScopes = list(kGrant, 0, limits::kScopes);

constexpr std::array<Key, 3> kOwnershipKeys = {
    {{"learn", &kPointer, "Where the answer that creates the object shows its id."},
     {"field", &kPointer, "Where the object itself names its owner."},
     {"is", &kOwner, "Whether that field names the user or the tenant. Default user."}}};
constexpr Shape kOwnership = map(kOwnershipKeys);
constexpr std::array<Key, 4> kObjectKeys = {
    {{"id", &kId, "What ids look like. Default any."},
     {"ownership", &kOwnership, "How the owner is known."},
     {"tenant_field", &kPointer, "Where the object names its tenant."},
     {"private", &kPointers, "Fields whose values must never reach anybody else."}}};
constexpr Shape kObject{.kind = Kind::kMap, .keys = kObjectKeys, .may_be_empty = true};
constexpr Shape kObjects = named(kObject, 1000);

constexpr std::array<Key, 4> kAccessKeys = {
    {{"roles", &kGrantsSome, "Any one of these roles."},
     {"scopes", &kGrantsSome, "All of these scopes."},
     {"owner", &kName, "The object that must belong to the caller."},
     {"or_roles", &kGrantsSome, "Roles that may use objects of others in their own tenant."}}};
constexpr Shape kAccessMap = map(kAccessKeys);
constexpr std::array<const Shape*, 2> kAccessOptions = {&kAccessWord, &kAccessMap};
constexpr Shape kAccess = choice(kAccessOptions);

constexpr std::array<Key, 4> kReferenceKeys = {
    {{"query", &kText, "The query parameter that names the object."},
     {"body", &kPointer, "The place in the JSON body that names the object."},
     {"header", &kHeaderName, "The header that names the object."},
     {"object", &kName, "Which object it names.", true}}};
constexpr Shape kReference = map(kReferenceKeys), kReferences = list(kReference, 0, 32);

constexpr std::array<Key, 3> kBodyKeys = {
    {{"schema", &kText, "A JSON Schema file that every body must match."},
     {"max_bytes", &kSize, "Largest body. Default 1MiB."},
     {"content_types", &kMediaTypes, "Accepted content types. With a schema: application/json."}}};
constexpr Shape kBody = map(kBodyKeys);

constexpr std::array<Key, 3> kListsKeys = {
    {{"object", &kName, "What the list holds.", true},
     {"items", &kPointerOrRoot, "Where the array is in the answer. Default: the answer itself."},
     {"id", &kPointer, "Where the id is in one item. Default /id."}}};
constexpr Shape kListsMap = map(kListsKeys);
constexpr std::array<const Shape*, 2> kListsOptions = {&kName, &kListsMap};
constexpr Shape kLists = choice(kListsOptions);

constexpr std::array<Key, 4> kTimeoutKeys = {
    {{"connect", &kDuration, "Until the upstream accepts. Default 2s."},
     {"first_byte", &kDuration, "Until the answer begins. Default 30s."},
     {"idle", &kDuration, "Between two pieces of an answer. Default 60s."},
     {"total", &kDuration, "For everything. Default 300s."}}};
constexpr Shape kTimeouts = map(kTimeoutKeys);

constexpr std::array<Key, 13> kRouteKeys = {
    {{"path", &kPath, "A path with {names} for ids, and ** at the end for everything below.", true},
     {"methods", &kMethods, "The methods that exist here.", true},
     {"access", &kAccess, "Who may use it. Default authenticated."},
     {"references", &kReferences, "Objects named elsewhere than in the path."},
     {"body", &kBody, "What bodies are accepted."},
     {"limits", &kNames, "Limits that apply, by name."},
     {"creates", &kName, "The object that the answer names as new."},
     {"lists", &kLists, "The object of which the answer is a list."},
     {"streams", &kFlag, "The answer is a stream (text/event-stream)."},
     {"cache", &kFlag, "The answer is the same for everybody and may be cached."},
     {"html", &kFlag, "The answer is a web page."},
     {"health", &kFlag, "This is a health endpoint."},
     {"timeouts", &kTimeouts, "Other timeouts for this route."}}};
constexpr Shape kRoute = map(kRouteKeys), kRoutes = list(kRoute, 0, limits::kRoutes);

constexpr std::array<Key, 3> kStrangerKeys = {
    {{"per_ip", &kRate, "For each client address."},
     {"per_route", &kRate, "For the route as a whole."},
     {"per_account", &kRate, "For each account named in the body."}}};
constexpr Shape kStranger = map(kStrangerKeys);
constexpr std::array<Key, 8> kLimitKeys = {
    {{"per_ip", &kRate, "For each client address (IPv6: each /64)."},
     {"per_user", &kRate, "For each user."},
     {"per_token", &kRate, "For each token or key."},
     {"per_conversation", &kRate, "For each conversation."},
     {"per_route", &kRate, "For the route as a whole."},
     {"per_account", &kRate, "For each account named in the body, such as a login name."},
     {"account", &kPointer, "Where the body names the account."},
     {"unauthenticated", &kStranger, "Further rates for callers without a valid credential."}}};
constexpr Shape kLimit = map(kLimitKeys), kLimits = named(kLimit, 1000);

constexpr std::array<Key, 2> kCorsKeys = {
    {{"credentials", &kFlag, "Whether browsers may send cookies. Default false."},
     {"max_age", &kDuration, "How long browsers remember the answer. Default 10m."}}};
constexpr Shape kCors = map(kCorsKeys);

constexpr std::array<Key, 5> kHeadersKeys = {
    {{"hsts", &kDuration, "Strict-Transport-Security. Default 365d; 0s for none."},
     {"hsts_subdomains", &kFlag, "Whether it covers subdomains. Default true."},
     {"csp", &kHeaderValue, "Content-Security-Policy of web pages."},
     {"referrer", &kReferrer, "Referrer-Policy. Default no-referrer."},
     {"remove", &kHeaderNames, "Answer headers to take away. Default Server and X-Powered-By."}}};
constexpr Shape kHeaders = map(kHeadersKeys);

constexpr std::array<Key, 2> kTlsKeys = {
    {{"certificate", &kText, "PEM file with the certificate chain.", true},
     {"key", &kText, "PEM file with the private key.", true}}};
constexpr Shape kTls = map(kTlsKeys);
constexpr std::array<Key, 2> kBreakerKeys = {
    {{"failures", &kCount, "Failures in a row that open it. Default 5."},
     {"open_for", &kDuration, "How long it stays open. Default 5s."}}};
constexpr Shape kBreaker = map(kBreakerKeys);
constexpr std::array<Key, 14> kGuardKeys = {
    {{"listen", &kAddress, "Where the guard listens. Default 127.0.0.1:8443, or 8080 without TLS."},
     {"tls", &kTls, "Certificate and key."},
     {"redirect", &kAddress, "A plain HTTP listener that only redirects to HTTPS."},
     {"admin", &kAdmin,
      "Health, metrics and reload. Default 127.0.0.1:9901; none for no listener."},
     {"hosts", &kTexts, "Accepted Host values. Default: any."},
     {"workers", &kWorkers, "Event loops. Default 0: one per core."},
     {"ledger", &kText, "File of security events. Default launchready-ledger.db."},
     {"state", &kText, "File of owners and counters, or memory. Default launchready-state.db."},
     {"ledger_key", &kSecret, "Secret that keys the ledger's hash chain."},
     {"timeouts", &kTimeouts, "Timeouts towards the upstream."},
     {"breaker", &kBreaker, "Circuit breaker of the upstream."},
     {"trusted_proxies", &kPrefixes, "Proxies whose X-Forwarded-For is believed."},
     {"fallback", &kText, "What users read when the application fails."},
     {"drain", &kDuration, "How long running requests may finish on shutdown. Default 10s."}}};
constexpr Shape kGuard = map(kGuardKeys);

constexpr std::array<Key, 6> kAuditIdentityKeys = {
    {{"user", &kText, "The user's id. Default: the name of this entry."},
     {"tenant", &kText, "The user's tenant."},
     {"roles", &kGrants, "Roles of the identity."},
     {"scopes", &kGrants, "Scopes of the identity."},
     {"token", &kSecret, "A ready token."},
     {"password", &kSecret, "The password for audit.login."}}};
constexpr Shape kAuditIdentity{
    .kind = Kind::kMap, .keys = kAuditIdentityKeys, .may_be_empty = true};
constexpr Shape kAuditIdentities = named(kAuditIdentity, 64);
constexpr std::array<Key, 3> kLoginKeys = {
    {{"path", &kPath, "The login route; it is sent a POST.", true},
     {"body", &kJson, "The JSON body, with {user} and {password}.", true},
     {"token", &kPointer, "Where the answer shows the token.", true}}};
constexpr Shape kLogin = map(kLoginKeys);
constexpr std::array<Key, 2> kMintKeys = {
    {{"issuer", &kName, "The issuer in whose name test tokens are made.", true},
     {"key", &kSecret, "The private test key, as JWK or PEM.", true}}};
constexpr Shape kMint = map(kMintKeys);
constexpr std::array<Key, 4> kCallKeys = {
    {{"method", &kMethod, "The method.", true},
     {"path", &kPath, "The path, with {id} where the object's id goes.", true},
     {"body", &kJson, "The body, with {id} and {marker}."},
     {"content_type", &kMediaType, "Its content type. Default application/json."}}};
constexpr Shape kCall = map(kCallKeys);
constexpr std::array<Key, 5> kAuditObjectKeys = {
    {{"create", &kCall, "Makes a sacrificial object.", true},
     {"id", &kPointer, "Where the answer shows the new id. Default /id."},
     {"read", &kCall, "Shows it."},
     {"write", &kCall, "Changes it."},
     {"delete", &kCall, "Removes it."}}};
constexpr Shape kAuditObject = map(kAuditObjectKeys), kAuditObjects = named(kAuditObject, 1000);
constexpr std::array<Key, 2> kEffectKeys = {
    {{"path", &kPath, "A GET that shows whether something happened.", true},
     {"value", &kPointerOrRoot, "The place in its answer to compare.", true}}};
constexpr Shape kEffect = map(kEffectKeys), kEffects = named(kEffect, 64);
constexpr std::array<Key, 9> kAuditKeys = {
    {{"profile", &kProfile, "How far audit may go. Default safe."},
     {"identities", &kAuditIdentities, "Test users that audit becomes."},
     {"login", &kLogin, "How to log in."},
     {"mint", &kMint, "How to make tokens instead."},
     {"objects", &kAuditObjects, "How to make and remove sacrificial objects."},
     {"effects", &kEffects, "Probes that show whether a request had an effect."},
     {"max_rps", &kCount, "Requests per second. Default 200."},
     {"deadline", &kDuration, "Longest run. Default 10m."},
     {"max_requests", &kCount, "Most requests of one run. Default 20000."}}};
constexpr Shape kAudit = map(kAuditKeys);

constexpr std::array<Key, 5> kProductSecretKeys = {
    {{"value", &kSecret, "Where the value is: ${NAME} or file:path.", true},
     {"public", &kFlag, "Made to be seen by browsers. Default false."},
     {"allowed_in", &kTexts, "Paths where the value may stand, such as deploy/*.env."},
     {"owner", &kText, "Who answers for it."},
     {"rotate", &kText, "How to replace it."}}};
constexpr Shape kProductSecret = map(kProductSecretKeys),
                kProductSecrets = named(kProductSecret, 1000);
constexpr std::array<Key, 2> kSecretsKeys = {
    {{"scan", &kTexts, "Folders and files that audit searches, relative to this file."},
     {"values", &kProductSecrets, "The product's own secrets; their values are searched for."}}};
constexpr Shape kSecrets = map(kSecretsKeys);

constexpr std::array<Key, 15> kContractKeys = {
    {{"version", &kVersion, "The version of this format: 1.", true},
     {"product", &kProduct, "What this is about."},
     {"environments", &kEnvironments, "Where the product runs."},
     {"identity", &kIdentity, "How callers prove who they are."},
     {"roles", &kRoles, "Roles and what they include."},
     {"scopes", &kScopes, "Scopes that tokens may carry."},
     {"objects", &kObjects, "Things that belong to somebody."},
     {"routes", &kRoutes, "Every route that exists. What is not listed does not exist."},
     {"limits", &kLimits, "Rate limits, by name."},
     {"origins", &kTexts, "Web origins that may call the API from a browser."},
     {"cors", &kCors, "Further cross-origin settings."},
     {"headers", &kHeaders, "Security headers."},
     {"guard", &kGuard, "Settings of the gateway."},
     {"audit", &kAudit, "Settings of the audit."},
     {"secrets", &kSecrets, "What is searched for secrets, and the product's own."}}};
constexpr Shape kContract = map(kContractKeys);

constexpr std::array<Names, 9> kLaterSections = {"models",     "budgets",  "tools",
                                                 "webhooks",   "domains",  "mail",
                                                 "monitoring", "releases", "handover"};

}  // namespace

const Shape& contract_shape() { return kContract; }
const Shape& api_key_list_shape() { return kApiKeyList; }
std::span<const std::string_view> later_sections() { return kLaterSections; }

}  // namespace lr::contract
