#include "contract/testing/load_text.h"

#include <gtest/gtest.h>

namespace lr::contract::testing {
namespace {

constexpr std::string_view kChatSchema =
    R"({"type":"object","required":["title"],"properties":{"title":{"type":"string"}}})";
constexpr std::string_view kOddSchema = R"({"type":"object","$dynamicRef":"#x"})";
constexpr std::string_view kKeyStore = R"yaml(keys:
  - id: nightly
    hash: "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    user: nightly-job
    tenant: t1
    roles: [staff]
)yaml";

Result<std::string> read_file(const std::string& path) {
  if (path == "chat.json") return std::string(kChatSchema);
  if (path == "odd.json") return std::string(kOddSchema);
  if (path == "keys.yaml") return std::string(kKeyStore);
  return fail(Code::kNotFound, "there is no such file");
}

}  // namespace

const std::string_view kFullContract = R"yaml(version: 1
product: { name: Acme Assistant, owner: ops@acme.example }
environments:
  production: { url: "https://chat.acme.example", upstream: "http://127.0.0.1:8080" }
  staging: { upstream: "http://127.0.0.1:8081" }
identity:
  issuers:
    - name: acme
      issuer: https://id.acme.example
      audience: [chat, api]
      jwks: https://id.acme.example/jwks
      algorithms: [RS256, EdDSA]
      claims: { user: uid, tenant: org_id, roles: /realm/roles, scopes: scp }
      clock_skew: 10s
      max_age: 1h
      type: at+jwt
    - name: local
      issuer: https://dev.acme.example
      audience: chat
      secret: ${DEV_SECRET}
      claims: { tenant: org_id }
  api_keys:
    header: X-Acme-Key
    keys:
      - id: robot
        hash: "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        user: robot
        tenant: t1
        roles: [viewer]
        scopes: [chat.read]
    store: keys.yaml
roles:
  viewer:
  staff: { includes: [viewer] }
  admin: { includes: [staff] }
scopes: [chat.read]
objects:
  conversation:
    id: uuid
    ownership: { learn: /id, field: /org, is: tenant }
    tenant_field: /org
    private: [/title, /messages/0/text]
  order: { id: integer, ownership: { learn: /id } }
routes:
  - { path: /health, methods: [GET], access: public, health: true, cache: true, html: true }
  - path: /v1/conversations
    methods: [POST]
    access: { roles: [viewer], scopes: [chat.read] }
    creates: conversation
    body: { schema: chat.json, max_bytes: 64KiB, content_types: [application/json] }
    limits: [chat]
    references: [{ body: /conversation, object: conversation }]
  - path: /v1/conversations
    methods: [GET]
    access: authenticated
    lists: { object: conversation, items: /items, id: /uuid }
  - path: "/v1/conversations/{conversation}"
    methods: [GET, DELETE]
    access: { owner: conversation, or_roles: [admin] }
    references: [{ query: order, object: order }, { header: X-Order, object: order }]
    timeouts: { connect: 1s, first_byte: 5s, idle: 20s, total: 30s }
  - { path: "/v1/conversations/{conversation}/stream", methods: [GET], access: { owner: conversation }, streams: true }
  - { path: /login, methods: [POST], access: public, body: { max_bytes: 4KiB }, limits: [login] }
  - { path: /orders, methods: [GET], lists: order }
  - { path: "/admin/**", methods: [GET, POST], access: { roles: [admin] } }
limits:
  chat: { per_user: 10/min, per_ip: 30/min burst 60, per_token: 5/s, per_conversation: 6/min, per_route: 1000/min }
  login: { per_ip: 5/min, per_account: 10/hour, account: /email, unauthenticated: { per_ip: 3/min, per_route: 100/s, per_account: 1000/day } }
origins: ["https://acme.example", "http://localhost:3000"]
cors: { credentials: true, max_age: 5m }
headers: { hsts: 30d, hsts_subdomains: false, csp: "default-src 'none'", referrer: same-origin, remove: [Server, X-Runtime] }
guard:
  listen: 127.0.0.1:9443
  tls: { certificate: tls/chain.pem, key: tls/key.pem }
  redirect: 127.0.0.1:9080
  admin: "[::1]:9901"
  hosts: [chat.acme.example]
  workers: 3
  ledger: ledger.db
  state: memory
  ledger_key: file:ledger.key
  timeouts: { connect: 500ms, first_byte: 10s, idle: 30s, total: 2m }
  breaker: { failures: 9, open_for: 7s }
  trusted_proxies: [10.0.0.0/8, "2001:db8::/32"]
  fallback: Please call us.
  drain: 3s
audit:
  profile: full
  identities:
    user_a: { tenant: t1, roles: [viewer], scopes: [chat.read], token: "${TOKEN_A}" }
    admin_a: { user: root, tenant: t1, roles: [admin], password: "${ADMIN_PASSWORD}" }
  login: { path: /login, body: { email: "{user}", password: "{password}" }, token: /token }
  mint: { issuer: acme, key: file:test-key.json }
  objects:
    conversation:
      create: { method: POST, path: /v1/conversations, body: { title: "{marker}", n: 3 }, content_type: application/json }
      id: /uuid
      read: { method: GET, path: "/v1/conversations/{id}" }
      write: { method: PATCH, path: "/v1/conversations/{id}", body: '{"title":"{marker}"}' }
      delete: { method: DELETE, path: "/v1/conversations/{id}" }
  effects: { refunds: { path: /admin/refunds, value: /count } }
  max_rps: 50
  deadline: 5m
  max_requests: 4000
secrets:
  scan: [., ../web]
  values:
    stripe: { value: "${STRIPE_KEY}", owner: pay@acme.example, rotate: Roll it., allowed_in: [.env] }
    maps: { value: "file:maps.key", public: true }
)yaml";

const std::string_view kDomainContract = R"yaml(version: 1
domains:
  primary: ACME.example
  redirects: [www.acme.example]
  subdomains: [chat.acme.example]
  staging: [staging.acme.example]
  nameservers: [ns1.dns.example, ns2.dns.example]
  issuers: [letsencrypt.org]
  dnssec: true
  hsts_preload: true
  tls: modern
mail:
  bulk: true
  selectors: [s1]
  senders: [mail.acme.example, 203.0.113.5]
  dmarc: reject
  from: hello@acme.example
  smtp: { url: "smtp://mail.acme.example", user: probe, password: "${SMTP_PASSWORD}" }
  arrives: { address: probe@acme.example, imap: "imaps://mail.acme.example", user: probe, password: "file:imap.key" }
edge: { provider: cloudflare, zone: abc, token: "${EDGE_TOKEN}", origins: [203.0.113.7], private: [/v1] }
)yaml";

LoadOutcome load(std::string_view yaml) { return load_contract_text(yaml, "c.yaml", read_file); }

std::string problems_of(std::string_view yaml) {
  std::string out;
  for (const Problem& problem : load(yaml).problems) {
    out += problem.str("c.yaml").substr(std::string_view("c.yaml:").size()) + "\n";
  }
  return out;
}

Contract loaded(std::string_view yaml) {
  LoadOutcome outcome = load(yaml);
  EXPECT_TRUE(outcome.contract.has_value()) << problems_of(yaml);
  return outcome.contract.value_or(Contract{});
}

}  // namespace lr::contract::testing
