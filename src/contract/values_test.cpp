#include "contract/values.h"

#include <gtest/gtest.h>

#include <chrono>

namespace lr::contract {
namespace {

using namespace std::chrono_literals;

TEST(Values, Sizes) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("65536"), 65'536U);
  EXPECT_EQ(parse_size("64KiB"), 65'536U);
  EXPECT_EQ(parse_size("2MB"), 2'000'000U);
  EXPECT_EQ(parse_size("1GiB"), 1U << 30);
  for (const auto* bad : {"", "KiB", "-1", "+1", "1.5MiB", "064", "1 KiB", "1kib", "1K",
                          "9223372036854775808", "99999999999GiB", "1KiBx"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
}

TEST(Values, Durations) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("365d"), 24h * 365);
  EXPECT_EQ(parse_duration("0s"), 0ms);
  for (const auto* bad :
       {"", "5", "s", "1.5s", "5 s", "5M", "-5s", "4000d", "99999999999999999d"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Values, Rates) {
  const auto rate = parse_rate("10/min");
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->count, 10U);
  EXPECT_EQ(rate->per, 60s);
  EXPECT_EQ(rate->burst, 10U);
  EXPECT_EQ(parse_rate("10/min burst 20")->burst, 20U);
  EXPECT_EQ(parse_rate("5/s")->per, 1s);
  EXPECT_EQ(parse_rate("100/hour")->per, 1h);
  EXPECT_EQ(parse_rate("1000/day")->per, 24h);
  EXPECT_TRUE(parse_rate("10000/s"));
  for (const auto* bad : {"", "10", "/min", "0/min", "10/", "10/fortnight", "10 / min",
                          "10/min burst", "10/min burst 0", "10/min  burst 5", "10001/s",
                          "1000001/day", "-1/s", "10/min burst 20 burst 30", "4294967297/day"}) {
    EXPECT_FALSE(parse_rate(bad)) << bad;
  }
}

TEST(Values, SecretReferences) {
  EXPECT_EQ(parse_secret_ref("${MODEL_KEY}")->name, "MODEL_KEY");
  EXPECT_EQ(parse_secret_ref("file:a/b.key")->kind, SecretRef::Kind::kFile);
  for (const auto* bad : {"", "hunter2", "$KEY", "${}", "${1X}", "${A B}", "${A}x", "x${A}",
                          "file:", "FILE:x", "${A}${B}"}) {
    EXPECT_FALSE(parse_secret_ref(bad)) << bad;
  }
}

TEST(Values, ListenAddresses) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:8443")->port, 8443);
  EXPECT_TRUE(parse_listen_address("[::1]:80")->ip.is_loopback());
  EXPECT_EQ(parse_listen_address("0.0.0.0:0")->port, 0);
  for (const auto* bad : {"", "8443", ":8443", "localhost:80", "127.0.0.1", "127.0.0.1:", "::1:80",
                          "[127.0.0.1]:80", "127.0.0.1:65536", "127.0.0.1:080", "[::1]80"}) {
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
}

// Put together here so that scanners of this repository do not take them for real ones.
std::string sample(std::string_view prefix, std::size_t length) {
  return std::string(prefix) + std::string(length, 'a');
}

TEST(Values, CredentialsAreRecognised) {
  for (const std::string& text :
       {sample("sk-", 40), sample("sk-proj-", 40), sample("ghp_", 36),
        "AKIA" + std::string(16, 'Q'), sample("xoxb-", 20), "Bearer " + sample("sk_live_", 24),
        sample("lr_", 50), "-----BEGIN RSA " + std::string("PRIVATE KEY-----\nMIIE"),
        "eyJ" + std::string("hbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl")}) {
    EXPECT_TRUE(looks_like_credential(text)) << text;
  }
  for (const std::string& text :
       {std::string("task-list"), std::string("https://id.acme.example/jwks"), std::string("sk-1"),
        std::string("risk-assessment-of-the-whole-company"), std::string("${SK_KEY}"),
        std::string("AKIA"), std::string("eyJ.a.b"),
        std::string("desk-lamps-are-not-secrets-at-all")}) {
    EXPECT_FALSE(looks_like_credential(text)) << text;
  }
}

TEST(Values, Names) {
  EXPECT_TRUE(is_name("order_2-b"));
  EXPECT_FALSE(is_name("2b"));
  EXPECT_FALSE(is_name("a b"));
  EXPECT_FALSE(is_name(std::string(65, 'a')));
  EXPECT_TRUE(is_grant_name("chat:read/all"));
  EXPECT_FALSE(is_grant_name("chat read"));
  EXPECT_FALSE(is_grant_name("say\"hi\""));
}

}  // namespace
}  // namespace lr::contract
