#include "contract/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "contract/testing/load_text.h"

namespace lr::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kDomainContract;
using testing::kFullContract;
using testing::load;
using testing::loaded;

TEST(Load, TenLinesAreEnough) {
  const Contract contract = loaded(R"yaml(version: 1
product: { name: Acme }
environments:
  production: { url: "https://chat.acme.example", upstream: "http://127.0.0.1:8080" }
identity:
  issuers: [{ name: acme, issuer: "https://id.acme.example", audience: chat, jwks: "https://id.acme.example/jwks" }]
routes:
  - { path: /health, methods: [GET], access: public }
  - { path: /v1/chat, methods: [POST] }
origins: ["https://acme.example"]
)yaml");
  ASSERT_EQ(contract.routes.size(), 2U);
  EXPECT_FALSE(contract.routes[0].access.authenticated);
  EXPECT_TRUE(contract.routes[1].access.authenticated) << "the default is not public";
  EXPECT_EQ(contract.guard.listen.port, 8080);
  EXPECT_TRUE(contract.guard.listen.ip.is_loopback());
  EXPECT_EQ(contract.guard.ledger_path, "launchready-ledger.db");
  EXPECT_EQ(contract.issuers[0].algorithms.size(), 2U);
  EXPECT_EQ(contract.digest.size(), 64U);
}

TEST(Load, TheSmallestContractIsTwoLines) {
  loaded("version: 1\nenvironments: { production: { url: \"https://a.example\" } }\n");
}

TEST(LoadFull, IdentityIsRead) {
  const Contract contract = loaded(kFullContract);
  ASSERT_EQ(contract.issuers.size(), 2U);
  const Issuer& acme = contract.issuers[0];
  EXPECT_THAT(acme.audiences, ElementsAre("chat", "api"));
  EXPECT_EQ(std::get<JwksUrl>(acme.keys).url.str(), "https://id.acme.example/jwks");
  EXPECT_THAT(acme.algorithms, ElementsAre(crypto::Algorithm::kRS256, crypto::Algorithm::kEdDSA));
  EXPECT_EQ(acme.claims.user, "uid");
  EXPECT_EQ(acme.claims.tenant, "org_id");
  EXPECT_EQ(acme.claims.roles, "/realm/roles");
  EXPECT_EQ(acme.claims.scopes, "scp");
  EXPECT_EQ(acme.clock_skew, 10s);
  EXPECT_EQ(acme.max_age, 1h);
  EXPECT_EQ(acme.token_type, "at+jwt");
  EXPECT_EQ(std::get<SharedSecret>(contract.issuers[1].keys).secret.name, "DEV_SECRET");
  EXPECT_TRUE(contract.has_tenants());
}

TEST(LoadFull, ApiKeysComeFromTheContractAndItsStore) {
  const Contract contract = loaded(kFullContract);
  ASSERT_TRUE(contract.api_keys);
  EXPECT_EQ(contract.api_keys->header, "X-Acme-Key");
  ASSERT_EQ(contract.api_keys->keys.size(), 2U);
  EXPECT_EQ(contract.api_keys->keys[0].hash[0], 0xbb);
  EXPECT_EQ(contract.api_keys->keys[0].scopes, 1U);
  EXPECT_EQ(contract.api_keys->keys[1].user.str(), "nightly-job");
  EXPECT_EQ(contract.api_keys->keys[1].roles, 0b011U) << "staff includes viewer";
}

TEST(LoadFull, RolesAndObjectsAreRead) {
  const Contract contract = loaded(kFullContract);
  EXPECT_EQ(contract.roles[0].includes, 0b001U);
  EXPECT_EQ(contract.roles[1].includes, 0b011U);
  EXPECT_EQ(contract.roles[2].includes, 0b111U);
  const Object& conversation = contract.objects[0];
  EXPECT_EQ(conversation.id, IdKind::kUuid);
  EXPECT_EQ(conversation.learn, "/id");
  EXPECT_EQ(conversation.owner_field, "/org");
  EXPECT_TRUE(conversation.owner_field_is_tenant);
  EXPECT_EQ(conversation.tenant_field, "/org");
  EXPECT_THAT(conversation.private_fields, ElementsAre("/title", "/messages/0/text"));
  EXPECT_EQ(contract.objects[1].id, IdKind::kInteger);
}

