// The table of everything a contract may hold. A new key is one line here and one read in the
// section's loader.
#include <array>

#include "contract/notations.h"

namespace lr::contract {
namespace {

using Kind = Shape::Kind;

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
constexpr Shape kReferrer = one(kReferrerScalar), kHost = one(kHostScalar);
constexpr Shape kMailAddress = one(kMailAddressScalar), kSmtpUrl = one(kSmtpScalar);
constexpr Shape kImapUrl = one(kImapScalar), kDmarc = one(kDmarcScalar),
                kTlsProfile = one(kTlsScalar);
constexpr Shape kProvider = one(kEdgeScalar);
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

constexpr Shape kHosts = list(kHost, 0, 200);
constexpr std::array<Key, 9> kDomainKeys = {
    {{"primary", &kHost, "The domain of the product.", true},
     {"redirects", &kHosts, "Names that lead to the primary one, such as www."},
     {"subdomains", &kHosts, "Further names with a web server."},
     {"staging", &kHosts, "Names that must not lead to production."},
     {"nameservers", &kHosts, "The zone's name servers. Default: any."},
     {"issuers", &kTexts, "Certificate authorities in use, as CAA names them."},
     {"dnssec", &kFlag, "The zone is signed. Default false."},
     {"hsts_preload", &kFlag, "The domain is in browsers' preload lists. Default false."},
     {"tls", &kTlsProfile, "intermediate (default) or modern."}}};
constexpr Shape kDomains = map(kDomainKeys);

constexpr std::array<Key, 3> kSubmissionKeys = {
    {{"url", &kSmtpUrl, "smtp:// (with STARTTLS) or smtps://.", true},
     {"user", &kText, "The name to log in with."},
     {"password", &kSecret, "Its password, by reference."}}};
constexpr Shape kSubmission = map(kSubmissionKeys);
constexpr std::array<const Shape*, 2> kSmtpForms = {&kSmtpUrl, &kSubmission};
constexpr Shape kSmtp = choice(kSmtpForms);
constexpr std::array<Key, 6> kArrivalKeys = {
    {{"address", &kMailAddress, "Where the test message is sent to.", true},
     {"maildir", &kText, "The folder where it arrives."},
     {"listen", &kAddress, "Receive it ourselves on this address."},
     {"imap", &kImapUrl, "Fetch it from this server."},
     {"user", &kText, "With imap: the name to log in with."},
     {"password", &kSecret, "With imap: its password, by reference."}}};
constexpr Shape kArrival = map(kArrivalKeys);
constexpr std::array<Key, 10> kMailKeys = {
    {{"domain", &kHost, "Of the From address. Default: the primary domain."},
     {"sends", &kFlag, "Mail is sent from this domain. Default true."},
     {"receives", &kFlag, "Mail to this domain is accepted. Default true."},
     {"bulk", &kFlag, "The large receivers' rules for bulk senders apply. Default false."},
     {"selectors", &kTexts, "DKIM selectors in use."},
     {"senders", &kTexts, "Hosts and addresses that mail leaves from."},
     {"dmarc", &kDmarc, "The least DMARC policy. Default quarantine."},
     {"from", &kMailAddress, "The address that product mail is from."},
     {"smtp", &kSmtp, "Where the product hands in mail."},
     {"arrives", &kArrival, "Where a test message arrives, to prove the whole path."}}};
constexpr Shape kMail = map(kMailKeys);

constexpr Shape kEdgePrefixes = list(kPrefix, 0, 1000), kPaths = list(kPath, 0, 100);
constexpr std::array<Key, 8> kEdgeKeys = {
    {{"provider", &kProvider, "cloudflare, or other.", true},
     {"zone", &kText, "The provider's id of the zone."},
     {"token", &kSecret, "API token that may read the zone's settings, by reference."},
     {"api", &kUrl, "The provider's API. Default: its public address."},
     {"origins", &kEdgePrefixes, "Addresses of the servers behind the edge."},
     {"ranges", &kEdgePrefixes, "The edge's own addresses. Default: the published ones."},
     {"private", &kPaths, "Paths whose answers no cache may keep."},
     {"public", &kPaths, "Paths whose answers may be cached."}}};
constexpr Shape kEdge = map(kEdgeKeys);

constexpr std::array<Key, 18> kContractKeys = {
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
     {"secrets", &kSecrets, "What is searched for secrets, and the product's own."},
     {"domains", &kDomains, "The product's names in the DNS."},
     {"mail", &kMail, "Mail from and to the domain."},
     {"edge", &kEdge, "The CDN or proxy in front of the product."}}};
constexpr Shape kContract = map(kContractKeys);

constexpr std::array<Names, 7> kLaterSections = {"models",     "budgets",  "tools",   "webhooks",
                                                 "monitoring", "releases", "handover"};

}  // namespace

const Shape& contract_shape() { return kContract; }
const Shape& api_key_list_shape() { return kApiKeyList; }
std::span<const std::string_view> later_sections() { return kLaterSections; }

}  // namespace lr::contract
