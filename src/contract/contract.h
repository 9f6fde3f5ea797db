// The contract as immutable types: what a product promises, after loading, with every name
// resolved to an index and every default filled in. Nothing here reads files, clocks or sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/jwk.h"
#include "text/ip.h"
#include "text/json_schema.h"
#include "text/url.h"
#include "text/yaml.h"

namespace lr::contract {

using std::chrono::milliseconds;
using std::chrono::seconds;
using text::Mark;

/// A secret by reference: `${NAME}` or `file:path`. Values are read with read_secret() at run time
/// and never stored here.
struct SecretRef {
  enum class Kind : std::uint8_t { kEnvironment, kFile };
  Kind kind = Kind::kEnvironment;
  std::string name;  ///< Variable name, or path relative to the contract's folder made absolute.
  Mark at;
};

// ---- roles and scopes --------------------------------------------------------------------------

/// Sets of roles or scopes are bit sets over the order of declaration (at most 64 each).
using NameSet = std::uint64_t;

struct Role {
  std::string name;
  NameSet includes = 0;  ///< Closed under inclusion and holding the role itself.
  Mark at;
};

// ---- identity ----------------------------------------------------------------------------------

/// Where the claims stand in a token: a claim name or a JSON Pointer.
struct ClaimMap {
  std::string user = "sub";
  std::string tenant;  ///< "" when the product has no tenants.
  std::string roles = "roles";
  std::string scopes = "scope";  ///< A space-separated string or an array.
};

struct JwksUrl {
  text::Url url;
};
struct JwksFile {
  std::string path;
};
/// HS256 with a shared secret: development only; the loader warns.
struct SharedSecret {
  SecretRef secret;
};
using KeySource = std::variant<JwksUrl, JwksFile, SharedSecret>;

struct Issuer {
  std::string name;
  std::string issuer;                  ///< Exact value of `iss`.
  std::vector<std::string> audiences;  ///< One of them must be in `aud`.
  KeySource keys;
  std::vector<crypto::Algorithm> algorithms;
  ClaimMap claims;
  seconds clock_skew{30};
  seconds max_age{0};  ///< Longest accepted exp - iat; 0 is no bound.
  std::string
      token_type;  ///< Required header `typ`, e.g. "at+jwt"; "" accepts JWT, at+jwt or none.
  Mark at;
};

struct ApiKey {
  std::string id;
  crypto::Sha256 hash{};
  UserId user;
  TenantId tenant;
  NameSet roles = 0;
  NameSet scopes = 0;
  Mark at;
};

struct ApiKeys {
  std::string header = "X-Api-Key";
  std::vector<ApiKey> keys;  ///< Inline or from `file:`.
};

// ---- objects -----------------------------------------------------------------------------------

enum class IdKind : std::uint8_t { kAny, kUuid, kInteger, kSlug };

/// Who owns an object: learned from the answer that created it, or read from a declared field of
/// the answer that shows it. At least one of the two is set.
struct Object {
  std::string name;
  IdKind id = IdKind::kAny;
  std::optional<std::string> learn;         ///< Pointer to the new id in a create answer.
  std::optional<std::string> owner_field;   ///< Pointer to the owner's id in the object.
  bool owner_field_is_tenant = false;       ///< `is: tenant`: shared by the tenant.
  std::optional<std::string> tenant_field;  ///< Pointer to the tenant in the object.
  std::vector<std::string> private_fields;  ///< Pointers whose values prove a leak in audits.
  Mark at;
};
using ObjectIndex = std::uint16_t;

// ---- routes ------------------------------------------------------------------------------------

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
inline constexpr std::size_t kMethodCount = 7;
using MethodSet = std::uint8_t;
constexpr MethodSet bit(Method method) { return MethodSet(1U << static_cast<unsigned>(method)); }
std::string_view method_name(Method method);
/// Exact upper case; nullopt for every other method, which no route can have.
std::optional<Method> parse_method(std::string_view name);

/// Who may use a route. All set conditions must hold.
struct Access {
  bool authenticated = false;  ///< False only for `access: public`.
  NameSet roles = 0;           ///< Any of these (after inclusion); 0 asks for none.
  NameSet scopes = 0;          ///< All of these.
  std::optional<ObjectIndex> owner;
  NameSet owner_except = 0;  ///< `or_roles`: these may use objects of others in their own tenant.
};

struct PathSegment {
  enum class Kind : std::uint8_t { kLiteral, kParameter, kRest };  ///< kRest is `**`, last only.
  Kind kind = Kind::kLiteral;
  std::string text;                   ///< Literal text, or the parameter's name.
  std::optional<ObjectIndex> object;  ///< When a parameter bears an object's name.
};

/// Where else than in the path a request names an object.
struct Reference {
  enum class Place : std::uint8_t { kQuery, kBody, kHeader };
  Place place = Place::kQuery;
  std::string name;  ///< Query parameter, JSON Pointer into the body, or header name.
  ObjectIndex object = 0;
  Mark at;
};

struct BodyRule {
  std::size_t max_bytes = limits::kBodyBytes;
  std::vector<std::string> content_types;  ///< Default for a schema: application/json.
  std::shared_ptr<const text::JsonSchema> schema;
  std::string schema_path;
  std::shared_ptr<const text::json::value> schema_document;  ///< For audit's fuzzing.
};

struct Timeouts {
  milliseconds connect{2'000};
  milliseconds first_byte{30'000};
  milliseconds idle{60'000};
  milliseconds total{300'000};
};

using LimitIndex = std::uint16_t;
using RouteIndex = std::uint32_t;

struct Route {
  std::string path;  ///< As written.
  std::vector<PathSegment> segments;
  MethodSet methods = 0;
  Access access;
  std::vector<Reference> references;
  std::optional<BodyRule>
      body;  ///< Absent: a body is refused for GET/HEAD/DELETE, bounded otherwise.
  std::vector<LimitIndex> limits;
  std::optional<ObjectIndex> creates;  ///< The answer names a new object owned by the caller.
  std::optional<ObjectIndex> lists;    ///< The answer is a list that is filtered by owner.
  std::string list_items;              ///< Pointer to the array in the answer; "" is the root.
  std::string list_id = "/id";         ///< Pointer to the id inside one item.
  bool streams = false;                ///< text/event-stream or other unbuffered answers expected.
  bool cache = false;                  ///< May be cached; everything else is `no-store`.
  bool html = false;                   ///< Gets the HTML header profile instead of the JSON one.
  bool health = false;
  std::optional<Timeouts> timeouts;
  Mark at;
};

// ---- limits ------------------------------------------------------------------------------------

enum class LimitKey : std::uint8_t { kIp, kUser, kToken, kConversation, kRoute, kAccount };
std::string_view limit_key_name(LimitKey key);

struct Rate {
  std::uint32_t count = 0;
  seconds per{60};
  std::uint32_t burst = 0;  ///< Largest burst; defaults to `count`.
};

struct LimitRule {
  LimitKey key = LimitKey::kIp;
  Rate rate;
  bool unauthenticated_only = false;
};

struct Limit {
  std::string name;
  std::vector<LimitRule> rules;
  std::string account;  ///< JSON Pointer into the body, for per_account.
  Mark at;
};

// ---- the rest ----------------------------------------------------------------------------------

struct Cors {
  std::vector<std::string> origins;  ///< Exact, canonical.
  bool credentials = false;
  seconds max_age{600};
};

struct HeaderPolicy {
  seconds hsts{31'536'000};
  bool hsts_subdomains = true;
  std::string csp =
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
  std::string referrer = "no-referrer";
  std::vector<std::string> remove = {"Server", "X-Powered-By"};
};

struct Breaker {
  std::uint32_t failures = 5;  ///< Consecutive failures that open it.
  milliseconds open_for{5'000};
};

struct Environment {
  std::string name;
  std::optional<text::Url> url;       ///< Where users reach it; audit's default target.
  std::optional<text::Url> upstream;  ///< Where the application itself listens.
  Mark at;
};

struct ListenAddress {
  text::IpAddress ip;
  std::uint16_t port = 0;
};

struct GuardSettings {
  ListenAddress listen;  ///< Default 127.0.0.1:8443 with TLS, 127.0.0.1:8080 without.
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
  std::optional<ListenAddress> redirect;  ///< Plain HTTP listener that only redirects.
  std::optional<ListenAddress> admin;     ///< Default 127.0.0.1:9901.
  std::vector<std::string> hosts;         ///< Accepted Host values; empty accepts any.
  unsigned workers = 0;                   ///< 0: one per core.
  std::string ledger_path;                ///< Default launchready-ledger.db beside the contract.
  std::string state_path;                 ///< Default launchready-state.db; "memory" for none.
  std::optional<SecretRef> ledger_key;    ///< Keys the hash chain.
  Timeouts timeouts;
  Breaker breaker;
  std::vector<text::IpPrefix> trusted_proxies;
  std::string fallback_message;  ///< Public text of 5xx answers; "" uses the standard one.
  seconds drain{10};
};

enum class Profile : std::uint8_t { kObserve, kSafe, kFull };

/// How audit becomes somebody: mint a token with a test key, log in, or use a given one.
struct AuditIdentity {
  std::string name;
  UserId user;
  TenantId tenant;
  NameSet roles = 0;
  NameSet scopes = 0;
  std::optional<SecretRef> token;
  std::optional<SecretRef> password;  ///< For the login recipe; the user name is `user`.
  Mark at;
};

struct AuditLogin {
  std::string path;
  std::string body;   ///< JSON with {user} and {password}.
  std::string token;  ///< Pointer into the answer.
};

struct AuditMint {
  std::uint16_t issuer = 0;  ///< Index into identity.issuers.
  SecretRef key;             ///< JWK (JSON) or PEM of the private test key.
};

/// How audit makes, shows, changes and removes its own sacrificial object of one kind.
/// {id} and {marker} are replaced in paths and bodies.
struct AuditCall {
  Method method = Method::kGet;
  std::string path;
  std::string body;
  std::string content_type = "application/json";
};

struct AuditObject {
  ObjectIndex object = 0;
  AuditCall create;
  std::string id = "/id";  ///< Pointer to the new id in the create answer.
  std::optional<AuditCall> read;
  std::optional<AuditCall> write;
  std::optional<AuditCall> remove;
  Mark at;
};

/// A GET that shows whether a request had an effect (a counter, a list).
struct EffectProbe {
  std::string name;
  std::string path;
  std::string value;  ///< Pointer into the answer.
  Mark at;
};

struct AuditSettings {
  Profile profile = Profile::kSafe;
  std::vector<AuditIdentity> identities;
  std::optional<AuditLogin> login;
  std::optional<AuditMint> mint;
  std::vector<AuditObject> objects;
  std::vector<EffectProbe> effects;
  std::uint32_t max_rps = 200;
  seconds deadline{600};
  std::uint32_t max_requests = 20'000;
};

/// A secret of the product, by name: where its value may stand and who answers for it.
struct ProductSecret {
  std::string name;
  SecretRef value;
  bool publishable = false;             ///< `public: true`: made to be seen by browsers.
  std::vector<std::string> allowed_in;  ///< Globs of paths where the value may stand.
  std::string owner;
  std::string rotate;  ///< How to replace it, for whoever reads a finding.
};

struct SecretSettings {
  std::vector<std::string> scan;  ///< Folders and files that audit searches, absolute.
  std::vector<ProductSecret> values;
};

/// A server that mail is handed to or fetched from: "smtp://mail.acme.example:587".
struct MailServer {
  std::string host{};
  std::uint16_t port = 0;
  bool implicit_tls = false;  ///< smtps:// and imaps:// (RFC 8314).
  std::string user{};
  std::optional<SecretRef> password{};
};

/// Where the message that proves the mail path arrives: exactly one of the three ways.
struct MailArrival {
  std::string address;                  ///< Of the recipient.
  std::string maildir;                  ///< A folder, absolute; "" for none.
  std::optional<ListenAddress> listen;  ///< Audit receives it itself.
  std::optional<MailServer> imap;
};

enum class DmarcLevel : std::uint8_t { kNone, kQuarantine, kReject };

struct DomainSettings {
  std::string primary;                   ///< Names are lower case, A-labels, no trailing dot.
  std::vector<std::string> redirects;    ///< Must lead to the primary name.
  std::vector<std::string> subdomains;   ///< Further names with a web server.
  std::vector<std::string> staging;      ///< Must not lead to production.
  std::vector<std::string> nameservers;  ///< Empty: any.
  std::vector<std::string> issuers;      ///< Certificate authorities in use, as CAA names them.
  bool dnssec = false;                   ///< The zone is signed.
  bool hsts_preload = false;             ///< The domain is in, or wants into, browsers' lists.
  bool modern_tls = false;               ///< Mozilla's profile "modern" instead of "intermediate".
  Mark at;
};

struct MailSettings {
  std::string domain;  ///< Of the From address; "" means domains.primary.
  bool sends = true;
  bool receives = true;
  bool bulk = false;                           ///< The rules for bulk senders apply.
  std::vector<std::string> selectors;          ///< DKIM selectors in use.
  std::vector<std::string> senders;            ///< Hosts and addresses that mail leaves from.
  DmarcLevel dmarc = DmarcLevel::kQuarantine;  ///< The least policy.
  std::string from;                            ///< Address that product mail is from.
  std::optional<MailServer> smtp;
  std::optional<MailArrival> arrives;
  Mark at;
};

struct EdgeSettings {
  std::string provider;  ///< "cloudflare" or "other".
  std::string zone;      ///< The provider's id of the zone.
  std::string api;       ///< Of the provider; "" for the public one.
  std::optional<SecretRef> token;
  std::vector<text::IpAddress> origins;
  std::vector<text::IpPrefix> ranges;
  std::vector<std::string> private_paths;
  std::vector<std::string> public_paths;
  Mark at;
};

struct Contract {
  std::string file;  ///< As given on the command line, for messages.
  std::string product_name;
  std::string product_owner;
  std::vector<Environment> environments;
  std::vector<Issuer> issuers;
  std::optional<ApiKeys> api_keys;
  std::vector<Role> roles;
  std::vector<std::string> scopes;
  std::vector<Object> objects;
  std::vector<Route> routes;
  std::vector<Limit> limits;
  Cors cors;
  HeaderPolicy headers;
  GuardSettings guard;
  AuditSettings audit;
  SecretSettings secrets;
  std::optional<DomainSettings> domains;
  std::optional<MailSettings> mail;
  std::optional<EdgeSettings> edge;
  std::string digest;  ///< SHA-256 of the file, in hex: the contract's version in ledgers.

  std::optional<std::size_t> find_role(std::string_view name) const;
  std::optional<std::size_t> find_scope(std::string_view name) const;
  std::optional<ObjectIndex> find_object(std::string_view name) const;
  const Environment* find_environment(std::string_view name) const;
  /// The set with everything the named roles include; unknown names are ignored (they grant
  /// nothing).
  NameSet close_roles(std::span<const std::string_view> names) const;
  NameSet scope_set(std::span<const std::string_view> names) const;
  bool has_tenants() const;
  /// `secrets.values` and every other secret that the contract refers to, named by its path
  /// ("guard.ledger_key").
  std::vector<ProductSecret> all_secrets() const;
};

}  // namespace lr::contract
