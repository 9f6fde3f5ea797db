#include "decide/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace lr::decide {
namespace {

namespace json = text::json;
using contract::Contract;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'700'000'000;

Contract sample(bool tenants) {
  Contract contract;
  contract.roles = {{"viewer", 0b01, {}}, {"staff", 0b11, {}}};
  contract.scopes = {"read", "write"};
  contract::Issuer issuer;
  issuer.name = "acme";
  issuer.issuer = "https://id.acme.example";
  issuer.audiences = {"chat", "api"};
  if (tenants) issuer.claims.tenant = "org";
  contract.issuers.push_back(std::move(issuer));
  return contract;
}

json::object good_claims() {
  return {{"iss", "https://id.acme.example"},
          {"aud", "chat"},
          {"sub", "ann"},
          {"exp", kNow + 600},
          {"org", "t1"},
          {"roles", {"staff", "emperor"}},
          {"scope", "read  unknown"}};
}

struct Case {
  Contract contract = sample(true);
  json::object header;
  json::object claims = good_claims();

  Result<Identity> judge() const {
    return judge_claims(contract, contract.issuers[0], header, claims,
                        WallTime(std::chrono::seconds(kNow)));
  }
  std::string refusal() const {
    const auto result = judge();
    if (result) return "accepted";
    EXPECT_EQ(result.error().code(), Code::kUnauthenticated);
    return result.error().detail();
  }
};

TEST(Claims, AGoodTokenSaysWhoIsCalling) {
  const auto identity = Case{}.judge();
  ASSERT_TRUE(identity) << identity.error().detail();
  EXPECT_EQ(identity->user.str(), "ann");
  EXPECT_EQ(identity->tenant.str(), "t1");
  EXPECT_EQ(identity->roles, 0b11U) << "closed under inclusion; unknown names grant nothing";
  EXPECT_EQ(identity->scopes, 0b01U);
  EXPECT_EQ(identity->issuer, "acme");
  EXPECT_EQ(identity->expires, WallTime(std::chrono::seconds(kNow + 600)));
}

struct Spoilt {
  const char* claim;
  json::value value;
  const char* refusal;
};

TEST(Claims, SpoiltValuesAreRefused) {
  const Spoilt table[] = {{"iss", "https://id.acme.example/", "wrong issuer"},
                          {"iss", json::array{"https://id.acme.example"}, "wrong issuer"},
                          {"aud", "CHAT", "wrong audience"},
                          {"aud", json::array{}, "wrong audience"},
                          {"aud", json::array{"shop", "mail"}, "wrong audience"},
                          {"aud", json::array{"chat", 7}, "wrong audience"},
                          {"aud", nullptr, "wrong audience"},
                          {"exp", kNow - 30, "expired"},
                          {"exp", "1800000000", "exp is not a date"},
                          {"exp", -1, "exp is not a date"},
                          {"exp", true, "exp is not a date"},
                          {"exp", 1e300, "exp is not a date"},
                          {"exp", std::numeric_limits<std::uint64_t>::max(), "exp is not a date"},
                          {"exp", std::numeric_limits<std::int64_t>::max(), "exp is not a date"},
                          {"nbf", kNow + 31, "not yet valid"},
                          {"nbf", "now", "nbf is not a date"},
                          {"iat", kNow + 31, "issued in the future"},
                          {"iat", nullptr, "iat is not a date"},
                          {"sub", "", "subject is empty"},
                          {"sub", 7, "subject is not a string"},
                          {"sub", " ann", "odd characters"},
                          {"sub", "ann\r\nX-Admin: 1", "odd characters"},
                          {"sub", json::string(300, 'a'), "too long"},
                          {"org", "", "tenant is empty"},
                          {"org", json::array{"t1"}, "tenant is not a string"},
                          {"roles", 7, "roles is not a list"},
                          {"roles", json::array{"staff", 7}, "roles is not a list"}};
  for (const Spoilt& spoilt : table) {
    Case test;
    test.claims[spoilt.claim] = spoilt.value;
    EXPECT_THAT(test.refusal(), HasSubstr(spoilt.refusal)) << spoilt.claim << spoilt.value;
  }
}

TEST(Claims, MissingOnesAreRefused) {
  for (const auto& [claim, refusal] : {std::pair{"iss", "wrong issuer"},
                                       {"aud", "wrong audience"},
                                       {"exp", "no expiry"},
                                       {"sub", "no subject"},
                                       {"org", "no tenant"}}) {
    Case test;
    test.claims.erase(claim);
    EXPECT_THAT(test.refusal(), HasSubstr(refusal));
  }
}

TEST(Claims, EdgesAreAccepted) {
  const std::vector<std::pair<const char*, json::value>> table = {
      {"aud", json::array{"shop", "api"}},
      {"exp", kNow - 29},
      {"exp", kNow + 0.5},
      {"nbf", kNow + 30},
      {"iat", kNow + 30},
      {"roles", nullptr},
      {"roles", "staff viewer"},
      {"scope", json::array{"read", "x"}}};
  for (const auto& [claim, value] : table) {
    Case test;
    test.claims[claim] = value;
    EXPECT_EQ(test.refusal(), "accepted") << claim << value;
  }
}

TEST(Claims, WithoutTenantsNoTenantIsAskedForOrKept) {
  Case test;
  test.contract = sample(false);
  const auto identity = test.judge();
  ASSERT_TRUE(identity);
  EXPECT_TRUE(identity->tenant.empty());
}

TEST(Claims, AnIssuerWithoutTenantIsRefusedWhereOthersHaveOne) {
  Case test;
  contract::Issuer other = test.contract.issuers[0];
  other.claims.tenant.clear();
  test.contract.issuers.insert(test.contract.issuers.begin(), other);
  EXPECT_EQ(test.refusal(), "issuer names no tenant");
}

TEST(Claims, LongestAge) {
  Case test;
  test.contract.issuers[0].max_age = std::chrono::seconds(600);
  EXPECT_EQ(test.refusal(), "no issue time");
  test.claims["iat"] = kNow;
  EXPECT_EQ(test.refusal(), "accepted");
  test.claims["iat"] = kNow - 1;
  EXPECT_EQ(test.refusal(), "valid for too long");
}

TEST(Claims, TokenTypes) {
  for (const char* type : {"JWT", "at+jwt", "application/at+JWT"}) {
    Case test;
    test.header["typ"] = type;
    EXPECT_EQ(test.refusal(), "accepted") << type;
  }
  Case logout;
  logout.header["typ"] = "logout+jwt";
  EXPECT_EQ(logout.refusal(), "wrong token type");
  Case strict;
  strict.contract.issuers[0].token_type = "at+jwt";
  EXPECT_EQ(strict.refusal(), "wrong token type");
  strict.header["typ"] = "JWT";
  EXPECT_EQ(strict.refusal(), "wrong token type");
  strict.header["typ"] = "at+jwt";
  EXPECT_EQ(strict.refusal(), "accepted");
  strict.header["typ"] = 7;
  EXPECT_EQ(strict.refusal(), "wrong token type");
}

TEST(Claims, PointersReachNestedClaims) {
  Case test;
  test.contract.issuers[0].claims.roles = "/realm_access/roles";
  test.claims["realm_access"] = {{"roles", {"viewer"}}};
  const auto identity = test.judge();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->roles, 0b01U);
}