TEST(LoadFull, RoutesAreRead) {
  const Contract contract = loaded(kFullContract);
  ASSERT_EQ(contract.routes.size(), 8U);
  const Route& health = contract.routes[0];
  EXPECT_TRUE(health.health && health.cache && health.html);
  const Route& create = contract.routes[1];
  EXPECT_EQ(create.access.roles, 0b001U);
  EXPECT_EQ(create.access.scopes, 1U);
  EXPECT_EQ(create.creates, ObjectIndex{0});
  ASSERT_TRUE(create.body);
  EXPECT_EQ(create.body->max_bytes, 65'536U);
  EXPECT_TRUE(create.body->schema);
  EXPECT_TRUE(create.body->schema_document);
  EXPECT_EQ(create.references[0].place, Reference::Place::kBody);
  EXPECT_EQ(create.at.line, 46U);
  const Route& list = contract.routes[2];
  EXPECT_EQ(list.lists, ObjectIndex{0});
  EXPECT_EQ(list.list_items, "/items");
  EXPECT_EQ(list.list_id, "/uuid");
  const Route& show = contract.routes[3];
  EXPECT_EQ(show.methods, bit(Method::kGet) | bit(Method::kDelete));
  EXPECT_EQ(show.access.owner, ObjectIndex{0});
  EXPECT_EQ(show.access.owner_except, 0b100U);
  EXPECT_EQ(show.segments[2].object, ObjectIndex{0});
  EXPECT_EQ(show.timeouts->total, 30s);
  EXPECT_TRUE(contract.routes[4].streams);
  EXPECT_THAT(contract.routes[5].body->content_types, ElementsAre("application/json"))
      << "the account pointer needs JSON";
  EXPECT_EQ(contract.routes[7].segments[1].kind, PathSegment::Kind::kRest);
}

TEST(LoadFull, LimitsAreRead) {
  const Contract contract = loaded(kFullContract);
  ASSERT_EQ(contract.limits[0].rules.size(), 5U);
  EXPECT_EQ(contract.limits[0].rules[0].key, LimitKey::kIp);
  EXPECT_EQ(contract.limits[0].rules[0].rate.burst, 60U);
  EXPECT_EQ(contract.limits[1].account, "/email");
  ASSERT_EQ(contract.limits[1].rules.size(), 5U);
  EXPECT_TRUE(contract.limits[1].rules[2].unauthenticated_only);
  EXPECT_EQ(contract.limits[1].rules[1].rate.per, 3600s);
}

TEST(LoadFull, WebSettingsAreRead) {
  const Contract contract = loaded(kFullContract);
  EXPECT_THAT(contract.cors.origins, ElementsAre("https://acme.example", "http://localhost:3000"));
  EXPECT_TRUE(contract.cors.credentials);
  EXPECT_EQ(contract.cors.max_age, 300s);
  EXPECT_EQ(contract.headers.hsts, 30 * 24h);
  EXPECT_FALSE(contract.headers.hsts_subdomains);
  EXPECT_EQ(contract.headers.csp, "default-src 'none'");
  EXPECT_EQ(contract.headers.referrer, "same-origin");
  EXPECT_THAT(contract.headers.remove, ElementsAre("Server", "X-Runtime"));
}

TEST(LoadFull, GuardIsRead) {
  const GuardSettings guard = loaded(kFullContract).guard;
  EXPECT_EQ(guard.listen.port, 9443);
  EXPECT_EQ(guard.tls_certificate, "tls/chain.pem");
  EXPECT_EQ(guard.tls_key, "tls/key.pem");
  EXPECT_EQ(guard.redirect->port, 9080);
  EXPECT_EQ(guard.admin->port, 9901);
  EXPECT_THAT(guard.hosts, ElementsAre("chat.acme.example"));
  EXPECT_EQ(guard.workers, 3U);
  EXPECT_EQ(guard.ledger_path, "ledger.db");
  EXPECT_EQ(guard.state_path, "memory");
  EXPECT_EQ(guard.ledger_key->kind, SecretRef::Kind::kFile);
  EXPECT_EQ(guard.timeouts.connect, 500ms);
  EXPECT_EQ(guard.breaker.failures, 9U);
  EXPECT_EQ(guard.breaker.open_for, 7s);
  EXPECT_EQ(guard.trusted_proxies.size(), 2U);
  EXPECT_EQ(guard.fallback_message, "Please call us.");
  EXPECT_EQ(guard.drain, 3s);
}

TEST(LoadFull, SecretsAreRead) {
  const Contract contract = loaded(kFullContract);
  EXPECT_THAT(contract.secrets.scan, ElementsAre(".", "../web"));
  ASSERT_EQ(contract.secrets.values.size(), 2U);
  const ProductSecret& stripe = contract.secrets.values[0];
  EXPECT_EQ(stripe.name, "stripe");
  EXPECT_EQ(stripe.value.name, "STRIPE_KEY");
  EXPECT_EQ(stripe.owner, "pay@acme.example");
  EXPECT_EQ(stripe.rotate, "Roll it.");
  EXPECT_THAT(stripe.allowed_in, ElementsAre(".env"));
  EXPECT_TRUE(contract.secrets.values[1].publishable);
}

TEST(AllSecrets, AddsThoseOfOtherSectionsOnce) {
  const Contract contract = loaded(R"yaml(version: 1
environments: { production: { url: https://acme.example } }
guard: { ledger_key: "${LEDGER_KEY}" }
audit: { identities: { admin_a: { token: "${ADMIN_TOKEN}" } } }
secrets: { values: { ledger: { value: "${LEDGER_KEY}", owner: ops@acme.example } } }
)yaml");
  std::vector<std::string> names;
  for (const ProductSecret& secret : contract.all_secrets()) names.push_back(secret.name);
  EXPECT_THAT(names, ElementsAre("ledger", "audit.identities.admin_a.token"));
}

TEST(LoadSecrets, RefusesValuesInClear) {
  EXPECT_THAT(testing::problems_of("version: 1\nenvironments: { p: { url: https://a.example } }\n"
                                   "secrets: { values: { a: { value: hunter2hunter2 } } }\n"),
              HasSubstr("secrets.values.a.value"));
}

TEST(LoadDomains, NamesMailAndEdgeAreReadAndMayStandAlone) {
  const Contract contract = loaded(kDomainContract);
  EXPECT_EQ(contract.domains->primary, "acme.example");
  EXPECT_THAT(contract.domains->staging, ElementsAre("staging.acme.example"));
  EXPECT_TRUE(contract.domains->dnssec && contract.domains->modern_tls);
  EXPECT_EQ(contract.mail->domain, "acme.example") << "the primary domain stands in";
  EXPECT_EQ(contract.mail->dmarc, DmarcLevel::kReject);
  EXPECT_EQ(contract.mail->smtp->port, 587);
  EXPECT_EQ(contract.mail->arrives->imap->port, 993);
  EXPECT_TRUE(contract.mail->arrives->imap->implicit_tls);
  EXPECT_EQ(contract.edge->origins.size(), 1U);
  std::vector<std::string> names;
  for (const ProductSecret& secret : contract.all_secrets()) names.push_back(secret.name);
  EXPECT_THAT(names, ElementsAre("mail.smtp.password", "mail.arrives.password", "edge.token"));
}

TEST(LoadDomains, WhatDoesNotFitTogetherIsAnError) {
  struct Case {
    const char* section;
    const char* error;
  };
  for (const Case& one : std::vector<Case>{
           {"domains: { primary: acme.example, subdomains: [a.acme.example], "
            "staging: [a.acme.example] }",
            "production name as well"},
           {"domains: { primary: acme.example, redirects: [w.acme.example, W.acme.example] }",
            "listed twice"},
           {"domains: { primary: -acme.example }", "a host name"},
           {"mail: { domain: acme.example, smtp: \"http://mail.acme.example\" }", "a mail server"},
           {"mail: { domain: acme.example, sends: false, selectors: [s1] }", "sends is false"},
           {"mail: { domain: a.example, arrives: { address: a@b.example } }", "exactly one of"},
           {"mail: { domain: a.example, arrives: { address: a@b.example, imap: \"imaps://b\" } }",
            "imap needs user and password"},
           {"mail: { domain: a.example, smtp: { url: \"smtp://b\", user: u } }", "belong together"},
           {"mail: { sends: true }", "needs a domain"},
           {"mail: { domain: a.example, smtp: { url: \"smtp://b\", user: u, password: hunter2 } }",
            "mail.smtp.password"},
           {"edge: { provider: cloudflare, origins: [203.0.113.0/24] }", "not a range"},
           {"edge: { provider: cloudflare, token: \"${T}\" }", "token needs zone"},
           {"edge: { provider: other }", "needs domains.primary"}}) {
    EXPECT_THAT(testing::problems_of(std::string("version: 1\nenvironments: { p: { url: "
                                                 "https://a.example } }\n") +
                                     one.section + "\n"),
                HasSubstr(one.error))
        << one.section;
  }
}

TEST(LoadFull, AuditIsRead) {
  const AuditSettings audit = loaded(kFullContract).audit;
  EXPECT_EQ(audit.profile, Profile::kFull);
  ASSERT_EQ(audit.identities.size(), 2U);
  EXPECT_EQ(audit.identities[0].user.str(), "user_a") << "the name stands in for the user";
  EXPECT_EQ(audit.identities[0].token->name, "TOKEN_A");
  EXPECT_EQ(audit.identities[1].user.str(), "root");
  EXPECT_EQ(audit.identities[1].roles, 0b111U);
  EXPECT_EQ(audit.login->body, R"({"email":"{user}","password":"{password}"})");
  EXPECT_EQ(audit.mint->issuer, 0U);
  EXPECT_EQ(audit.objects[0].create.body, R"({"n":3,"title":"{marker}"})");
  EXPECT_EQ(audit.objects[0].write->body, R"({"title":"{marker}"})");
  EXPECT_EQ(audit.objects[0].remove->method, Method::kDelete);
  EXPECT_EQ(audit.effects[0].value, "/count");
  EXPECT_EQ(audit.max_rps, 50U);
  EXPECT_EQ(audit.deadline, 300s);
  EXPECT_EQ(audit.max_requests, 4000U);
}

TEST(LoadFull, OnlyKnownDoubtsAreReported) {
  const LoadOutcome outcome = load(kFullContract);
  std::vector<std::string> messages;
  for (const Problem& problem : outcome.problems) messages.push_back(problem.message);
  EXPECT_THAT(messages, ElementsAre(HasSubstr("for development only")));
}

TEST(LoadFile, ReportsAMissingFileAndAFolder) {
  EXPECT_THAT(load_contract_file("/nonexistent/launchready.yaml").problems[0].message,
              HasSubstr("there is no such file"));
  EXPECT_THAT(load_contract_file("/tmp").problems[0].message, HasSubstr("not a regular file"));
  const auto result = load_contract("/dev/zero");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kInvalidArgument);
  EXPECT_THAT(result.error().detail(), HasSubstr("/dev/zero:1:1: error: "));
}

TEST(ReadSecret, NamesTheReferenceNeverTheValue) {
  ASSERT_EQ(setenv("LR_TEST_SECRET", "hunter2", 1), 0);
  SecretRef reference{SecretRef::Kind::kEnvironment, "LR_TEST_SECRET", {}};
  const auto secret = read_secret(reference);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->expose(), "hunter2");
  reference.name = "LR_TEST_SECRET_MISSING";
  EXPECT_THAT(read_secret(reference).error().detail(), HasSubstr("LR_TEST_SECRET_MISSING"));
  const SecretRef file{SecretRef::Kind::kFile, "/nonexistent/key", {}};
  EXPECT_THAT(read_secret(file).error().detail(), HasSubstr("/nonexistent/key"));
}

}  // namespace
}  // namespace lr::contract
