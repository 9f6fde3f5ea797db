// Issuers' keys over HTTP: rotation, unknown kids, outages.
#include "guard/jwks_cache.h"

#include <gtest/gtest.h>

#include "crypto/jws.h"
#include "guard/testing/guard_fixture.h"

namespace lr::guard::testing {
namespace {

std::string set_of(const std::vector<crypto::Jwk>& keys) {
  return crypto::JwkSet(keys).public_jwks();
}

crypto::Jwk new_key(const std::string& kid) {
  return *crypto::Jwk::generate(crypto::Algorithm::kES256, kid);
}

class JwksCacheTest : public ::testing::Test {
 protected:
  JwksCacheTest() : cache_(loop_, clock_, nullptr) {
    url_ = issuer_.url();
    url_.target = "/jwks";
  }
  ~JwksCacheTest() override { static_cast<void>(loop_.block_on(cache_.close())); }
  void publish(const std::vector<crypto::Jwk>& keys) { issuer_.set_body("/jwks", set_of(keys)); }
  bool refresh(const std::string& kid) {
    return loop_.block_on(cache_.refresh(url_, kid)).has_value();
  }

  EchoUpstream issuer_;
  net::EventLoop loop_;
  FakeClock clock_{WallTime(seconds(1'700'000'000))};
  JwksCache cache_;
  text::Url url_;
};

TEST_F(JwksCacheTest, FetchesOnceAndKeeps) {
  publish({new_key("a")});
  EXPECT_EQ(cache_.find(url_), nullptr);
  EXPECT_TRUE(cache_.worth_asking(url_, "a"));
  EXPECT_TRUE(refresh("a"));
  ASSERT_NE(cache_.find(url_), nullptr);
  EXPECT_EQ(cache_.find(url_)->keys().size(), 1U);
  EXPECT_EQ(issuer_.count(), 1U);
}

TEST_F(JwksCacheTest, RotationChangesTheGeneration) {
  publish({new_key("a")});
  refresh("a");
  const auto before = cache_.generation();
  refresh("a");
  EXPECT_EQ(cache_.generation(), before);
  publish({new_key("b")});
  EXPECT_TRUE(cache_.worth_asking(url_, "b"));
  refresh("b");
  EXPECT_NE(cache_.generation(), before);
  EXPECT_EQ(cache_.find(url_)->keys().front().kid(), "b");
}

TEST_F(JwksCacheTest, InventedKidsCannotMakeItHammerTheIssuer) {
  publish({new_key("a")});
  refresh("a");
  refresh("x1");
  EXPECT_FALSE(cache_.worth_asking(url_, "x1"));  // Known to be unknown.
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string kid = "y" + std::to_string(i);
    if (!cache_.worth_asking(url_, kid)) continue;
    refresh(kid);
    ++asked;
  }
  EXPECT_LE(asked, 3);
  clock_.advance(seconds(11));
  EXPECT_TRUE(cache_.worth_asking(url_, "z"));
  clock_.advance(seconds(30));
  EXPECT_TRUE(cache_.worth_asking(url_, "x1"));
}

TEST_F(JwksCacheTest, OldKeysServeWhileTheIssuerIsAway) {
  publish({new_key("a")});
  refresh("a");
  issuer_.set_body("/jwks", "not json");
  clock_.advance(seconds(301));
  EXPECT_NE(cache_.find(url_), nullptr);  // Stale, and refreshed in the background.
  clock_.advance(std::chrono::hours(25));
  EXPECT_EQ(cache_.find(url_), nullptr);
}

TEST_F(JwksCacheTest, AKidIsNotUnknownBecauseTheIssuerIsAway) {
  publish({new_key("a")});
  refresh("a");
  issuer_.set_body("/jwks", "not json");
  EXPECT_TRUE(cache_.worth_asking(url_, "b"));
  refresh("b");
  publish({new_key("b")});
  EXPECT_TRUE(cache_.worth_asking(url_, "b"));
  EXPECT_TRUE(refresh("b"));
  EXPECT_EQ(cache_.find(url_)->keys().front().kid(), "b");
}

TEST_F(JwksCacheTest, AnIssuerWithoutKeysIsAskedAgainLater) {
  issuer_.set_body("/jwks", "{\"keys\":[]}");
  EXPECT_FALSE(refresh("a"));
  EXPECT_FALSE(cache_.worth_asking(url_, "a"));
  clock_.advance(seconds(3));
  EXPECT_TRUE(cache_.worth_asking(url_, "a"));
}

class JwksGuardTest : public GuardTest {
 protected:
  void start_with_url() {
    std::string contract = basic_contract();
    const std::string file = "jwks: jwks.json";
    contract.replace(contract.find(file), file.size(),
                     "jwks: \"" + issuer_.url().origin() + "/jwks\"");
    write_file("contract.yaml", contract);
    start();
  }
  EchoUpstream issuer_;
};

TEST_F(JwksGuardTest, KeysComeFromTheUrlAndRotate) {
  issuer_.set_body("/jwks", set_of({key_}));
  start_with_url();
  EXPECT_EQ(get("/private", bearer()).status, 200);
  EXPECT_EQ(get("/private", bearer({.user = "bob"})).status, 200);
  EXPECT_EQ(issuer_.count(), 1U);
  const std::string old = bearer();
  EXPECT_EQ(get("/private", old).status, 200);
  key_ = new_key("k2");
  issuer_.set_body("/jwks", set_of({key_}));
  EXPECT_EQ(get("/private", bearer()).status, 200);
  EXPECT_EQ(get("/private", old).status, 401);  // Its key is gone, cached or not.
}

TEST_F(JwksGuardTest, WithoutKeysNobodyIsLetInAndItIsNotTheClientsFault) {
  start_with_url();
  const Reply reply = get("/private", bearer());
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(upstream_->count(), 0U);
}

TEST_F(JwksGuardTest, TheTokensOwnAddressIsNeverAsked) {
  issuer_.set_body("/jwks", set_of({key_}));
  start_with_url();
  EchoUpstream evil;
  const crypto::Jwk own = new_key("evil");
  evil.set_body("/jwks", set_of({own}));
  text::json::object header;
  header["jku"] = evil.url().origin() + "/jwks";
  header["x5u"] = evil.url().origin() + "/jwks";
  const auto forged = crypto::sign_jws(
      own, crypto::Algorithm::kES256,
      R"({"iss":"https://id.example","aud":"chat","sub":"a","org":"t","iat":1,"exp":4102444800})",
      header);
  EXPECT_EQ(get("/private", "Authorization: Bearer " + *forged + "\n").status, 401);
  EXPECT_EQ(evil.count(), 0U);
  EXPECT_EQ(upstream_->count(), 0U);
}

}  // namespace
}  // namespace lr::guard::testing