TEST(FindIssuer, IsExact) {
  const Contract contract = sample(false);
  EXPECT_EQ(find_issuer(contract, good_claims()), &contract.issuers[0]);
  EXPECT_EQ(find_issuer(contract, {{"iss", "https://id.acme.example/"}}), nullptr);
  EXPECT_EQ(find_issuer(contract, {{"iss", 7}}), nullptr);
  EXPECT_EQ(find_issuer(contract, {}), nullptr);
}

TEST(ApiKey, IsFoundByDigest) {
  Contract contract = sample(false);
  EXPECT_EQ(find_api_key(contract, {}), nullptr);
  contract::ApiKey key;
  key.id = "robot";
  key.hash = crypto::sha256("a key");
  key.user = UserId("robot");
  key.roles = 0b11;
  contract.api_keys = contract::ApiKeys{"X-Api-Key", {key}};
  const contract::ApiKey* found = find_api_key(contract, crypto::sha256("a key"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(find_api_key(contract, crypto::sha256("b key")), nullptr);
  const Identity identity = identity_of(*found);
  EXPECT_EQ(identity.issuer, "api_key");
  EXPECT_EQ(identity.user.str(), "robot");
  EXPECT_EQ(identity.token_digest, crypto::hex(key.hash));
}

}  // namespace
}  // namespace lr::decide
