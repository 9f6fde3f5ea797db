#include "lab/contract_writer.h"

#include <fmt/core.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/rng.h"
#include "lab/routes.h"
#include "lab/schemas.h"
#include "lab/tokens.h"

namespace lr::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead =
    R"yaml(# The contract of the lab's chatbot, written by the lab itself.
version: 1
product: {{ name: Lab chat, owner: ops@lab.example }}
environments:
  production: {{ url: "{url}", upstream: "{url}" }}

identity:
  issuers:
    - name: lab
      issuer: {issuer}
      audience: {audience}
      jwks: jwks.json
      algorithms: [ES256]
      claims: {{ user: sub, tenant: tenant, roles: roles, scopes: scope }}

roles:
  viewer: {{}}
  admin: {{ includes: [viewer] }}
scopes: [export.read]

objects:
  conversation: {{ id: uuid, ownership: {{ learn: /id }} }}
  file: {{ id: uuid, ownership: {{ learn: /id }} }}
  order:
    id: integer
    ownership: {{ learn: /id, field: /customer_id, is: user }}
    tenant_field: /tenant
    private: [/address]

)yaml";

constexpr std::string_view kTail = R"yaml(
origins: ["https://app.lab.example"]

guard:
  listen: 127.0.0.1:0
  admin: 127.0.0.1:0
  ledger: launchready-ledger.db
  ledger_key: "file:ledger-key"
  state: launchready-state.db

)yaml";

constexpr std::string_view kAuditObjects =
    R"yaml(  mint: { issuer: lab, key: "file:audit-key.json" }
  max_rps: 1000
  deadline: 120s
  max_requests: 6000
  objects:
    conversation:
      create: { method: POST, path: /v1/conversations, body: { title: "{marker}" } }
      id: /id
      read: { method: GET, path: "/v1/conversations/{id}" }
      write: { method: PATCH, path: "/v1/conversations/{id}", body: { title: "{marker}" } }
      delete: { method: DELETE, path: "/v1/conversations/{id}" }
    file:
      create: { method: POST, path: /v1/files, body: { name: notes.txt, text: "{marker}" } }
      id: /id
      read: { method: GET, path: "/v1/files/{id}" }
      delete: { method: DELETE, path: "/v1/files/{id}" }
    order:
      create:
        method: POST
        path: /v1/orders
        body: { item: desk lamp, quantity: 1, address: "{marker}" }
      id: /id
      read: { method: GET, path: "/v1/orders/{id}" }
      write: { method: PATCH, path: "/v1/orders/{id}", body: { note: "{marker}" } }
      delete: { method: DELETE, path: "/v1/orders/{id}" }
)yaml";

struct AuditIdentity {
  World::Persona persona;
  std::string_view name;
};
constexpr auto kIdentities = std::to_array<AuditIdentity>({{World::kUserA, "user_a"},
                                                           {World::kUserB, "user_b"},
                                                           {World::kUserC, "user_c"},
                                                           {World::kAdminA, "admin_a"}});

std::string access_yaml(const RouteDef& route) {
  if (route.access == Access::kPublic) return "public";
  std::string out =
      fmt::format("{{ roles: [{}]", route.access == Access::kAdmin ? "admin" : "viewer");
  if (!route.scope.empty()) out += fmt::format(", scopes: [{}]", route.scope);
  if (!route.promise.owner.empty()) out += fmt::format(", owner: {}", route.promise.owner);
  return out + " }";
}

std::string_view limit_name(LimitName limit) {
  return limit == LimitName::kChat ? "chat" : "login";
}

/// Everything of a route that not every route has, one per line.
std::vector<std::string> extras_yaml(const RouteDef& route) {
  std::vector<std::string> out;
  if (route.body != Body::kNone) {
    const BodySpec& spec = body_spec(route.body);
    out.push_back(
        fmt::format("body: {{ schema: schemas/{}, max_bytes: {} }}", spec.file, spec.max_text));
  }
  if (route.limit != LimitName::kNone) {
    out.push_back(fmt::format("limits: [{}]", limit_name(route.limit)));
  }
  const Promise& promise = route.promise;
  if (!promise.creates.empty()) out.push_back(fmt::format("creates: {}", promise.creates));
  if (!promise.lists.empty()) {
    out.push_back(fmt::format("lists: {{ object: {}, items: {} }}", promise.lists, promise.items));
  }
  if (!promise.query.empty()) {
    out.push_back(fmt::format("references: [{{ query: {}, object: order }}]", promise.query));
  }
  if (!promise.in_body.empty()) {
    out.push_back(
        fmt::format("references: [{{ body: {}, object: conversation }}]", promise.in_body));
  }
  if (promise.streams) out.emplace_back("streams: true");
  if (promise.html) out.emplace_back("html: true");
  if (promise.health) out.emplace_back("health: true");
  return out;
}

