#include "decide/cors.h"

#include <gtest/gtest.h>

namespace lr::decide {
namespace {

using contract::Method;

contract::Contract sample() {
  contract::Contract contract;
  contract.cors.origins = {"https://acme.example", "null", "*"};
  contract.api_keys = contract::ApiKeys{"X-Acme-Key", {}};
  return contract;
}

TEST(Origin, OnlyExactMembers) {
  const contract::Cors cors = sample().cors;
  EXPECT_TRUE(origin_allowed(cors, "https://acme.example"));
  for (const char* origin :
       {"", "null", "*", "http://acme.example", "https://acme.example:443", "https://acme.example/",
        "https://acme.example.evil.example", "https://evil-acme.example", "https://ACME.example",
        "https://acme.example https://evil.example", "https://acme.exampl", "acme.example"}) {
    EXPECT_FALSE(origin_allowed(cors, origin)) << origin;
  }
}

PreflightVerdict ask(std::string_view method, std::string_view headers) {
  return decide_preflight(sample(), "https://acme.example", method, headers,
                          contract::bit(Method::kGet) | contract::bit(Method::kPost));
}

TEST(Preflight, MethodsOfThePath) {
  EXPECT_TRUE(ask("POST", "").allowed);
  EXPECT_TRUE(ask("HEAD", "").allowed) << "GET brings HEAD";
  EXPECT_EQ(ask("GET", "").allow_methods, "GET, HEAD, POST");
  for (const char* method : {"DELETE", "post", "", "*", "GET, DELETE"}) {
    EXPECT_FALSE(ask(method, "").allowed) << method;
  }
}

TEST(Preflight, HeadersOnTheList) {
  EXPECT_TRUE(ask("POST", "authorization,content-type").allowed);
  EXPECT_TRUE(ask("POST", " X-ACME-KEY , last-event-id").allowed);
  EXPECT_NE(ask("POST", "").allow_headers.find("X-Acme-Key"), std::string::npos);
  for (const char* headers : {"x-evil", "authorization,x-forwarded-for", "authorization,,accept",
                              "*", "cookie", "authorization;accept"}) {
    EXPECT_FALSE(ask("POST", headers).allowed) << headers;
  }
  std::string many = "accept";
  for (int i = 0; i < 40; ++i) many += ",accept";
  EXPECT_FALSE(ask("POST", many).allowed);
}

TEST(Preflight, ForeignOriginsGetNothing) {
  const auto verdict = decide_preflight(sample(), "https://evil.example", "GET", "", 0x7f);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_TRUE(verdict.allow_methods.empty() && verdict.allow_headers.empty());
}

}  // namespace
}  // namespace lr::decide
