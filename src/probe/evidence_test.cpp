#include "probe/evidence.h"

#include <gtest/gtest.h>

namespace lr::probe {
namespace {

constexpr char kToken[] = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyX2EifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ";

Exchange exchange() {
  Exchange out;
  out.request.method = "POST";
  out.request.target = "/v1/chat?access_token=" + std::string(kToken);
  out.request.headers.set("Authorization", "Bearer " + std::string(kToken));
  out.request.headers.set("X-Note", "it's me");
  out.request.body = "{\"text\":\"opaque-secret-value\"}";
  out.request.credential_variable = "TOKEN_USER_A";
  out.response.status = 200;
  out.response.headers.set("Set-Cookie", "session=abcdef0123456789abcdef");
  out.response.body = std::string("you sent ") + kToken;
  return out;
}

TEST(Evidence, HoldsNoSecret) {
  Redactor redactor;
  redactor.learn(kToken);
  redactor.learn("opaque-secret-value");
  const auto evidence = make_evidence("what", exchange(), redactor);
  for (const std::string& text : {evidence.request, evidence.response}) {
    EXPECT_EQ(text.find(kToken), std::string::npos) << text;
    EXPECT_EQ(text.find("opaque-secret-value"), std::string::npos) << text;
    EXPECT_EQ(text.find("abcdef0123456789"), std::string::npos) << text;
  }
  EXPECT_NE(evidence.request.find("POST /v1/chat"), std::string::npos);
}

TEST(Evidence, IsShort) {
  Exchange big = exchange();
  big.response.body.assign(100'000, 'x');
  const auto evidence = make_evidence("what", big, Redactor());
  EXPECT_LT(evidence.response.size(), 3000U);
  EXPECT_NE(evidence.response.find("100000 bytes in all"), std::string::npos);
}

TEST(Curl, CallsTheCredentialByItsVariable) {
  Redactor redactor;
  redactor.learn(kToken);
  redactor.learn("opaque-secret-value");
  const std::string line = render_curl("http://127.0.0.1:1", exchange().request, redactor);
  EXPECT_NE(line.find("-H 'Authorization: Bearer '\"$TOKEN_USER_A\""), std::string::npos) << line;
  EXPECT_EQ(line.find(kToken), std::string::npos) << line;
  EXPECT_EQ(line.find("opaque-secret-value"), std::string::npos) << line;
  EXPECT_NE(line.find("'X-Note: it'\\''s me'"), std::string::npos) << line;
  EXPECT_NE(line.find("-X POST"), std::string::npos) << line;
}

TEST(Curl, QuotesForTheShell) {
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("$(rm -rf /)"), "'$(rm -rf /)'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace lr::probe
