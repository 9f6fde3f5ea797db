// Bad contracts: the place, the wrong text and the cure of every kind of mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/testing/load_text.h"

namespace lr::contract {
namespace {

using ::testing::HasSubstr;
using testing::kHead;
using ::testing::Not;
using testing::problems_of;

struct Mistake {
  const char* yaml;      ///< After kHead.
  const char* expected;  ///< Must be part of the problems.
};

std::string after_head(const std::string& yaml) { return std::string(kHead) + yaml; }

void expect_all(std::span<const Mistake> mistakes) {
  for (const Mistake& mistake : mistakes) {
    const std::string found = problems_of(after_head(mistake.yaml));
    EXPECT_THAT(found, HasSubstr(mistake.expected)) << mistake.yaml;
  }
}

TEST(Problems, TheHeadAloneIsSound) {
  EXPECT_EQ(problems_of(after_head("routes: [{ path: /, methods: [GET], access: { roles: [viewer], "
                                   "scopes: [chat.read] } }]\n")),
            "");
}

TEST(Problems, WrongFilesHaveOneProblem) {
  EXPECT_EQ(problems_of(""),
            "1:1: error: the file is empty; a contract starts with \"version: 1\"\n");
  EXPECT_EQ(problems_of("# only a comment\n"),
            "1:1: error: the file is empty; a contract starts with \"version: 1\"\n");
  EXPECT_EQ(problems_of("- a\n"),
            "1:1: error: this is no map; a contract starts with \"version: 1\"\n");
  EXPECT_EQ(problems_of("product: { name: a }\n"),
            "1:1: error: \"version\" is missing; a contract starts with \"version: 1\"\n");
  EXPECT_EQ(problems_of("version: 2\nmodel: x\n"),
            "1:10: error: version \"2\" is not supported; this program reads version 1\n");
  EXPECT_EQ(problems_of("version: 1\n"),
            "1:1: error: says nothing to prove or enforce: add routes, environments, or both\n");
  const std::string syntax = problems_of("version: 1\nroutes: [}\n");
  EXPECT_THAT(syntax, HasSubstr("2:"));
  EXPECT_THAT(syntax, Not(HasSubstr("c.yaml")));
  EXPECT_THAT(problems_of("version: '1'\nenvironments: { a: { url: \"http://x\" } }\n"),
              HasSubstr("1:10: error: version: must be the number 1"));
}

TEST(Problems, UnknownKeys) {
  expect_all(std::array<Mistake, 5>{
      {{"routs: []\n", "11:1: error: unknown key \"routs\"; did you mean \"routes\"?"},
       {"routes: [{ path: /, metods: [GET] }]\n", "did you mean \"methods\"?"},
       {"zebra: 1\n", "unknown key \"zebra\"; known here: version, product"},
       {"tools: {}\n", "error: \"tools\" is not supported by this version"},
       {"budgets: {}\n", "\"budgets\" is not supported by this version"}}});
}

TEST(Problems, UnknownNames) {
  expect_all(std::array<Mistake, 9>{
      {{"routes: [{ path: /, methods: [GET], access: { roles: [amdin] } }]\n",
        "11:55: error: routes[0].access.roles[0]: unknown role \"amdin\"; did you mean \"admin\"?"},
       {"routes: [{ path: /, methods: [GET], access: { scopes: [chat.raed] } }]\n",
        "unknown scope \"chat.raed\"; did you mean \"chat.read\"?"},
       {"routes: [{ path: /, methods: [GET], access: { owner: conversatoin } }]\n",
        "unknown object \"conversatoin\"; did you mean \"conversation\"?"},
       {"routes: [{ path: /, methods: [GET], limits: [chat] }]\n",
        "unknown limit \"chat\"; the contract declares no limit"},
       {"routes: [{ path: /, methods: [GETT] }]\n", "\"GETT\" is not known here; did you mean"},
       {"audit: { mint: { issuer: acne, key: \"${K}\" } }\n",
        "unknown issuer \"acne\"; did you mean \"acme\"?"},
       {"audit: { identities: { a: { roles: [adnim] } } }\n",
        "audit.identities.a.roles[0]: unknown role \"adnim\""},
       {"audit: { objects: { ordr: { create: { method: POST, path: /o } } } }\n",
        "unknown object \"ordr\"; did you mean \"order\"?"},
       {"routes: [{ path: \"/c/{conversaton}\", methods: [GET] }]\n",
        "warning: routes[0].path: {conversaton} is not the name of an object; did you mean "
        "{conversation}?"}}});
}

TEST(Problems, WrongKindsAndNotations) {
  expect_all(std::array<Mistake, 9>{
      {{"routes: { path: / }\n", "routes: must be a list, found a map"},
       {"limits: { a: { per_ip: 10/fortnight } }\n",
        "\"10/fortnight\" is not a rate such as 10/min"},
       {"limits: { a: { per_ip: 10 } }\n", "must be text: write it in quotes, \"10\""},
       {"guard: { workers: many }\n", "must be a number of workers, not \"many\""},
       {"guard: { workers: 1000 }\n", "must be between 0 and 256"},
       {"guard: { listen: \"localhost:80\" }\n", "is not an address with a port"},
       {"guard: { drain: 1500ms }\n", "must be a whole number of seconds"},
       {"routes: [{ path: /, methods: [] }]\n", "routes[0].methods: must not be empty"},
       {"routes: [{ methods: [GET] }]\n", "routes[0]: \"path\" is missing: A path with {names}"}}});
}

TEST(Problems, SecretsNeverStandInTheContract) {
  const std::string token = "eyJ" + std::string("hbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl");
  const std::string found = problems_of(after_head(
      ("audit: { identities: { a: { token: " + token + ", password: hunter2 } } }\n").c_str()));
  EXPECT_THAT(found, HasSubstr("audit.identities.a.token: this looks like a credential"));
  EXPECT_THAT(found, HasSubstr("audit.identities.a.password: a secret must not stand in"));
  EXPECT_THAT(found, Not(HasSubstr("hunter2")));
  EXPECT_THAT(found, Not(HasSubstr("eyJ")));
  const std::string key = "sk-" + std::string(40, 'x');
  const std::string anywhere = problems_of(after_head(
      ("routes: [{ path: /, methods: [GET], access: { roles: [" + key + "] } }]\n").c_str()));
  EXPECT_THAT(anywhere, HasSubstr("this looks like a credential"));
  EXPECT_THAT(anywhere, Not(HasSubstr(key)));
  EXPECT_THAT(problems_of(after_head("audit: { login: { path: /l, token: /t, body: { u: "
                                     "\"{user}\", password: hunter2 } } }\n")),
              HasSubstr("audit.login.body.password: a secret must not stand in the contract"));
}

TEST(Problems, Paths) {
  expect_all(std::array<Mistake, 8>{
      {{"routes: [{ path: /a/, methods: [GET] }]\n", "must not end with '/'"},
       {"routes: [{ path: /a//b, methods: [GET] }]\n", "has an empty segment (//)"},
       {"routes: [{ path: /a/../b, methods: [GET] }]\n", "can never be part of an accepted path"},
       {"routes: [{ path: /a%41, methods: [GET] }]\n", "write segment \"a%41\" as \"aA\""},
       {"routes: [{ path: \"/a/**/b\", methods: [GET] }]\n", "** must be the last segment"},
       {"routes: [{ path: \"/{a}/{a}\", methods: [GET] }]\n", "{a} stands here twice"},
       {"routes: [{ path: \"/x{a}\", methods: [GET] }]\n", "must be whole segments"},
       {"routes: [{ path: \"/a?b=c\", methods: [GET] }]\n", "can never be part"}}});
}

TEST(Problems, RoutesAgainstEachOther) {
  expect_all(std::array<Mistake, 4>{
      {{"routes:\n  - { path: \"/a/{x}\", methods: [GET, PUT] }\n"
        "  - { path: \"/a/{y}\", methods: [PUT] }\n",
        "13:13: error: routes[1].path: routes[0] (line 12) has the same path for PUT"},
       {"routes:\n  - { path: \"/a/**\", methods: [GET] }\n  - { path: /a, methods: [GET] }\n"
        "  - { path: \"/a/{x}/**\", methods: [GET] }\n",
        "routes[0].path: is never reached: \"/a/{x}/**\" (line 14)"},
       {"routes:\n  - { path: \"/c/{conversation}\", methods: [GET] }\n"
        "  - { path: \"/c/{id}\", methods: [DELETE] }\n",
        "warning: routes[1].path: routes[0] (line 12) calls the same place {conversation}"},
       {"routes:\n  - { path: \"/a/**\", methods: [GET] }\n  - { path: \"/a/**\", methods: [GET] "
        "}\n",
        "has the same path for GET"}}});
  // Overlapping but told apart by precedence: no problem at all.
  EXPECT_THAT(problems_of(after_head("routes:\n  - { path: \"/a/{x}\", methods: [GET] }\n"
                                     "  - { path: /a/me, methods: [GET] }\n"
                                     "  - { path: \"/a/**\", methods: [GET] }\n")),
              Not(HasSubstr("error")));
}

TEST(Problems, OwnershipThatCannotBeKept) {
  expect_all(std::array<Mistake, 9>{
      {{"routes: [{ path: /a, methods: [GET], access: { owner: conversation } }]\n",
        "routes[0].access.owner: the route names no conversation: put {conversation} into the "
        "path"},
       {"routes: [{ path: \"/n/{note}\", methods: [GET], access: { owner: note } }]\n",
        "objects.note does not say how its owner is known"},
       {"routes: [{ path: /n, methods: [POST], creates: order }]\n",
        "needs objects.order.ownership.learn"},
       {"routes: [{ path: /n, methods: [GET], lists: note }]\n",
        "the list cannot be filtered by owner"},
       {"routes: [{ path: /n, methods: [GET], lists: order, streams: true }]\n",
        "an answer that streams cannot be filtered"},
       {"routes: [{ path: /n, methods: [GET], access: public, lists: order }]\n",
        "a public route knows no caller"},
       {"routes: [{ path: /n, methods: [GET], access: { or_roles: [admin] } }]\n",
        "widens an owner rule, but there is none"},
       {"routes: [{ path: /n, methods: [GET], references: [{ query: a, header: b, object: order }] "
        "}]\n",
        "must name exactly one of query, body and header"},
       {"routes: [{ path: /n, methods: [POST], references: [{ body: /c, object: conversation }] "
        "}]\n",
        "refers to the body, but the route declares none"}}});
}

TEST(Problems, ABodyThatIsJudgedAsJsonIsNothingElse) {
  const std::string limit = "limits: { a: { per_account: 1/s, account: /e } }\n";
  const auto with_types = [&](const std::string& types) {
    return limit + "routes: [{ path: /, methods: [POST], limits: [a], body: { content_types: [" +
           types + "] } }]\n";
  };
  for (const std::string type :
       {"application/x-www-form-urlencoded", "multipart/form-data", "text/*"}) {
    const std::string found = problems_of(after_head(with_types("application/json, " + type)));
    EXPECT_NE(found.find("may read \"" + type + "\" differently"), std::string::npos) << found;
  }
  const std::string sound = with_types("application/json, application/vnd.a+json");
  EXPECT_EQ(problems_of(after_head(sound)).find("may read"), std::string::npos);
}

TEST(Problems, LimitsThatCannotCount) {
  expect_all(std::array<Mistake, 5>{
      {{"limits: { a: { per_ip: 1/s } }\nroutes: [{ path: /, methods: [GET] }]\n",
        "11:11: error: limits.a: no route uses this limit"},
       {"limits: { a: { per_conversation: 1/s } }\nroutes: [{ path: /, methods: [GET], limits: [a] "
        "}]\n",
        "the route names no object called conversation"},
       {"limits: { a: { per_account: 1/s } }\n", "per_account needs account"},
       {"limits: { a: { per_account: 1/s, account: /e } }\nroutes: [{ path: /, methods: [POST], "
        "limits: [a] }]\n",
        "reads /e from the body, but the route declares none"},
       {"limits: { a: {} }\n", "limits nothing"}}});
}

TEST(Problems, RolesInACircle) {
  const std::string found = problems_of(
      "version: 1\nenvironments: { p: { url: \"https://a.example\" } }\n"
      "roles:\n  a: { includes: [b] }\n  b: { includes: [c] }\n  c: { includes: [a] }\n");
  EXPECT_THAT(found, HasSubstr("4:3: error: roles.a: roles include each other in a circle: "
                               "a → b → c → a"));
  EXPECT_THAT(problems_of(after_head("routes: [{ path: /, methods: [GET], access: { roles: [staff] "
                                     "} }]\n")),
              HasSubstr("warning: roles.viewer: no route asks for this role"));
}

TEST(Problems, Origins) {
  expect_all(std::array<Mistake, 6>{
      {{"origins: [\"*\"]\n", "wildcards are not supported"},
       {"origins: [\"https://*.acme.example\"]\n", "wildcards are not supported"},
       {"origins: [\"null\"]\n", "any sandboxed page sends"},
       {"origins: [\"https://acme.example/app\"]\n", "write \"https://acme.example\""},
       {"origins: [\"https://acme.example:443\"]\n", "write \"https://acme.example\""},
       {"origins: [\"ftp://acme.example\"]\n", "is not an origin such as https://app.example"}}});
}

std::string with_issuer(const char* rest) {
  return std::string(
             "version: 1\nenvironments: { p: { url: \"https://a.example\" } }\nidentity:\n") +
         "  issuers: [{ name: a, issuer: i, audience: b, " + rest + " }]\n";
}

TEST(Problems, Issuers) {
  const std::array<Mistake, 8> mistakes = {
      {{"jwks: \"http://id.acme.example/jwks\"", "keys must come over https"},
       {"jwks: \"ftp://id.acme.example/jwks\"", "is not an http or https URL"},
       {"jwks: k.json, algorithms: [HS256]", "HS* and jwks exclude each other"},
       {"jwks: k.json, algorithms: []", "algorithms: must not be empty"},
       {"jwks: k.json, algorithms: [none]", "\"none\" is not one of RS256"},
       {"secret: \"${S}\", algorithms: [RS256]", "RS256 needs public keys"},
       {"clock_skew: 1h, jwks: k.json", "more than 5m keeps expired tokens alive"},
       {"type: JWT", "needs jwks"}}};
  for (const Mistake& mistake : mistakes) {
    EXPECT_THAT(problems_of(with_issuer(mistake.yaml)), HasSubstr(mistake.expected));
  }
  EXPECT_EQ(problems_of(with_issuer("jwks: \"http://127.0.0.1:9000/jwks\"")), "");
}

TEST(Problems, TenantsAreAllOrNothing) {
  EXPECT_THAT(
      problems_of(after_head("audit: { identities: { a: { tenant: t1, token: \"${T}\" } } }\n")),
      HasSubstr("no issuer maps a tenant claim"));
  EXPECT_THAT(problems_of(with_issuer("jwks: k.json") +
                          "objects: { order: { ownership: { field: /o }, tenant_field: /t } }\n"),
              HasSubstr("objects.order.tenant_field: names a tenant, but no token says"));
  EXPECT_THAT(problems_of(with_issuer("jwks: k.json, claims: { tenant: org }") +
                          "audit: { identities: { a: { token: \"${T}\" } } }\n"),
              HasSubstr("names no tenant, but the contract has tenants"));
}

TEST(Problems, FilesAreRead) {
  expect_all(std::array<Mistake, 3>{
      {{"routes: [{ path: /, methods: [POST], body: { schema: missing.json } }]\n",
        "routes[0].body.schema: cannot read \"missing.json\": there is no such file"},
       {"routes: [{ path: /, methods: [POST], body: { schema: odd.json } }]\n", "odd.json: "},
       {"routes: [{ path: /, methods: [POST], body: { schema: keys.yaml } }]\n",
        "\"keys.yaml\" is not JSON"}}});
}

TEST(Problems, EnvironmentsAndGuard) {
  expect_all(std::array<Mistake, 7>{
      {{"environments: { p: {} }\n", "environments.p: needs a url"},
       {"environments: { p: { url: \"gopher://a\" } }\n", "is not an http or https URL"},
       {"environments: { p: { url: \"https://a.example/chat\" } }\n", "must be without a path"},
       {"guard: { redirect: \"127.0.0.1:80\" }\n", "there is no tls section"},
       {"guard: { trusted_proxies: [0.0.0.0/0] }\n", "trusts almost everybody"},
       {"guard: { listen: \"0.0.0.0:80\" }\n",
        "warning: guard.listen: listens beyond this machine"},
       {"routes: [{ path: /a, methods: [GET], cache: true }]\n",
        "only answers of public routes"}}});
}

TEST(Problems, AreAllReportedInOrderOfPlace) {
  const auto outcome = testing::load(
      "version: 1\norigins: [\"*\"]\nroles: { a: { includes: [b] } }\nroutes: [{ path: a }]\nx: "
      "1\n");
  EXPECT_FALSE(outcome.contract);
  ASSERT_GE(outcome.problems.size(), 5U);
  for (std::size_t i = 1; i < outcome.problems.size(); ++i) {
    EXPECT_LE(outcome.problems[i - 1].at.line, outcome.problems[i].at.line);
  }
}

TEST(Problems, OddTextIsQuotedSafely) {
  const std::string control = problems_of("version: 1\n\"a\\u0007b\": 1\n");
  EXPECT_EQ(control.find('\a'), std::string::npos);
  const std::string wide = problems_of("version: 1\n\"" + std::string(59, 'a') + "äääääää\": 1\n");
  EXPECT_THAT(wide, HasSubstr("a…\""));
}

}  // namespace
}  // namespace lr::contract
