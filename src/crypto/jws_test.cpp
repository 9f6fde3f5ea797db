#include "crypto/jws.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/limits.h"
#include "crypto/digest.h"

namespace lr::crypto {
namespace {

const Jwk& es256() {
  static const Jwk key = *Jwk::generate(Algorithm::kES256, "k1");
  return key;
}

std::string token_with_header(const std::string& header) {
  return base64url_encode(header) + ".e30.AAAA";
}

std::string why_not_split(std::string_view token) {
  const auto jws = split_jws(token);
  if (jws) return {};
  EXPECT_EQ(jws.error().code(), Code::kUnauthenticated);
  return jws.error().detail();
}

TEST(SplitJws, SplitsWithoutTrusting) {
  const auto jws = split_jws("eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.e30.");
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->algorithm, "none");
  EXPECT_EQ(jws->kid, "a");
  EXPECT_EQ(jws->payload, "{}");
  EXPECT_EQ(jws->signature, "");
  EXPECT_EQ(jws->signing_input, "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.e30");
}

TEST(SplitJws, RefusesEverythingButThreeStrictParts) {
  const std::string head = base64url_encode(R"({"alg":"ES256"})");
  EXPECT_EQ(why_not_split(head + ".e30.AAAA"), "");
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("..."), head, head + ".e30",
        head + ".e30.AAAA.", "." + head + ".e30.AAAA", head + ".e30.AAAA.AAAA", head + "=.e30.AAAA",
        head + ".e30=.AAAA", head + ".e30.AAA=", " " + head + ".e30.AAAA", head + ".e30.AAAA\n",
        head + ".e31.AAAA", head + ".e30.AB", head + ".e3 0.AAAA", head + ".+/8.AAAA",
        std::string("a.b.c.d.e")}) {
    EXPECT_NE(why_not_split(bad), "") << bad;
  }
}

TEST(SplitJws, RefusesHeadersThatAreNotStrictObjects) {
  for (const char* header :
       {"", "null", "[]", "\"a\"", "{", R"({"alg":"ES256",})", R"({"alg":"ES256"} {})",
        R"({"alg":"HS256","alg":"ES256"})", R"({"alg":1})", R"({"alg":""})",
        R"({"alg":"ES256","kid":1})", R"({"alg":"ES256","kid":""})",
        R"({"alg":"ES256","kid":null})", "{\"alg\":\"ES256\",\"kid\":\"\xff\"}"}) {
    EXPECT_NE(why_not_split(token_with_header(header)), "") << header;
  }
}

TEST(SplitJws, RefusesExtensionsThatChangeTheMeaning) {
  for (const char* header : {R"({"alg":"ES256","crit":["exp"]})", R"({"alg":"ES256","crit":[]})",
                             R"({"alg":"ES256","b64":false})", R"({"alg":"ES256","b64":"true"})",
                             R"({"alg":"ES256","crit":["b64"],"b64":true})"}) {
    EXPECT_NE(why_not_split(token_with_header(header)), "") << header;
  }
  EXPECT_EQ(why_not_split(token_with_header(R"({"alg":"ES256","b64":true,"x":{"y":[1]}})")), "");
}

TEST(SplitJws, BoundsTheTokenAndTheDepthOfItsHeader) {
  const std::string head = base64url_encode(R"({"alg":"ES256"})");
  const std::size_t room = limits::kTokenBytes - head.size() - 6;
  EXPECT_EQ(why_not_split(head + "." + std::string(room / 4 * 4, 'A') + ".AAAA"), "");
  EXPECT_NE(why_not_split(head + "." + std::string(limits::kTokenBytes, 'A') + ".AAAA"), "");
  EXPECT_NE(why_not_split(std::string(1'000'000, '.')), "");
  EXPECT_NE(why_not_split(token_with_header(R"({"alg":"ES256","x":)" + std::string(100, '[') +
                                            std::string(100, ']') + "}")),
            "");
}

