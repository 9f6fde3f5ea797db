#include "text/redact.h"

#include <gtest/gtest.h>

namespace lr::text {
namespace {

TEST(Mask, ShowsEnoughToRecogniseNeverEnoughToUse) {
  EXPECT_EQ(mask("eyJhbGciOiJFUzI1NiJ9.eyJzdWIi"), "eyJh…(29 bytes)");
  EXPECT_EQ(mask("secret"), "…(6 bytes)");
  EXPECT_EQ(mask(""), "…(0 bytes)");
  EXPECT_EQ(mask("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                 "\xc3\xa9\xc3\xa9"),
            "…(24 bytes)");
}

TEST(SensitiveField, KnowsTheNamesThatCarryCredentials) {
  for (std::string_view name :
       {"Authorization", "COOKIE", "set-cookie", "Proxy-Authorization", "X-Api-Key", "x-apikey",
        "X-Auth-Token", "X-CSRF-Token", "Stripe-Signature", "X-Session-Id", "Client-Secret"}) {
    EXPECT_TRUE(is_sensitive_field(name)) << name;
  }
  for (std::string_view name : {"Host", "Accept", "Content-Type", "X-Request-Id", "RateLimit"}) {
    EXPECT_FALSE(is_sensitive_field(name)) << name;
  }
}

TEST(Redact, MasksSecretsInFreeText) {
  // Put together at run time, so that no scanner takes the samples for leaked keys.
  const std::string stripe = std::string("sk_") + "live_51H8abcdEFGHijkl";
  const std::string aws = std::string("AKIA") + "IOSFODNN7EXAMPLE";
  const std::string github = std::string("ghp_") + "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::string jwt = std::string("eyJhbGciOiJub25lIn0") + ".eyJzdWIiOiIxIn0.";
  const std::string hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  const std::string base64 = "dGhpcyBpcyBhIHNlY3JldCB2YWx1ZSB0aGF0IGlzIGxvbmc=";
  for (const std::string& secret : {stripe, aws, github, jwt, hex, base64}) {
    for (std::string_view around : {"", " ", "\"", "=", ":", "\n", "'"}) {
      const std::string text =
          "key" + std::string(around == "" ? " " : around) + secret + std::string(around) + " end";
      const std::string out = redact(text);
      EXPECT_EQ(out.find(secret.substr(0, secret.size() / 2)), std::string::npos) << out;
      EXPECT_TRUE(out.ends_with(" end")) << out;
      EXPECT_EQ(redact(out), out);
    }
  }
}

TEST(Redact, MasksCredentialsBehindTheirScheme) {
  EXPECT_EQ(redact("Authorization: Bearer abcdef123"), "Authorization: Bearer …(9 bytes)");
  EXPECT_EQ(redact("authorization: basic dXNlcjpwYXNz"), "authorization: basic …(12 bytes)");
  EXPECT_EQ(redact("postgres://joe:hunter2@db/x"), "postgres://…(11 bytes)@db/x");
  EXPECT_EQ(redact("mail to jo.e+x@mail.example.org, now"), "mail to [e-mail], now");
}

TEST(Redact, LeavesOrdinaryTextAlone) {
  for (std::string_view text :
       {"GET /v1/conversations/3f2504e0-4f89-41d3-9a0c-0305e82c3301 answered 200",
        "request req_3f2504e0-4f89-41d3-9a0c-0305e82c3301 was refused", "offset 12: bad syntax",
        "a-very-long-hyphenated-file-name-without-any-number", "", "a@b", "1234567890123456789",
        "/a/rather/long/path/with/many/segments/and/4/numbers/5/in/it", "token is missing"}) {
    EXPECT_EQ(redact(text), text);
  }
}

TEST(Redact, MasksKnownValuesWhateverTheyLookLike) {
  constexpr std::string_view kKnown[] = {"hunter22", "hunter22-longer", "", "abc"};
  EXPECT_EQ(redact("x hunter22 y hunter22-longer abc", kKnown), "x …(8 bytes) y …(15 bytes) abc");
}

TEST(Redact, CopesWithAnyBytes) {
  const std::string text("\x00\xff Bearer \xff\x80 a\0b", 16);
  EXPECT_EQ(redact(text), text);
  EXPECT_EQ(redact(std::string(100'000, 'a')).size(), 100'000u);
  EXPECT_EQ(redact(std::string(100'000, '1')), "1111…(100000 bytes)");
}

}  // namespace
}  // namespace lr::text