std::string route_yaml(const RouteDef& route) {
  std::string out = fmt::format("  - path: \"{}\"\n    methods: [{}]\n    access: {}\n", route.path,
                                route.method, access_yaml(route));
  for (const std::string& line : extras_yaml(route)) out += "    " + line + "\n";
  return out;
}

std::string rate_yaml(const RateRule& rule) { return fmt::format("{}/min", rule.count); }

std::string limits_yaml() {
  return fmt::format(
      "\nlimits:\n  chat: {{ per_user: {} }}\n"
      "  login: {{ per_ip: {}, per_account: {}, account: /email }}\n",
      rate_yaml(kChatPerUser), rate_yaml(kLoginPerAddress), rate_yaml(kLoginPerAccount));
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string identity_yaml(const World& world, const AuditIdentity& identity) {
  const User& user = world.persona(identity.persona);
  std::string out = fmt::format("    {}: {{ user: {}, tenant: {}, roles: [{}]", identity.name,
                                user.owner.user, user.owner.tenant, joined(user.roles));
  if (!user.scopes.empty()) out += fmt::format(", scopes: [{}]", joined(user.scopes));
  return out + " }\n";
}

Result<> write_file(const fs::path& path, std::string_view text, fs::perms permissions) {
  std::error_code error;
  fs::remove(path, error);
  {
    std::ofstream made(path, std::ios::binary);
    // Empty until nobody else can read it.
    fs::permissions(path, permissions, error);
    if (!error) made << text;
    made.close();
    if (made && !error) return {};
  }
  fs::remove(path, error);
  return fail(
      Code::kUnavailable,
      fmt::format("cannot write {}; free some space or choose another folder", path.string()));
}

}  // namespace

std::string contract_text(const World& world, const text::Url& url) {
  std::string out = fmt::format(kHead, fmt::arg("url", url.origin()), fmt::arg("issuer", kIssuer),
                                fmt::arg("audience", kAudience));
  out += "routes:\n";
  for (const RouteDef& route : all_routes()) out += route_yaml(route);
  out += limits_yaml();
  out += kTail;
  out += "audit:\n  profile: full\n  identities:\n";
  for (const AuditIdentity& identity : kIdentities) out += identity_yaml(world, identity);
  out += kAuditObjects;
  return out;
}

Result<std::string> write_contract_files(const World& world, const text::Url& url,
                                         const crypto::Jwk& key, const std::string& folder) {
  const fs::path base(folder);
  std::error_code error;
  fs::create_directories(base / "schemas", error);
  if (error) {
    return fail(Code::kUnavailable,
                fmt::format("cannot make the folder {}: {}", folder, error.message()));
  }
  constexpr fs::perms kPrivate = fs::perms::owner_read | fs::perms::owner_write;
  constexpr fs::perms kPublic = kPrivate | fs::perms::group_read | fs::perms::others_read;
  for (const BodySpec& spec : all_bodies()) {
    LR_TRY_VOID(write_file(base / "schemas" / spec.file, spec.schema, kPublic));
  }
  LR_TRY_VOID(write_file(base / "jwks.json", crypto::JwkSet({key}).public_jwks(), kPublic));
  LR_TRY_VOID(write_file(base / "audit-key.json", key.private_jwk().expose(), kPrivate));
  // An old key stays: it belongs to the ledger that may lie beside it.
  if (!fs::exists(base / "ledger-key", error)) {
    LR_TRY_VOID(write_file(base / "ledger-key", SystemRng().hex(32), kPrivate));
  }
  const fs::path contract = base / "launchready.yaml";
  LR_TRY_VOID(write_file(contract, contract_text(world, url), kPublic));
  return contract.string();
}

}  // namespace lr::lab