TEST(SignJws, RoundTripsEveryAlgorithm) {
  for (const Algorithm algorithm :
       {Algorithm::kRS256, Algorithm::kRS384, Algorithm::kRS512, Algorithm::kPS256,
        Algorithm::kPS384, Algorithm::kPS512, Algorithm::kES256, Algorithm::kES384,
        Algorithm::kES512, Algorithm::kEdDSA, Algorithm::kHS256, Algorithm::kHS384,
        Algorithm::kHS512}) {
    SCOPED_TRACE(algorithm_name(algorithm));
    const auto key = Jwk::generate(algorithm, "kid-1");
    ASSERT_TRUE(key);
    const auto token = sign_jws(*key, algorithm, R"({"sub":"u1"})");
    ASSERT_TRUE(token);
    const auto jws = split_jws(*token);
    ASSERT_TRUE(jws);
    EXPECT_EQ(jws->algorithm, algorithm_name(algorithm));
    EXPECT_EQ(jws->kid, "kid-1");
    EXPECT_EQ(jws->header.at("typ"), "JWT");
    EXPECT_EQ(jws->payload, R"({"sub":"u1"})");
    EXPECT_TRUE(verify_jws(*jws, *key, algorithm));
    const Algorithm allowed[] = {algorithm};
    EXPECT_TRUE(verify_jws(*jws, JwkSet({*key}), allowed));
    EXPECT_FALSE(verify_jws(*jws, JwkSet({*key}), {}));
  }
}

TEST(SignJws, HeaderMembersMayOverrideTypAndKidButNotAlg) {
  const auto token = sign_jws(es256(), Algorithm::kES256, "{}",
                              {{"typ", "at+jwt"}, {"kid", "other"}, {"alg", "none"}, {"x", 1}});
  ASSERT_TRUE(token);
  const auto jws = split_jws(*token);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->algorithm, "ES256");
  EXPECT_EQ(jws->kid, "other");
  EXPECT_EQ(jws->header.at("typ"), "at+jwt");
  EXPECT_EQ(jws->header.at("x"), 1);
}

TEST(SignJws, NeedsAPrivateKeyThatFits) {
  const auto half = Jwk::parse(es256().public_jwk());
  ASSERT_TRUE(half);
  EXPECT_FALSE(sign_jws(*half, Algorithm::kES256, "{}"));
  EXPECT_FALSE(sign_jws(es256(), Algorithm::kES384, "{}"));
  EXPECT_FALSE(sign_jws(es256(), Algorithm::kHS256, "{}"));
}

TEST(VerifyJws, PicksByKidAndSaysWhenNoKeyHasIt) {
  const auto other = Jwk::generate(Algorithm::kES256, "k2");
  const auto nameless = Jwk::generate(Algorithm::kES256, "");
  ASSERT_TRUE(other && nameless);
  const Algorithm allowed[] = {Algorithm::kES256};
  const auto why = [&](const std::string& token, const JwkSet& set) -> std::string {
    const auto jws = split_jws(token);
    const auto verdict = verify_jws(*jws, set, allowed);
    return verdict ? "" : verdict.error().detail();
  };
  const std::string token = *sign_jws(es256(), Algorithm::kES256, "{}");
  EXPECT_EQ(why(token, JwkSet({*other, es256()})), "");
  EXPECT_EQ(why(token, JwkSet({*other, *nameless})), "unknown key");
  EXPECT_EQ(why(token, JwkSet()), "unknown key");
  // The kid decides: the right key under another name is not tried.
  const std::string renamed = *sign_jws(es256(), Algorithm::kES256, "{}", {{"kid", "k2"}});
  EXPECT_EQ(why(renamed, JwkSet({*other, es256()})), "the signature is wrong");
  const std::string bare = *sign_jws(*nameless, Algorithm::kES256, "{}");
  EXPECT_EQ(why(bare, JwkSet({*other, es256(), *nameless})), "");
  EXPECT_EQ(why(bare, JwkSet({*other, es256()})), "the signature is wrong");
  EXPECT_EQ(why(bare, JwkSet()), "no key fits the algorithm");
}

TEST(VerifyJws, IsTheSameFromManyThreads) {
  const std::string token = *sign_jws(es256(), Algorithm::kES256, "{}");
  std::array<int, 4> right{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&right, &token, t] {
      const auto jws = split_jws(token);
      for (int i = 0; i < 50; ++i) right[t] += verify_jws(*jws, es256(), Algorithm::kES256) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, (std::array<int, 4>{50, 50, 50, 50}));
}

}  // namespace
}  // namespace lr::crypto
